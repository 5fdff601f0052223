import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { Stepper } from './Stepper.tsx';

interface WizardFrameProps {
  /** What this wizard does, shown above its steps. */
  readonly title: string;
  readonly steps: readonly { key: string; label: string }[];
  readonly current: string;
  readonly children: ReactNode;
  /** The bar below: back on the left, the consequence, the act on the right. */
  readonly footer: ReactNode;
  /** Enter anywhere that has no use for it. */
  readonly onEnter?: () => void;
  readonly onEscape?: () => void;
}

/** One step of a wizard: steps on top, the question in the middle, the way on below. */
export function WizardFrame({ title, steps, current, children, footer, onEnter, onEscape }: WizardFrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    if (content.current) content.current.scrollTop = 0;
  }, [current]);
  useWizardKeys(onEnter, onEscape);
  useKeptFocus(frame);
  return (
    <div className="wizard" ref={frame}>
      <div className="wizard-top">
        <p className="wizard-title">{title}</p>
        {steps.length > 1 && <Stepper steps={steps} current={current} />}
      </div>
      <main className="wizard-content" ref={content}>
        <div className="wizard-inner" key={current}>{children}</div>
      </main>
      <footer className="wizard-footer"><div className="wizard-footer-inner">{footer}</div></footer>
    </div>
  );
}

/** A control that goes, or can no longer be used, takes the focus with it: the heading has it then, and the next Tab or Enter goes on from there. */
function useKeptFocus(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = frame.current;
    if (!root) return undefined;
    let last: Element | null = null;
    const remember = () => {
      last = document.activeElement;
    };
    const observer = new MutationObserver(() => {
      if (document.activeElement !== document.body || !last || (last.isConnected && !last.matches(':disabled'))) return;
      last = null;
      root.querySelector('h1')?.focus({ preventScroll: true });
    });
    root.addEventListener('focusin', remember);
    observer.observe(root, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    return () => {
      root.removeEventListener('focusin', remember);
      observer.disconnect();
    };
  }, [frame]);
}

const USES_ENTER = 'button, a, select, textarea, summary, [role="button"], [role="treegrid"] *, [role="dialog"] *, [role="alertdialog"] *';

/** Enter and Escape for the whole step, left alone where a control or a dialog needs them. */
function useWizardKeys(onEnter: (() => void) | undefined, onEscape: (() => void) | undefined): void {
  const newest = useRef({ onEnter, onEscape });
  useEffect(() => {
    newest.current = { onEnter, onEscape };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.isComposing) return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
      if (event.key === 'Escape') newest.current.onEscape?.();
      if (event.key === 'Enter' && !(event.target instanceof Element && event.target.matches(USES_ENTER))) {
        event.preventDefault();
        newest.current.onEnter?.();
      }
    };
    // A group of radio buttons keeps Enter to itself and does nothing with it.
    const pressOnRadio = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && event.target instanceof HTMLInputElement && event.target.type === 'radio') press(event);
    };
    window.addEventListener('keydown', press);
    window.addEventListener('keydown', pressOnRadio, { capture: true });
    return () => {
      window.removeEventListener('keydown', press);
      window.removeEventListener('keydown', pressOnRadio, { capture: true });
    };
  }, []);
}

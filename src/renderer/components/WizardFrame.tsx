import { useEffect, useRef, type ReactNode } from 'react';
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
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    if (content.current) content.current.scrollTop = 0;
  }, [current]);
  useWizardKeys(onEnter, onEscape);
  return (
    <div className="wizard">
      <div className="wizard-top">
        <p className="wizard-title">{title}</p>
        <Stepper steps={steps} current={current} />
      </div>
      <main className="wizard-content" ref={content}>
        <div className="wizard-inner" key={current}>{children}</div>
      </main>
      <footer className="wizard-footer"><div className="wizard-footer-inner">{footer}</div></footer>
    </div>
  );
}

const USES_ENTER = 'button, a, select, textarea, summary, [role="button"], [role="dialog"] *, [role="alertdialog"] *';

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
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

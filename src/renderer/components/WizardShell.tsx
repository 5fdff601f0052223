import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disk, Plan, PreflightRequest } from '../../contract/index.ts';
import { useGoneDisks } from '../stores/disks.ts';
import { goHome } from '../stores/navigation.ts';
import type { Planning, PlanningActions } from '../stores/planning.ts';
import { allResults, barring, passed, usePreflight } from '../stores/preflight.ts';
import { isStill } from '../stores/same-disk.ts';
import { Button } from './Button.tsx';
import { Consequence } from './Consequence.tsx';
import { Icon, type IconName } from './Icon.tsx';
import { GoneDisks } from './PlanParts.tsx';
import { focusNextDecision, openDecisions, useMayStart } from './PlanStepLayout.tsx';
import { CheckStep } from './preflight/CheckStep.tsx';
import type { Choices } from './preflight/choices.ts';
import { useWizardSteps } from './wizard-steps.ts';
import { WizardFrame } from './WizardFrame.tsx';

interface WizardShellProps<P extends Plan, Step extends string> {
  readonly kind: P['kind'];
  /** The store of the wizard. Its last step is always `plan`. */
  readonly state: Planning<P> & Pick<PlanningActions, 'makePlan' | 'start'> & { readonly step: Step | 'plan'; readonly goTo: (step: Step | 'plan') => void };
  /** Whether each question is answered well enough to go on. The checks know that themselves. */
  readonly ready: Readonly<Record<Exclude<Step, 'plan' | 'check'>, boolean>>;
  /** The chosen disks that are there; none for wizards without disks. */
  readonly disks?: readonly Disk[] | undefined;
  /** The checks before the plan, for wizards with a step `check`. */
  readonly preflight?: { readonly request: PreflightRequest; readonly choices?: Choices };
  /** Called before a step is left forwards; false keeps it. */
  readonly beforeNext?: (step: Step) => boolean;
  /** Said beside "Next". */
  readonly status?: ReactNode;
  /** What the plan does, right before the button that does it; null while there is no plan. */
  readonly consequence: ReactNode;
  readonly act: { readonly label: string; readonly icon: IconName; readonly erases: boolean };
  readonly children: ReactNode;
}

/** The frame of every wizard: back, on, and the button that starts the plan. Enter goes on and Escape goes back. */
export function WizardShell<P extends Plan, Step extends string>({ kind, state, ready, disks = NO_DISKS, preflight, beforeNext, status, consequence, act, children }: WizardShellProps<P, Step>) {
  const { t } = useTranslation();
  const { title, steps } = useWizardSteps(kind);
  const mayStart = useMayStart(state);
  const here = steps.findIndex(({ key }) => key === state.step);
  const onPlan = state.step === 'plan';
  const onCheck = state.step === 'check';
  const checked = usePreflight(passed);
  const open = onPlan ? openDecisions(state) : 0;
  // A chosen disk may go, or become another one, after its question was answered.
  const undone = steps.slice(0, here).map(({ key }) => key as Exclude<Step, 'plan' | 'check'>).find((key) => ABOUT_DISKS.includes(key) && ready[key] === false);
  // What was chosen when that question was answered: one of several may go and leave the others.
  const [answered, setAnswered] = useState(NO_DISKS);
  const later = steps.slice(0, here).some(({ key }) => ABOUT_DISKS.includes(key));
  const lost = later ? answered.filter((disk) => !disks.some((now) => isStill(disk, now))) : NO_DISKS;
  const gone = useGoneDisks(lost);
  const settled = useSettled(onPlan ? state.plan : null);
  // Enter came before the button could have the focus: it gets it as soon as it can.
  const hurried = useRef(false);
  useEffect(() => {
    if (settled && hurried.current) focusNextDecision();
    hurried.current = false;
  }, [settled]);
  const isReady = onPlan ? mayStart && settled : undone === undefined && lost.length === 0 && (onCheck ? checked : ready[state.step as Exclude<Step, 'plan' | 'check'>]);

  const hold = gone.length > 0 && answered.length > 1 ? t('check:unplugged-some', { count: gone.length })
    : gone.length > 0 || (lost.length === 0 && undone !== undefined && undone !== 'destination') ? t('check:unplugged')
      : lost.length > 0 || undone !== undefined ? t('check:earlier') : null;

  const back = () => {
    if (state.starting) return;
    const before = steps[here - 1];
    if (before) state.goTo(before.key as Step);
    else goHome();
  };
  const next = () => {
    if (onPlan) {
      hurried.current = mayStart && !settled;
      return focusNextDecision();
    }
    if (beforeNext?.(state.step) === false || !isReady) return;
    if (ABOUT_DISKS.includes(state.step)) setAnswered(disks);
    const after = steps[here + 1]?.key as Step | 'plan';
    state.goTo(after);
    if (after === 'plan') void state.makePlan();
  };

  return (
    <WizardFrame
      title={title}
      steps={steps}
      current={state.step}
      onEnter={next}
      onEscape={back}
      footer={
        <>
          <Button onPress={back} isDisabled={state.starting}><Icon name="back" size={20} />{t(here === 0 ? 'wizard:home' : 'wizard:back')}</Button>
          {onPlan && consequence
            ? <Consequence erases={act.erases}>{consequence}</Consequence>
            : <div className="wizard-footer-text" role="status">{!onPlan && (hold ?? (onCheck ? <CheckStatus /> : status))}</div>}
          {open > 0 && <Button kind="quiet" className="wizard-open" onPress={focusNextDecision}><Icon name="warning" size={20} />{t('wizard:plan.open', { count: open })}</Button>}
          {onPlan ? (
            <Button kind={act.erases ? 'danger' : 'primary'} data-act isDisabled={!isReady} onPress={() => void state.start()}>
              <Icon name={act.icon} size={22} />{act.label}
            </Button>
          ) : (
            <Button kind="primary" isDisabled={!isReady} onPress={next}>{t('wizard:next')}<Icon name="forward" size={20} /></Button>
          )}
        </>
      }
    >
      {!onPlan && <GoneDisks gone={gone} />}
      {onCheck && preflight ? <CheckStep request={preflight.request} choices={preflight.choices ?? NO_CHOICES} /> : children}
    </WizardFrame>
  );
}

const NO_DISKS: readonly Disk[] = [];

const ABOUT_DISKS: readonly string[] = ['disk', 'disks', 'destination'];

/** Milliseconds. */
const SETTLING = 700;

/**
 * The button that starts stands where "Next" stood a moment ago: it waits until the plan has been there for a while and
 * nobody is still clicking.
 */
function useSettled(plan: Plan | null): boolean {
  const [settled, setSettled] = useState<Plan | null>(null);
  useEffect(() => {
    if (plan === null) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        setSettled(plan);
        window.removeEventListener('pointerdown', wait, { capture: true });
      }, SETTLING);
    };
    wait();
    window.addEventListener('pointerdown', wait, { capture: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('pointerdown', wait, { capture: true });
    };
  }, [plan]);
  return plan !== null && settled === plan;
}

const NO_CHOICES: Choices = { choose: () => undefined };

/** Why it does not go on yet. */
function CheckStatus() {
  const { t } = useTranslation();
  const running = usePreflight((state) => state.runs.length > 0);
  const { checks, accepted } = usePreflight();
  const bars = barring(allResults(checks), accepted);
  const stops = bars.filter(({ verdict }) => verdict === 'stop').length;
  if (running) return t('check:wait');
  if (stops > 0) return t('check:solve', { count: stops });
  return bars.length > 0 ? t('check:decide', { count: bars.length }) : null;
}

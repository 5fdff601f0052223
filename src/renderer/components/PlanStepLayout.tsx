import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { copiedDrivers, type Plan, type PlannedDisk } from '../../contract/index.ts';
import { openConfirmations, openStops } from '../stores/confirmations.ts';
import { useGoneDisks } from '../stores/disks.ts';
import type { Planning, PlanningActions } from '../stores/planning.ts';
import { Button } from './Button.tsx';
import { FindParent } from './FindParent.tsx';
import { identitiesOf } from './job/plan-texts.ts';
import { ErrorNotice } from './Notice.tsx';
import { GoneDisks } from './PlanParts.tsx';

export function plannedDisks(plan: Plan): readonly PlannedDisk[] {
  return plan.kind === 'write' || plan.kind === 'restore' || plan.kind === 'windows-stick' || plan.kind === 'winpe' ? plan.disks : plan.kind === 'format' || plan.kind === 'drivers' ? [plan.disk] : [];
}

/** Nothing is in the way of running the plan. */
export function useMayStart(state: Planning<Plan>): boolean {
  const gone = useGoneDisks(state.plan === null ? [] : identitiesOf(state.plan));
  if (state.plan === null || state.starting || gone.length > 0) return false;
  if (state.plan.kind === 'drivers' && copiedDrivers(state.plan).length === 0) return false;
  return openDecisions(state) === 0;
}

/** How many things of the plan are still to be agreed to. */
export function openDecisions({ plan, confirmed }: Planning<Plan>): number {
  if (plan === null) return 0;
  const stops = plan.kind === 'capture' ? openStops(plan, confirmed) : 0;
  return stops + openConfirmations(plannedDisks(plan), confirmed);
}

/** The plan, or why there is none yet. */
export function PlanOrProblem<P extends Plan>({ state, children, extra }: {
  state: Planning<P> & Pick<PlanningActions, 'makePlan'>;
  children: (plan: P) => ReactNode;
  /** Shown below a refusal: a way out of it. */
  extra?: ReactNode;
}) {
  const { t } = useTranslation();
  const gone = useGoneDisks(state.plan === null ? [] : identitiesOf(state.plan));
  if (state.planError) {
    return (
      <>
        <ErrorNotice error={state.planError}>
          {state.planError.code === 'image-parent-missing' ? <FindParent error={state.planError} onAgain={() => void state.makePlan()} /> : <Button onPress={() => void state.makePlan()}>{t('wizard:plan.again')}</Button>}
        </ErrorNotice>
        {extra}
      </>
    );
  }
  if (!state.plan) return <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('wizard:plan.making')}</p>;
  return (
    <>
      {state.startError && <ErrorNotice error={state.startError} />}
      {state.starting && <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('wizard:plan.starting')}</p>}
      <GoneDisks gone={gone} />
      {children(state.plan)}
    </>
  );
}

/** Enter on the plan never erases by itself: it brings the focus to what is still open, or to the button. */
export function focusNextDecision(): void {
  const open = document.querySelector<HTMLElement>('.confirmation:not([data-selected]) input');
  (open ?? document.querySelector<HTMLElement>('.wizard-footer [data-act]'))?.focus();
}

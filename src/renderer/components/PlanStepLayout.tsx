import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan, PlannedDisk } from '../../contract/index.ts';
import { openConfirmations, openStops } from '../stores/confirmations.ts';
import { useDisks } from '../stores/disks.ts';
import type { Planning, PlanningActions } from '../stores/planning.ts';
import { Button } from './Button.tsx';
import { ErrorNotice } from './Notice.tsx';

export function plannedDisks(plan: Plan): readonly PlannedDisk[] {
  return plan.kind === 'write' || plan.kind === 'restore' || plan.kind === 'windows-stick' || plan.kind === 'winpe' ? plan.disks : plan.kind === 'format' ? [plan.disk] : [];
}

/** Disks of the plan that are not plugged in any more. */
export function useGoneDisks(plan: Plan | null): readonly PlannedDisk[] {
  const disks = useDisks((state) => state.disks);
  if (!plan || !disks) return [];
  return plannedDisks(plan).filter(({ identity }) => !disks.some((disk) => disk.id === identity.id));
}

/** Nothing is in the way of running the plan. */
export function useMayStart(state: Planning<Plan>): boolean {
  const gone = useGoneDisks(state.plan);
  if (state.plan === null || state.starting || gone.length > 0) return false;
  const stops = state.plan.kind === 'capture' ? openStops(state.plan, state.confirmed) : 0;
  return stops + openConfirmations(plannedDisks(state.plan), state.confirmed) === 0;
}

/** The plan, or why there is none yet. */
export function PlanOrProblem<P extends Plan>({ state, children, extra }: {
  state: Planning<P> & Pick<PlanningActions, 'makePlan'>;
  children: (plan: P) => ReactNode;
  /** Shown below a refusal: a way out of it. */
  extra?: ReactNode;
}) {
  const { t } = useTranslation();
  if (state.planError) {
    return (
      <>
        <ErrorNotice error={state.planError}><Button onPress={() => void state.makePlan()}>{t('wizard:plan.again')}</Button></ErrorNotice>
        {extra}
      </>
    );
  }
  if (!state.plan) return <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('wizard:plan.making')}</p>;
  return (
    <>
      {state.startError && <ErrorNotice error={state.startError} />}
      {state.starting && <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('wizard:plan.starting')}</p>}
      {children(state.plan)}
    </>
  );
}

/** Enter on the plan never erases by itself: it brings the focus to what is still open, or to the button. */
export function focusNextDecision(): void {
  const open = document.querySelector<HTMLElement>('.confirmation:not([data-selected]) input');
  (open ?? document.querySelector<HTMLElement>('.wizard-footer [data-act]'))?.focus();
}

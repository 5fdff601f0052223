import type { Plan } from '../../contract/index.ts';
import type { Planning, PlanningActions } from '../stores/planning.ts';
import { Confirmations, Losses } from './PlanParts.tsx';
import { plannedDisks } from './PlanStepLayout.tsx';

/** The disks that a plan erases: what each loses, and what has to be agreed to. */
export function AtStake({ plan, state }: { plan: Plan; state: Pick<Planning<Plan>, 'confirmed'> & Pick<PlanningActions, 'confirm'> }) {
  const disks = plannedDisks(plan);
  if (disks.length === 0) return null;
  return (
    <>
      <Losses disks={disks} />
      <Confirmations disks={disks} confirmed={state.confirmed} onConfirm={state.confirm} />
    </>
  );
}

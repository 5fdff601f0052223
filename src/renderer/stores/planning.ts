import { CHECKED_AS, type Plan, type PlainError } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';
import { withConfirmation, type Confirmed } from './confirmations.ts';
import { useJobs } from './jobs.ts';
import { goToJob, useNavigation } from './navigation.ts';
import { usePreflight } from './preflight.ts';

/** The part of every wizard from the question to the running job. */
export interface Planning<P extends Plan> {
  readonly plan: P | null;
  readonly planError: PlainError | null;
  readonly startError: PlainError | null;
  readonly starting: boolean;
  readonly confirmed: Confirmed;
}

export interface PlanningActions {
  readonly makePlan: () => Promise<void>;
  readonly confirm: (diskId: string, code: string, agreed: boolean) => void;
  readonly start: () => Promise<void>;
}

export const NOT_PLANNED = { plan: null, planError: null, startError: null, starting: false, confirmed: {} } as const;

/**
 * `request` asks for a plan. An answer that comes after the question changed
 * again is thrown away: only the newest question counts.
 */
export function planningActions<P extends Plan>(
  set: (change: Partial<Planning<P>>) => void,
  get: () => Planning<P>,
  request: () => Promise<P>,
): PlanningActions {
  let newest = 0;
  return {
    makePlan: async () => {
      const mine = ++newest;
      set(NOT_PLANNED);
      try {
        const plan = await request();
        if (mine === newest) set({ plan });
      } catch (thrown) {
        if (mine === newest) set({ planError: toPlainError(thrown) });
      }
    },
    confirm: (diskId, code, agreed) => set({ confirmed: withConfirmation(get().confirmed, diskId, code, agreed) }),
    start: async () => {
      const { plan, confirmed, starting } = get();
      if (!plan || starting) return;
      set({ starting: true, startError: null });
      // Asking for rights takes as long as its user does, who may be in another wizard by then, or has begun this one anew.
      const { screen } = useNavigation.getState();
      const isHere = () => get().plan === plan;
      try {
        const agreed = Object.fromEntries(Object.entries(confirmed).map(([id, codes]) => [id, [...codes]]));
        const job = CHECKED_AS[plan.kind];
        const checked = job === null ? null : usePreflight.getState().outcome(job);
        const jobId = await useJobs.getState().start(plan, agreed, checked);
        if (useNavigation.getState().screen === screen) {
          goToJob(jobId);
          // The next job is checked afresh.
          usePreflight.setState({ request: null });
        }
        if (isHere()) set(NOT_PLANNED);
      } catch (thrown) {
        if (isHere()) set({ startError: toPlainError(thrown), starting: false });
      }
    },
  };
}

import { create } from 'zustand';
import { acceptedAs, type CheckId, type CheckResult, type CheckState, type CheckVerdict, type CheckedJob, type PlainError, type PreflightOutcome, type PreflightRequest, type Remedy } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';

/** What a remedy is at, or how it ended. */
export interface RemedyRun {
  readonly runId: string;
  readonly check: CheckId;
  readonly remedy: Remedy;
  readonly running: boolean;
  /** The last lines that its commands said. */
  readonly lines: readonly string[];
  readonly share: number | null;
  readonly error: PlainError | null;
}

interface PreflightState {
  /** What was asked for last; results belong to it. */
  readonly request: PreflightRequest | null;
  /** By check, in the order in which they began. */
  readonly checks: Readonly<Partial<Record<CheckId, CheckState>>>;
  /** Runs that go on now, with the checks each of them has still to answer. */
  readonly runs: readonly string[];
  readonly startedAt: number;
  /** Seconds that the first round took, null while it goes on. */
  readonly took: number | null;
  readonly error: PlainError | null;
  readonly accepted: readonly string[];
  readonly remedy: RemedyRun | null;
  /** Checks that were run with administrator rights: they are run with them again. */
  readonly withRights: readonly CheckId[];
  /** Runs the checks of a job, unless just these have been run a moment ago. */
  readonly begin: (request: PreflightRequest) => void;
  /** Runs some of them again, or optional ones for the first time. */
  readonly again: (checks: readonly CheckId[], elevated?: boolean) => void;
  readonly cancel: () => void;
  readonly accept: (name: string, accepted: boolean) => void;
  /** Runs the commands of a remedy, and then its check again. */
  readonly carryOut: (check: CheckId, remedy: Remedy) => Promise<void>;
  readonly told: (state: CheckState & { readonly runId: string }) => void;
  readonly remedySaid: (said: { readonly runId: string; readonly line: string; readonly share: number | null }) => void;
  /** What goes into the report of a job of this kind. */
  readonly outcome: (job: CheckedJob) => PreflightOutcome | null;
}

/** Results are good for so long when somebody goes back a step and on again. */
const FRESH_MS = 60_000;
const KEPT_LINES = 6;

let count = 0;
const nextRun = (): string => `check-${(count += 1)}-${Date.now().toString(36)}`;

export const usePreflight = create<PreflightState>((set, get) => {
  const run = async (request: PreflightRequest, elevated: boolean): Promise<void> => {
    const runId = nextRun();
    set({ runs: [...get().runs, runId], error: null });
    const mine = () => get().runs.includes(runId);
    try {
      const results = await call('preflight.run', { runId, request, elevated });
      if (!mine()) return;
      // What the answer says is whole, whatever became of the events before it.
      const ids = [...new Set(results.map(({ check }) => check))];
      for (const check of ids) get().told({ runId, check, done: true, share: null, map: get().checks[check]?.map ?? null, results: results.filter((result) => result.check === check) });
    } catch (thrown) {
      if (mine() && get().request?.job === request.job) set({ error: toPlainError(thrown), checks: withoutOpen(get().checks) });
    } finally {
      if (mine()) {
        const runs = get().runs.filter((id) => id !== runId);
        set({ runs, took: get().took ?? (runs.length === 0 ? (Date.now() - get().startedAt) / 1000 : null) });
      }
    }
  };
  /** Looks at the disks again, a few seconds each time, until they are quiet or somebody stops it. */
  const waitUntilQuiet = async (check: CheckId, runId: string): Promise<void> => {
    const waiting = () => get().remedy?.runId === runId && get().remedy?.running === true;
    for (let { request } = get(); request && waiting();) {
      await run({ ...request, checks: [check] }, false);
      const results = get().checks[check]?.results ?? [];
      if (get().error !== null || results.every(({ verdict }) => verdict !== 'warning' && verdict !== 'advice')) break;
    }
    const { remedy } = get();
    if (remedy?.runId === runId) set({ remedy: { ...remedy, running: false } });
  };
  return {
    request: null, checks: {}, runs: [], startedAt: 0, took: null, error: null, accepted: [], remedy: null, withRights: [],
    begin: (request) => {
      const { request: before, startedAt, error, runs } = get();
      const same = before !== null && JSON.stringify(before) === JSON.stringify(request);
      if (same && error === null && (runs.length > 0 || Date.now() - startedAt < FRESH_MS)) return;
      get().cancel();
      // What was accepted of the same job stays accepted: names say of what.
      set({ request, checks: {}, startedAt: Date.now(), took: null, error: null, remedy: null, withRights: [], accepted: before?.job === request.job ? get().accepted : [] });
      void run(request, false);
    },
    again: (checks, elevated = false) => {
      const { request, withRights } = get();
      if (!request) return;
      if (elevated) set({ withRights: [...new Set([...withRights, ...checks])] });
      const mine = (rights: boolean) => checks.filter((check) => (elevated || withRights.includes(check)) === rights);
      for (const rights of [false, true]) if (mine(rights).length > 0) void run({ ...request, checks: mine(rights) }, rights);
    },
    cancel: () => {
      const { runs, remedy } = get();
      for (const runId of remedy?.running ? [...runs, remedy.runId] : runs) void call('preflight.cancel', { runId }).catch(() => undefined);
      // Waiting is nothing but checking again and again: it ends here.
      const waits = remedy?.running === true && remedy.remedy.action?.id === 'wait-until-quiet';
      set({ runs: [], checks: withoutOpen(get().checks), ...(waits ? { remedy: { ...remedy, running: false } } : {}) });
    },
    accept: (name, accepted) => set({ accepted: accepted ? [...new Set([...get().accepted, name])] : get().accepted.filter((other) => other !== name) }),
    carryOut: async (check, remedy) => {
      if (!remedy.action || get().remedy?.running) return;
      const runId = nextRun();
      const change = (changes: Partial<RemedyRun>) => {
        const now = get().remedy;
        if (now?.runId === runId) set({ remedy: { ...now, ...changes } });
      };
      set({ remedy: { runId, check, remedy, running: true, lines: [], share: null, error: null } });
      if (remedy.action.id === 'wait-until-quiet') return waitUntilQuiet(check, runId);
      try {
        await call('preflight.remedy', { runId, action: remedy.action, elevated: false });
        change({ running: false });
      } catch (thrown) {
        const error = toPlainError(thrown);
        change({ running: false, error });
        // Nothing was done, and looking again may take the rights that were just refused.
        if (error.code === 'elevation-refused' || error.code === 'elevation-unavailable') return;
      }
      get().again([check]);
    },
    told: (state) => {
      if (!get().runs.includes(state.runId)) return;
      const { runId: _runId, ...told } = state;
      const before = get().checks[told.check];
      // While it goes on, the answer of before stays to be read.
      const results = told.done ? told.results : before?.results ?? [];
      set({ checks: { ...get().checks, [told.check]: { ...told, results, map: told.map ?? before?.map ?? null } } });
    },
    remedySaid: ({ runId, line, share }) => {
      const { remedy } = get();
      if (remedy?.runId === runId) set({ remedy: { ...remedy, share, lines: line === '' ? remedy.lines : [...remedy.lines, line].slice(-KEPT_LINES) } });
    },
    outcome: (job) => {
      const { request, checks, accepted } = get();
      const results = allResults(checks);
      if (request?.job !== job || results.length === 0) return null;
      return { results, accepted: accepted.filter((name) => results.some((result) => result.verdict !== 'fine' && acceptedAs(result) === name)), skipped: false };
    },
  };
});

/** Checks that were never answered are as good as never asked. */
function withoutOpen(checks: PreflightState['checks']): PreflightState['checks'] {
  return Object.fromEntries(Object.entries(checks).filter(([, state]) => state.results.length > 0).map(([id, state]) => [id, { ...state, done: true, share: null }]));
}

export const allResults = (checks: PreflightState['checks']): CheckResult[] => Object.values(checks).flatMap(({ results }) => results);

/** From what cannot be passed over to what need not be read. */
export const GROUPS = ['stop', 'warning', 'advice', 'unknown', 'fine'] as const satisfies readonly CheckVerdict[];

export const needsAccepting = ({ verdict, overridable }: CheckResult): boolean => verdict === 'warning' || (verdict === 'stop' && overridable);

/** Results that still bar the way: stops, and warnings that nobody has accepted. */
export const barring = (results: readonly CheckResult[], accepted: readonly string[]): CheckResult[] =>
  results.filter((result) => (result.verdict === 'stop' || result.verdict === 'warning') && !(needsAccepting(result) && accepted.includes(acceptedAs(result))));

/** All checks have answered and nothing bars the way. */
export const passed = ({ request, runs, error, checks, accepted, remedy }: Pick<PreflightState, 'request' | 'runs' | 'error' | 'checks' | 'accepted' | 'remedy'>): boolean => {
  const results = allResults(checks);
  return request !== null && runs.length === 0 && error === null && !remedy?.running && results.length > 0 && barring(results, accepted).length === 0;
};

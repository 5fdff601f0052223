import {
  CHECKS, checksFor, gaveNoAnswer, isAbort, judge, thresholdsWith, throwIfAborted, toEngineError,
  type CheckContext, type Thresholds,
} from '../../native-free-engine/index.ts';
import type { CheckId, CheckResult, CheckState, PreflightRequest, RemedyAction } from '../contract/index.ts';
import type { FactSession } from '../host/facts/types.ts';
import type { RemedyOptions } from '../host/remedies/types.ts';
import type { Host } from '../host/host.ts';
import { plainResult } from './preflight-plain.ts';
import { checkRequest } from './preflight-request.ts';

/** The checks before a job, and putting right what they find. */
export interface Preflight {
  /**
   * Runs the checks side by side, each within its own time: one that hangs holds up no other.
   * @param onState told as each one goes on and ends
   * @param withinMs all of them together take no longer: what has not answered by then is unknown
   * @returns all results, in the order in which they are shown
   * @throws EngineError `disk-not-found`; AbortError
   */
  run(request: PreflightRequest, options: { readonly signal: AbortSignal; readonly onState?: (state: CheckState) => void; readonly withinMs?: number }): Promise<CheckResult[]>;
  /** Carries out the commands of a remedy. @throws what `RemedyControl.run` throws */
  remedy(action: RemedyAction, options: RemedyOptions): Promise<void>;
}

/** What was found out for a check was not used by then. */
const CLOSE_MS = 1000;
/** Of the time for all, what looking into the image that is put onto a disk may take. */
const LOOKING_SHARE = 0.4;

export function createPreflight(host: Pick<Host, 'disks' | 'facts' | 'remedies'>, tempDir: string, limits: Thresholds = thresholdsWith()): Preflight {
  return {
    async run(request, { signal, onState, withinMs = Infinity }) {
      const ids = idsOf(request);
      const ends = performance.now() + withinMs;
      const asked = await checkRequest(host, request, ids, { tempDir, signal, withinMs: withinMs * LOOKING_SHARE });
      throwIfAborted(signal);
      const context: CheckContext = {
        system: host.facts.context.system, estimate: asked.estimate, manyMachines: asked.manyMachines, undecided: isUndecided(request), sources: asked.sources.map(({ disk }) => disk.id),
        wanted: asked.wanted, partBytes: asked.job === 'read' ? null : asked.partBytes,
      };
      const session = host.facts.begin(asked);
      const tell = (check: CheckId, results: readonly CheckResult[], change: Partial<CheckState> = {}): void =>
        onState?.({ check, done: true, share: null, map: null, results: [...results], ...change });
      try {
        const each = await Promise.all(ids.map(async (check) => {
          tell(check, [], { done: false });
          const judged = await answer(check, session, context, limits, signal, ends, (progress) => tell(check, [], { done: false, share: progress.share, map: progress.map ? [...progress.map] : null }));
          const results = (await host.remedies.complete(judged)).map(plainResult);
          tell(check, results);
          return results;
        }));
        throwIfAborted(signal);
        return each.flat();
      } finally {
        const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
        await Promise.race([session.close().catch(() => undefined), late]);
      }
    },
    remedy: (action, options) => host.remedies.run(action, options),
  };
}

/** A medium may be a file, and then needs no disk; what a machine is deployed to is another machine's disk. */
function isUndecided({ job, sources, targets, destination }: PreflightRequest): boolean {
  if (job === 'capture' || job === 'read') return sources.length === 0;
  return job !== 'deploy' && targets.length === 0 && !(job === 'media' && destination !== null);
}

function idsOf({ job, checks, optional, destination, targets }: PreflightRequest): CheckId[] {
  // A medium is made on sticks or as a file: of what there is not, nothing is asked.
  const left = job !== 'media' ? null : destination === null ? 'destination' : targets.length === 0 ? 'target' : null;
  const all = checksFor(job, [...optional, ...(checks ?? [])]).filter((id) => id !== left);
  return checks === null ? all : all.filter((id) => checks.includes(id));
}

type Progress = NonNullable<Parameters<FactSession['gather']>[1]['onProgress']>;

/** One check within its time. What goes wrong is an answer of its own, never a silent pass. */
async function answer<C extends CheckId>(
  check: C, session: FactSession, context: CheckContext, limits: Thresholds, signal: AbortSignal, ends: number, onProgress: Progress,
): Promise<ReturnType<typeof judge>> {
  const left = ends - performance.now();
  const own = CHECKS[check].timeoutMs;
  const timeoutMs = left === Infinity ? own : Math.max(0, Math.min(own ?? left, left));
  const timeout = new AbortController();
  const both = AbortSignal.any([signal, timeout.signal]);
  // A fact that does not listen to its signal is left behind all the same.
  const ended = new Promise<'ended'>((resolve) => both.addEventListener('abort', () => resolve('ended'), { once: true }));
  const timer = timeoutMs === null ? undefined : setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const facts = await Promise.race([session.gather(check, { signal: both, onProgress }), ended]);
    if (facts !== 'ended') return judge(check, facts, context, limits);
  } catch (thrown) {
    if (!isAbort(thrown)) return [gaveNoAnswer(check, 'failed', 'Werkbank', toEngineError(thrown).message)];
  } finally {
    clearTimeout(timer);
  }
  throwIfAborted(signal);
  return [gaveNoAnswer(check, 'timed-out', 'Werkbank', `${Math.round((timeoutMs ?? 0) / 100) / 10} s`)];
}

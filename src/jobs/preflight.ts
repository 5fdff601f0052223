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
   * @returns all results, in the order in which they are shown
   * @throws EngineError `disk-not-found`; AbortError
   */
  run(request: PreflightRequest, options: { readonly signal: AbortSignal; readonly onState?: (state: CheckState) => void }): Promise<CheckResult[]>;
  /** Carries out the commands of a remedy. @throws what `RemedyControl.run` throws */
  remedy(action: RemedyAction, options: RemedyOptions): Promise<void>;
}

/** What was found out for a check was not used by then. */
const CLOSE_MS = 1000;

export function createPreflight(host: Pick<Host, 'disks' | 'facts' | 'remedies'>, tempDir: string, limits: Thresholds = thresholdsWith()): Preflight {
  return {
    async run(request, { signal, onState }) {
      const ids = idsOf(request);
      const asked = await checkRequest(host, request, ids, { tempDir, signal });
      throwIfAborted(signal);
      const context: CheckContext = {
        system: host.facts.context.system, estimate: asked.estimate, manyMachines: asked.manyMachines, sources: asked.sources.map(({ disk }) => disk.id),
        wanted: asked.wanted, partBytes: asked.partBytes,
      };
      const session = host.facts.begin(asked);
      const tell = (check: CheckId, results: readonly CheckResult[], change: Partial<CheckState> = {}): void =>
        onState?.({ check, done: true, share: null, map: null, results: [...results], ...change });
      try {
        const each = await Promise.all(ids.map(async (check) => {
          tell(check, [], { done: false });
          const judged = await answer(check, session, context, limits, signal, (progress) => tell(check, [], { done: false, share: progress.share, map: progress.map ? [...progress.map] : null }));
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

function idsOf({ job, checks, optional }: PreflightRequest): CheckId[] {
  const all = checksFor(job, [...optional, ...(checks ?? [])]);
  return checks === null ? all : all.filter((id) => checks.includes(id));
}

type Progress = NonNullable<Parameters<FactSession['gather']>[1]['onProgress']>;

/** One check within its time. What goes wrong is an answer of its own, never a silent pass. */
async function answer<C extends CheckId>(
  check: C, session: FactSession, context: CheckContext, limits: Thresholds, signal: AbortSignal, onProgress: Progress,
): Promise<ReturnType<typeof judge>> {
  const { timeoutMs } = CHECKS[check];
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
  return [gaveNoAnswer(check, 'timed-out', 'Werkbank', `${(timeoutMs ?? 0) / 1000} s`)];
}

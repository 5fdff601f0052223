import { patient } from './patience.ts';

/** Rejects after `limitMs` milliseconds, more on an unusually slow computer, if `promise` has not settled by then. The work itself goes on. */
export async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  const ms = patient(limitMs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} gave no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A question whose failing or hanging must not sink the one who asks: the
 * answer is null then. While an earlier call still hangs no new one is
 * started, so that hanging calls never pile up.
 */
export function guarded<Args extends unknown[], T>(ask: (...args: Args) => Promise<T>, ms: number): (...args: Args) => Promise<T | null> {
  let hanging: Promise<unknown> | null = null;
  return async (...args) => {
    if (hanging) return null;
    const answer = (async () => ask(...args))();
    const mine = answer.then(() => undefined, () => undefined);
    try {
      return await within(answer, ms, 'a library');
    } catch {
      hanging = mine;
      void mine.then(() => {
        if (hanging === mine) hanging = null;
      });
      return null;
    }
  };
}

/** {@link guarded}, one for each first argument: what hangs for one keeps nobody else waiting. */
export function guardedEach<Args extends [string, ...unknown[]], T>(ask: (...args: Args) => Promise<T>, ms: number): (...args: Args) => Promise<T | null> {
  const guards = new Map<string, (...args: Args) => Promise<T | null>>();
  return async (...args) => {
    const [key] = args;
    const guard = guards.get(key) ?? guarded(ask, ms);
    guards.set(key, guard);
    const answer = await guard(...args);
    // Only what hangs has to be remembered.
    if (answer !== null) guards.delete(key);
    return answer;
  };
}

import { AbortError } from './abort.ts';

/** Work that runs by itself: ask for its progress, wait for its result, or cancel it. */
export interface Job<Result, Progress> {
  readonly id: string;
  /** Rejects with `AbortError` when cancelled, with `EngineError` when it failed. */
  readonly result: Promise<Result>;
  /** The latest state; null before the first report. */
  progress(): Progress | null;
  /** Calls `listener` at most about ten times a second, and always with the last state. Returns the way to stop listening. */
  onProgress(listener: (progress: Progress) => void): () => void;
  cancel(): void;
}

/** What a running job may use. */
export interface JobContext<Progress> {
  readonly signal: AbortSignal;
  report(progress: Progress): void;
}

/** Progress is delivered at most once in this many milliseconds, so that a slow screen never slows a disk. */
export const PROGRESS_INTERVAL_MS = 100;

export function startJob<Result, Progress>(
  id: string,
  run: (context: JobContext<Progress>) => Promise<Result>,
): Job<Result, Progress> {
  const controller = new AbortController();
  const listeners = new Set<(progress: Progress) => void>();
  let latest: Progress | null = null;
  let pending: ReturnType<typeof setTimeout> | null = null;
  let lastDelivery = -Infinity;

  const deliver = (): void => {
    if (pending) clearTimeout(pending);
    pending = null;
    lastDelivery = performance.now();
    if (latest !== null) for (const listener of [...listeners]) listener(latest);
  };
  const report = (progress: Progress): void => {
    latest = progress;
    if (pending) return;
    const wait = PROGRESS_INTERVAL_MS - (performance.now() - lastDelivery);
    if (wait <= 0) deliver();
    else pending = setTimeout(deliver, wait);
  };

  const result = (async () => {
    try {
      // A job starts in its own turn, so that its caller can attach listeners first.
      await Promise.resolve();
      if (controller.signal.aborted) throw new AbortError();
      return await run({ signal: controller.signal, report });
    } finally {
      if (pending) deliver();
    }
  })();
  // The result is for whoever waits for it; nobody waiting must not bring the process down.
  result.catch(() => undefined);

  return {
    id,
    result,
    progress: () => latest,
    onProgress(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cancel: () => controller.abort(),
  };
}

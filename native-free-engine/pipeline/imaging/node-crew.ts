import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AbortError } from '../../base/abort.ts';
import { EngineError, type PlainError } from '../../base/errors.ts';
import type { Control } from './control.ts';
import type { MemoryLevel } from './types.ts';

/** What a worker may tell besides messages of its own kind. */
export type CrewMessage<M> = { readonly kind: 'failed'; readonly error: PlainError } | { readonly kind: 'ended' } | { readonly kind: 'told'; readonly message: M };

export interface CrewOptions<M> {
  /** A `new URL(…)` of the worker's module, written out where it is used, so that the build finds it. */
  readonly worker: URL;
  readonly size: number;
  /** For `workerData`; the control's memory is added as `control`. Must be cloneable. */
  readonly data: object;
  readonly control: Control;
  readonly signal: AbortSignal;
  readonly onMessage?: (message: M) => void;
}

/** Of a worker's heap; V8's own choice is several times that. */
const YOUNG_MB = 8;

/**
 * Threads for each memory level: every one costs a heap, its buffers and a compressor, together some 30 MB. More than cores,
 * as each waits for a disk half of its time.
 */
export function crewSize(level: MemoryLevel): number {
  const cores = availableParallelism();
  return { low: Math.min(cores, 2), medium: Math.min(cores + 5, 8), high: Math.min(cores + 8, 28) }[level];
}

/** Bytes in a piece of work: at least large enough that what comes with each does not count, small enough for a smooth pace and a short wait at the end. */
const MIN_PIECE = 1024 ** 2;
const MAX_PIECE = 4 * MIN_PIECE;
/** From here on larger pieces make for fewer and longer requests. */
const PLENTY = 1024;

/** The size of pieces for work on `bytes`, a power of two of bytes. */
export function pieceBytes(bytes: number): number {
  let piece = MIN_PIECE;
  while (piece < MAX_PIECE && bytes / piece > PLENTY) piece *= 2;
  return piece;
}

/**
 * Runs a crew of worker threads until each has ended. The first that fails stops all.
 * @throws EngineError what the worker threw; AbortError when cancelled
 */
export async function runCrew<M>(options: CrewOptions<M>): Promise<void> {
  const { control, signal } = options;
  let failure: EngineError | null = null;
  const onAbort = (): void => control.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) control.stop();
  const runOne = (index: number): Promise<void> =>
    new Promise((resolve) => {
      // What a worker handles lies outside its heap; a small young generation keeps its garbage from piling up.
      const worker = new Worker(options.worker, { workerData: { ...options.data, control: control.memory, index }, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
      const fail = (error: EngineError): void => {
        failure ??= error;
        control.stop();
      };
      worker.on('message', (message: CrewMessage<M>) => {
        if (message.kind === 'failed') fail(EngineError.fromPlain(message.error));
        else if (message.kind === 'told') options.onMessage?.(message.message);
      });
      worker.on('error', (error) => fail(new EngineError('unexpected', { detail: String(error) }, { cause: error })));
      worker.on('exit', () => resolve());
    });
  try {
    await Promise.all(Array.from({ length: options.size }, (_, index) => runOne(index)));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  if (signal.aborted) throw new AbortError();
  if (failure) throw failure as EngineError;
}

import { AbortError } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import type { StallTimeouts } from '../stall-ladder.ts';
import { Control } from './control.ts';
import { runCrew } from './node-crew.ts';
import { WAITING, type RestoreMessage, type RestoreWork } from './node-restore-worker-types.ts';

/** How long workers are waited for that a disk may keep, once nobody wants their work any more. Milliseconds. */
const LEAVE_AFTER_MS = 5000;
const TICK_MS = 100;

export interface CrewRun {
  readonly work: Omit<RestoreWork, 'waitingFor' | 'waitingSince'>;
  readonly size: number;
  readonly stall: StallTimeouts;
  /** The image is packed: to get to where an earlier run stopped takes as long as unpacking all before it. */
  readonly ordered: boolean;
  readonly signal: AbortSignal;
  readonly bytesPerSecond: () => number;
  /** A target is given up; its flag in `work.failed` is set. */
  readonly onFailed: (target: number, error: EngineError) => void;
  /** Ten times a second: bytes done by this run, seconds that a worker has waited for one thing. */
  readonly onTick: (bytesDone: number, waitedSeconds: number) => void;
}

/**
 * Runs workers over all pieces of work. A thread that a silent disk keeps cannot be called back: the disk is given up,
 * and a fresh crew does what is left.
 * @throws EngineError when the image is at fault; AbortError when cancelled
 */
export async function runRestoreCrew(run: CrewRun): Promise<void> {
  let before = 0;
  for (;;) {
    const control = new Control();
    const ended = await runOnce(run, control, before);
    if (ended) return;
    before += control.done;
  }
}

/** Returns false when a silent disk was given up and there is work left. */
async function runOnce(run: CrewRun, control: Control, before: number): Promise<boolean> {
  const { work, signal, stall } = run;
  const waitingFor = new Int32Array(new SharedArrayBuffer(run.size * 4)).fill(WAITING.nothing);
  const waitingSince = new Float64Array(new SharedArrayBuffer(run.size * 8));
  let limit = run.bytesPerSecond();
  control.bytesPerSecond = limit;

  const crew = runCrew<RestoreMessage>({
    worker: new URL('./node-restore-worker.ts', import.meta.url),
    size: run.size,
    data: { ...work, waitingFor, waitingSince } satisfies RestoreWork,
    control,
    signal,
    onMessage: ({ target, error }) => run.onFailed(target, EngineError.fromPlain(error)),
  });
  crew.catch(() => undefined);

  const tick = (): 'go on' | 'silent' => {
    const wanted = run.bytesPerSecond();
    if (wanted !== limit) control.bytesPerSecond = limit = wanted;
    let waited = 0;
    let silent = false;
    const now = performance.timeOrigin + performance.now();
    for (let worker = 0; worker < run.size; worker++) {
      const what = Atomics.load(waitingFor, worker);
      if (what === WAITING.nothing) continue;
      const seconds = (now - waitingSince[worker]!) / 1000;
      waited = Math.max(waited, seconds);
      if (seconds < stall.fail) continue;
      if (what === WAITING.image && run.ordered) continue;
      if (what === WAITING.image) throw new EngineError('image-unreadable', { path: work.image.location, errno: 'ETIMEDOUT' });
      silent = true;
      if (Atomics.exchange(work.failed, what, 1) === 0) run.onFailed(what, new EngineError('target-stalled', { seconds: Math.round(seconds) }));
    }
    run.onTick(before + control.done, waited);
    return silent ? 'silent' : 'go on';
  };

  return new Promise<boolean>((resolve, reject) => {
    const leave = (): void => {
      control.stop();
      setTimeout(() => reject(new AbortError()), LEAVE_AFTER_MS).unref();
    };
    const timer = setInterval(() => {
      try {
        if (tick() === 'go on') return;
        control.stop();
        end(() => resolve(false));
      } catch (error) {
        control.stop();
        end(() => reject(toError(error)));
      }
    }, TICK_MS);
    let over = false;
    const end = (how: () => void): void => {
      if (over) return;
      over = true;
      clearInterval(timer);
      signal.removeEventListener('abort', leave);
      how();
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    crew.then(
      () => end(() => {
        run.onTick(before + control.done, 0);
        resolve(true);
      }),
      (error: unknown) => end(() => reject(toError(error))),
    );
  });
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

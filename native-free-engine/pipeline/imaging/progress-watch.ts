import { EngineError } from '../../base/errors.ts';
import { SpeedMeter } from '../speed-meter.ts';
import type { Control } from './control.ts';
import type { ImagingProgress } from './types.ts';

const EVERY_MS = 100;
/** A disk that is silent for longer is mentioned, and after the limit given up by name. Seconds. */
const MENTION_AFTER = 5;
/** Bytes that a whole crew may be waiting to let through. */
const PACED_BYTES = 64 * 1024 * 1024;

/** Looks at a crew's work ten times a second: tells how far it is, and notices when nothing moves any more. */
export class ProgressWatch {
  readonly #control: Control;
  readonly #total: number;
  readonly #report: (progress: ImagingProgress) => void;
  readonly #speed = new SpeedMeter();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #start: number;
  readonly #stallSeconds: number;
  #movedAt = performance.now();
  #last: number;
  #onStall: (error: EngineError) => void = () => undefined;
  badBytes = 0;
  /** Rejects when nothing has moved for too long. */
  readonly stalled: Promise<never>;

  /** @param start bytes done in an earlier run, which are no speed */
  constructor(control: Control, total: number, start: number, stallSeconds: number, disk: string, report: (progress: ImagingProgress) => void) {
    this.#control = control;
    this.#total = total;
    this.#report = report;
    this.#start = start;
    this.#stallSeconds = stallSeconds;
    this.#last = control.done + control.touches;
    this.stalled = new Promise((_, reject) => (this.#onStall = reject));
    this.stalled.catch(() => undefined);
    this.#timer = setInterval(() => this.#look(disk), EVERY_MS);
  }

  /** A new phase of the same job begins: silence so far does not count. */
  restart(): void {
    this.#movedAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#tell(0);
  }

  #look(disk: string): void {
    const now = performance.now();
    const { done, touches, bytesPerSecond } = this.#control;
    if (done + touches !== this.#last) this.#movedAt = now;
    this.#last = done + touches;
    this.#speed.add(done);
    // Under a limit the next piece may be a while away.
    const allowed = bytesPerSecond > 0 ? PACED_BYTES / bytesPerSecond : 0;
    const silent = (now - this.#movedAt) / 1000 - allowed;
    if (silent > this.#stallSeconds) this.#onStall(new EngineError('source-stalled', { disk, seconds: Math.round(silent), offset: this.#start + done }));
    this.#tell(silent >= MENTION_AFTER ? Math.round(silent) : 0);
  }

  #tell(stalledSeconds: number): void {
    const bytesDone = this.#start + this.#control.done;
    this.#report({
      bytesDone,
      bytesTotal: this.#total,
      speed: this.#speed.bytesPerSecond(),
      etaSeconds: this.#speed.secondsFor(this.#total - bytesDone),
      stored: this.#control.outputEnd,
      retrying: this.#control.retries > 0,
      badBytes: this.badBytes,
      stalledSeconds,
    });
  }
}

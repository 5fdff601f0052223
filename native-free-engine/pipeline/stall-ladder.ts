import { AbortError } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';

/** How long a disk may keep one piece of work before something is done about it, in seconds. */
export interface StallTimeouts {
  /** Ask less of it at once: cheap card readers choke on a queue. */
  readonly reduce: number;
  /** Open it anew and hand the piece in again: some bridges lose a command for ever. */
  readonly restart: number;
  /** Give it up by name; waiting longer has never helped anybody. */
  readonly fail: number;
}

/**
 * Flash controllers that collect garbage go quiet for up to half a minute and
 * recover; USB resets take up to two minutes; nothing that was quiet for three
 * has been seen to come back.
 */
export const STALL_TIMEOUTS: StallTimeouts = { reduce: 30, restart: 120, fail: 180 };

interface Pending {
  readonly since: number;
  restarted: boolean;
  readonly restart: (() => void) | null;
  readonly fail: (error: Error) => void;
}

/** Watches the outstanding operations of one disk and climbs the ladder when the oldest gets old. */
export class StallLadder {
  readonly #timeouts: StallTimeouts;
  readonly #pending = new Set<Pending>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #signal: AbortSignal;
  /** The disk was slow enough once to be asked for one thing at a time from then on. */
  reduced = false;

  constructor(timeouts: StallTimeouts, signal: AbortSignal) {
    this.#timeouts = timeouts;
    this.#signal = signal;
    const shortest = Math.min(timeouts.reduce, timeouts.restart, timeouts.fail);
    this.#timer = setInterval(() => this.#climb(), Math.min(1000, Math.max(50, shortest * 250)));
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Seconds the oldest outstanding operation has been waiting. */
  get oldestSeconds(): number {
    let oldest = Infinity;
    for (const pending of this.#pending) oldest = Math.min(oldest, pending.since);
    return oldest === Infinity ? 0 : (performance.now() - oldest) / 1000;
  }

  /**
   * Settles as `act` does, with `target-stalled` when it takes too long, or with AbortError at once when cancelled.
   * @param again how to do the same over a fresh opening of the disk; the first to finish wins. Null: cannot be repeated.
   */
  async watch<T>(act: () => Promise<T>, again: (() => Promise<T>) | null): Promise<T> {
    if (this.#signal.aborted) throw new AbortError();
    return new Promise<T>((resolve, reject) => {
      const pending: Pending = {
        since: performance.now(),
        restarted: false,
        // A second attempt that fails leaves the word to the first.
        restart: again && (() => void again().then(settle(resolve), () => undefined)),
        fail: (error) => settle(reject)(error),
      };
      const settle = <V>(how: (value: V) => void) => (value: V): void => {
        this.#pending.delete(pending);
        how(value);
      };
      this.#pending.add(pending);
      act().then(settle(resolve), settle(reject));
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    for (const pending of [...this.#pending]) pending.fail(new AbortError());
  };

  #climb(): void {
    const now = performance.now();
    for (const pending of [...this.#pending]) {
      const seconds = (now - pending.since) / 1000;
      if (seconds >= this.#timeouts.reduce) this.reduced = true;
      if (seconds >= this.#timeouts.fail) pending.fail(new EngineError('target-stalled', { seconds: Math.round(seconds) }));
      else if (seconds >= this.#timeouts.restart && !pending.restarted) {
        pending.restarted = true;
        pending.restart?.();
      }
    }
  }
}

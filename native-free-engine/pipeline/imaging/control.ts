/** Words of the shared memory: 32 bits each, then 64 bits each. */
const STOP = 0;
const NEXT = 1;
const RETRYING = 2;
const SLEEP = 3;
const TOUCHES = 4;
const WORDS = 8;
const BYTES_DONE = 0;
const OUTPUT_END = 1;
const LIMIT = 2;
const PAID_UNTIL = 3;
const LONGS = 6;

/** A worker asked to wait looks up this often whether it shall stop or may go faster. Milliseconds. */
const NAP_MS = 100;
/** More than all workers together ask for at once. Bytes. */
const MOST_OWED = BigInt(256 * 1024 * 1024);

/**
 * The memory that a crew of worker threads and its foreman share: which piece
 * is next, how much is done, whether to stop, how fast to go. Everything in it
 * changes while the crew works, without a message having to be handled.
 */
export class Control {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;

  /** @param memory of another thread's control; left out: a new one */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 4 + LONGS * 8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#longs = new BigInt64Array(memory, WORDS * 4, LONGS);
  }

  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    Atomics.notify(this.#words, SLEEP);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) !== 0;
  }

  /** The number of the next piece of work, from 0; each is given out once. */
  claim(): number {
    return Atomics.add(this.#words, NEXT, 1);
  }

  /** Bytes of work done, for progress. */
  addDone(bytes: number): void {
    Atomics.add(this.#longs, BYTES_DONE, BigInt(bytes));
  }

  get done(): number {
    return Number(Atomics.load(this.#longs, BYTES_DONE));
  }

  /** How many workers are reading a bad place again right now. */
  retrying(change: 1 | -1): void {
    Atomics.add(this.#words, RETRYING, change);
  }

  get retries(): number {
    return Atomics.load(this.#words, RETRYING);
  }

  /** Something happened that is no progress but no silence either: a bad place was given up, say. */
  touch(): void {
    Atomics.add(this.#words, TOUCHES, 1);
  }

  get touches(): number {
    return Atomics.load(this.#words, TOUCHES);
  }

  /** Takes `bytes` of room at the end of the output, starting at a multiple of `alignment`; `skipped` bytes in front of `start` are the caller's too. */
  claimOutput(bytes: number, alignment = 1): { readonly start: number; readonly skipped: number } {
    const unit = BigInt(alignment);
    for (;;) {
      const end = Atomics.load(this.#longs, OUTPUT_END);
      const start = ((end + unit - 1n) / unit) * unit;
      if (Atomics.compareExchange(this.#longs, OUTPUT_END, end, start + BigInt(bytes)) === end) return { start: Number(start), skipped: Number(start - end) };
    }
  }

  get outputEnd(): number {
    return Number(Atomics.load(this.#longs, OUTPUT_END));
  }

  set outputEnd(offset: number) {
    Atomics.store(this.#longs, OUTPUT_END, BigInt(offset));
  }

  /** Bytes a second that may pass, 0 for as fast as it goes; may be changed at any time. */
  get bytesPerSecond(): number {
    return Number(Atomics.load(this.#longs, LIMIT));
  }

  set bytesPerSecond(limit: number) {
    Atomics.store(this.#longs, LIMIT, BigInt(Math.max(0, Math.round(limit))));
    Atomics.store(this.#longs, PAID_UNTIL, 0n);
    Atomics.notify(this.#words, SLEEP);
  }

  /** For worker threads only: blocks until `bytes` may pass. */
  pace(bytes: number): void {
    const limit = this.bytesPerSecond;
    if (limit === 0) return;
    const now = BigInt(Math.round(performance.timeOrigin + performance.now())) * 1000n;
    const cost = (BigInt(bytes) * 1_000_000n) / BigInt(limit);
    // Who was just asking for room under a lower limit would else leave that debt to everybody under the new one.
    const most = now + (MOST_OWED * 1_000_000n) / BigInt(limit);
    let paid: bigint;
    for (;;) {
      const before = Atomics.load(this.#longs, PAID_UNTIL);
      paid = (before < now ? now : before > most ? most : before) + cost;
      if (Atomics.compareExchange(this.#longs, PAID_UNTIL, before, paid) === before) break;
    }
    let wait = Number(paid - now) / 1000;
    while (wait > 0 && !this.stopped && this.bytesPerSecond === limit) {
      Atomics.wait(this.#words, SLEEP, 0, Math.min(wait, NAP_MS));
      wait = Number(paid) / 1000 - (performance.timeOrigin + performance.now());
    }
  }
}

import { asError } from './faults.ts';

/** Pieces of output on their way to a reader, in order, with an end that may be a fault. */
export class OutputQueue {
  readonly #pieces: Uint8Array[] = [];
  #offset = 0;
  #queued = 0;
  #ended = false;
  #fault: Error | null = null;
  #wake: (() => void) | null = null;
  readonly #onTaken: (piece: Uint8Array) => void;

  /** @param onTaken called with each piece once all of it was read */
  constructor(onTaken: (piece: Uint8Array) => void = () => undefined) {
    this.#onTaken = onTaken;
  }

  /** Bytes that wait to be read. */
  get queued(): number {
    return this.#queued;
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#queued += piece.length;
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** The reader gets everything before the fault, then the fault. */
  fail(error: unknown): void {
    this.#fault ??= asError(error);
    this.end();
  }

  /** Copies what is there into `buffer`, waiting when nothing is. Returns 0 at the end only. */
  async read(buffer: Uint8Array): Promise<number> {
    for (;;) {
      const piece = this.#pieces[0];
      if (piece) {
        const count = Math.min(buffer.length, piece.length - this.#offset);
        buffer.set(piece.subarray(this.#offset, this.#offset + count));
        this.#offset += count;
        this.#queued -= count;
        if (this.#offset === piece.length) {
          this.#pieces.shift();
          this.#offset = 0;
          this.#onTaken(piece);
        }
        return count;
      }
      if (this.#fault !== null) throw this.#fault;
      if (this.#ended) return 0;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

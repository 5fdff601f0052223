import type { BlockDevice } from '../../io/types.ts';

/** A file in the making: it grows with what is written, and what was written can be read. */
export type WimOutput = Pick<BlockDevice, 'writeAt' | 'readInto' | 'flush'>;

const BUFFER_BYTES = 1 << 20;

/** Appends to an output in large steps. */
export class AppendingOutput {
  readonly #output: WimOutput;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #written: number;
  #held = 0;

  /** @param start where the first bytes go */
  constructor(output: WimOutput, start: number) {
    this.#output = output;
    this.#written = start;
  }

  /** Where the next bytes will go. */
  get end(): number {
    return this.#written + this.#held;
  }

  async append(data: Uint8Array): Promise<void> {
    if (this.#held + data.length > BUFFER_BYTES) await this.#empty();
    if (data.length >= BUFFER_BYTES) {
      await this.#output.writeAt(this.#written, data);
      this.#written += data.length;
    } else {
      this.#buffer.set(data, this.#held);
      this.#held += data.length;
    }
  }

  /** Writes at a place before {@link end}. */
  async patch(offset: number, data: Uint8Array): Promise<void> {
    await this.#empty();
    await this.#output.writeAt(offset, data);
  }

  /** What was written at a place before, or behind {@link end} when there was a way back. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const data = new Uint8Array(length);
    await this.#output.readInto(offset, data);
    return data;
  }

  /** Goes on at `offset`, over what was written from there on. */
  async goBack(offset: number): Promise<void> {
    await this.#empty();
    this.#written = offset;
  }

  /** Everything so far can be read from the output. */
  async settle(): Promise<void> {
    await this.#empty();
  }

  async #empty(): Promise<void> {
    if (this.#held === 0) return;
    await this.#output.writeAt(this.#written, this.#buffer.subarray(0, this.#held));
    this.#written += this.#held;
    this.#held = 0;
  }
}

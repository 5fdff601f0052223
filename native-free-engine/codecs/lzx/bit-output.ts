/** Bits in little-endian units of 16, highest first. */
export class BitOutput {
  readonly #output: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(output: Uint8Array) {
    this.#output = output;
  }

  start(): void {
    this.#at = 0;
    this.#bits = 0;
    this.#count = 0;
  }

  /** @param count 0 to 16 */
  write(value: number, count: number): void {
    this.#bits = (this.#bits << count) | value;
    this.#count += count;
    if (this.#count < 16) return;
    this.#count -= 16;
    const unit = this.#bits >>> this.#count;
    this.#output[this.#at++] = unit;
    this.#output[this.#at++] = unit >>> 8;
  }

  /** Returns the length of the output, in bytes. */
  finish(): number {
    if (this.#count > 0) this.write(0, 16 - this.#count);
    return this.#at;
  }
}

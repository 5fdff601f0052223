/**
 * Bits in little-endian units of 16, highest first, with whole bytes between the units. A decoder always holds one
 * unit more than it is reading, so the places of two units are kept ahead of the bytes.
 */
export class BitOutput {
  readonly #output: Uint8Array;
  #bits = 0;
  #count = 0;
  /** Where the unit that is being filled goes, where the next one goes, and where a byte goes. */
  #unit = 0;
  #nextUnit = 0;
  #at = 0;

  constructor(output: Uint8Array) {
    this.#output = output;
  }

  start(at: number): void {
    this.#unit = at;
    this.#nextUnit = at + 2;
    this.#at = at + 4;
    this.#bits = 0;
    this.#count = 0;
  }

  /** @param count 0 to 16 */
  write(value: number, count: number): void {
    this.#bits = (this.#bits << count) | value;
    this.#count += count;
    if (this.#count <= 16) return;
    this.#count -= 16;
    this.#put(this.#unit, this.#bits >>> this.#count);
    this.#unit = this.#nextUnit;
    this.#nextUnit = this.#at;
    this.#at += 2;
  }

  byte(value: number): void {
    this.#output[this.#at++] = value;
  }

  /** Returns the end of the output, in bytes. */
  finish(): number {
    this.#put(this.#unit, this.#bits << (16 - this.#count));
    this.#put(this.#nextUnit, 0);
    return this.#at;
  }

  #put(at: number, unit: number): void {
    this.#output[at] = unit;
    this.#output[at + 1] = unit >>> 8;
  }
}

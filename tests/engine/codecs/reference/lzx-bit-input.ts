import type { HuffmanDecoder } from './huffman.ts';
import { ROOT_BITS } from './huffman.ts';
import { corrupt } from '../../../../native-free-engine/codecs/faults.ts';

/**
 * Bits in little-endian units of 16, highest first. Behind the end come zeros; {@link overrun} tells
 * whether any of them was needed. The fields are open so that an inner loop can keep them in locals.
 */
export class BitInput {
  readonly #format: string;
  input: Uint8Array = new Uint8Array(0);
  /** Of the next unit, in bytes. */
  from = 0;
  /** The next bits from the top; only the highest {@link have} are from the input. */
  bits = 0;
  have = 0;

  constructor(format: string) {
    this.#format = format;
  }

  start(input: Uint8Array): void {
    this.input = input;
    this.from = 0;
    this.bits = 0;
    this.have = 0;
  }

  get overrun(): boolean {
    return this.from * 8 - this.have > this.input.length * 8;
  }

  /** At least 16 bits at hand. */
  fill(): void {
    if (this.have >= 16) return;
    const { input, from } = this;
    if (from + 2 <= input.length) this.bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - this.have);
    this.from += 2;
    this.have += 16;
  }

  /** @param count 0 to 16 */
  read(count: number): number {
    this.fill();
    const value = this.bits >>> 1 >>> (31 - count);
    this.bits <<= count;
    this.have -= count;
    return value;
  }

  /** @throws EngineError `image-corrupt` for bits that no codeword begins with */
  decode(code: HuffmanDecoder): number {
    this.fill();
    const entry = code.root[this.bits >>> (32 - ROOT_BITS)]!;
    const found = entry !== 0 ? ((entry >>> 4) << 5) | (entry & 15) : code.longCodeword(this.bits >>> 16);
    if (found < 0) throw corrupt(this.#format);
    this.bits <<= found & 31;
    this.have -= found & 31;
    return found >>> 5;
  }

  /** To the end of the unit that is being read; where none is, a whole one is passed over. */
  align(): void {
    this.from = (((this.from * 8 - this.have) >> 4) + 1) * 2;
    this.bits = 0;
    this.have = 0;
  }
}

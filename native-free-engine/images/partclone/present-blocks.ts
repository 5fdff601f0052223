import { ExtentBuilder } from '../../base/extent-builder.ts';
import type { ExtentSet } from '../../base/extent.ts';

/** Blocks between two entries of the index of ranks. */
const STEP = 4096;
const STEP_BYTES = STEP / 8;

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest; rest &= rest - 1) count++;
  return count;
});

/** Which blocks of a volume are in its image, and the how-manieth each is: where it lies in the image. */
export class PresentBlocks {
  readonly total: number;
  /** Blocks present. */
  readonly count: number;
  /** A bit a block, the lowest first; null when all are present. */
  readonly #bits: Uint8Array | null;
  /** Blocks present before every {@link STEP}th. */
  readonly #ranks: Uint32Array;

  /** @param bits bits from `total` on are cleared */
  constructor(total: number, bits: Uint8Array | null) {
    this.total = total;
    this.#bits = bits;
    if (!bits) {
      this.#ranks = new Uint32Array(0);
      this.count = total;
      return;
    }
    if (total % 8 > 0) bits[bits.length - 1]! &= (1 << total % 8) - 1;
    this.#ranks = new Uint32Array(Math.ceil(bits.length / STEP_BYTES));
    let count = 0;
    for (let at = 0; at < bits.length; at++) {
      if (at % STEP_BYTES === 0) this.#ranks[at / STEP_BYTES] = count;
      count += ONES[bits[at]!]!;
    }
    this.count = count;
  }

  has(block: number): boolean {
    return this.#bits === null || (this.#bits[Math.floor(block / 8)]! & (1 << block % 8)) !== 0;
  }

  /** Blocks present before `block`. */
  rank(block: number): number {
    if (this.#bits === null) return block;
    const step = Math.floor(block / STEP);
    let count = this.#ranks[step] ?? 0;
    const byte = Math.floor(block / 8);
    for (let at = step * STEP_BYTES; at < byte; at++) count += ONES[this.#bits[at]!]!;
    return count + ONES[(this.#bits[byte] ?? 0) & ((1 << block % 8) - 1)]!;
  }

  /** @param size of the volume in bytes: the last block may reach past it */
  extents(blockSize: number, size: number): ExtentSet {
    const builder = new ExtentBuilder();
    const add = (from: number, to: number): void => builder.add(from * blockSize, Math.min(to * blockSize, size) - from * blockSize);
    let start = -1;
    for (let block = 0; block < this.total; ) {
      const byte = block % 8 === 0 ? (this.#bits?.[block / 8] ?? 0xff) : -1;
      if (byte === (start < 0 ? 0x00 : 0xff)) {
        block += 8;
        continue;
      }
      if (start < 0 === this.has(block)) {
        if (start >= 0) add(start, block);
        start = start < 0 ? block : -1;
      }
      block++;
    }
    if (start >= 0) add(start, this.total);
    return builder.build();
  }
}

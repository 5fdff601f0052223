import type { BitOutput } from './bit-output.ts';
import { BlockCode, type BlockCodes } from './block-codes.ts';
import {
  ALIGNED_BITS, ALIGNED_LENGTH_BITS, ALIGNED_SYMBOLS, BLOCK, BLOCK_TYPE_BITS, FIRST_ALIGNED_SLOT, LENGTH_HEADERS, LENGTH_MODULUS,
  LENGTH_SYMBOLS, LITERALS, LONG_MATCH, PRE, PRE_LENGTH_BITS, PRE_SYMBOLS, SHORTEST_MATCH, SLOT_BASES, SLOT_EXTRA_BITS,
  USUAL_BLOCK_BYTES,
} from './format.ts';
import { VALUE_BITS, VALUE_MASK, slotOf } from './items.ts';

const LONGEST_PRE_CODEWORD = 15;

/** Writes blocks of one chunk; remembers the codes of the block before, since each is written as the difference to it. */
export class BlockWriter {
  readonly #bits: BitOutput;
  readonly #mainBefore: Uint8Array;
  readonly #lengthBefore = new Uint8Array(LENGTH_SYMBOLS);
  readonly #longSizes: boolean;
  readonly #pre = new BlockCode(PRE_SYMBOLS, LONGEST_PRE_CODEWORD);
  /** Pre-code symbols, each with its extra bits: `symbol | extra << 8`. */
  readonly #preItems: number[] = [];

  /** @param longSizes whether sizes of blocks take 24 bits, as with windows of more than 32 KiB */
  constructor(bits: BitOutput, mainSymbols: number, longSizes: boolean) {
    this.#bits = bits;
    this.#mainBefore = new Uint8Array(mainSymbols);
    this.#longSizes = longSizes;
  }

  startChunk(): void {
    this.#mainBefore.fill(0);
    this.#lengthBefore.fill(0);
  }

  /** @param size of the block unpacked, in bytes */
  write(codes: BlockCodes, items: Uint32Array, itemCount: number, size: number): void {
    const bits = this.#bits;
    const aligned = worthAligning(codes.aligned);
    bits.write(aligned ? BLOCK.aligned : BLOCK.verbatim, BLOCK_TYPE_BITS);
    if (size === USUAL_BLOCK_BYTES) bits.write(1, 1);
    else {
      bits.write(0, 1);
      if (this.#longSizes) {
        bits.write(size >>> 8, 16);
        bits.write(size & 255, 8);
      } else bits.write(size, 16);
    }
    if (aligned) for (let i = 0; i < ALIGNED_SYMBOLS; i++) bits.write(codes.aligned.lengths[i]!, ALIGNED_LENGTH_BITS);
    const { main, length } = codes;
    this.#writeLengths(main.lengths, this.#mainBefore, 0, LITERALS);
    this.#writeLengths(main.lengths, this.#mainBefore, LITERALS, main.lengths.length);
    this.#writeLengths(length.lengths, this.#lengthBefore, 0, LENGTH_SYMBOLS);
    this.#mainBefore.set(main.lengths);
    this.#lengthBefore.set(length.lengths);
    this.#writeItems(codes, items, itemCount, aligned);
  }

  #writeLengths(lengths: Uint8Array, before: Uint8Array, start: number, end: number): void {
    const bits = this.#bits;
    const pre = this.#pre;
    pre.frequencies.fill(0);
    this.#preItems.length = 0;
    for (let i = start; i < end;) {
      const length = lengths[i]!;
      let run = 1;
      while (i + run < end && lengths[i + run] === length) run++;
      i = length === 0 ? this.#zeros(before, i, run) : this.#alike(before, i, run, length);
    }
    pre.build();
    for (let i = 0; i < PRE_SYMBOLS; i++) bits.write(pre.lengths[i]!, PRE_LENGTH_BITS);
    for (const item of this.#preItems) {
      const symbol = item & 255;
      bits.write(pre.codewords[symbol]!, pre.lengths[symbol]!);
      if (symbol === PRE.zeros) bits.write(item >>> 8, 4);
      else if (symbol === PRE.moreZeros) bits.write(item >>> 8, 5);
      else if (symbol === PRE.alike) bits.write(item >>> 8, 1);
    }
  }

  #zeros(before: Uint8Array, at: number, run: number): number {
    let left = run;
    for (; left >= 20; left -= Math.min(left, 51)) this.#item(PRE.moreZeros, Math.min(left, 51) - 20);
    if (left >= 4) {
      this.#item(PRE.zeros, left - 4);
      left = 0;
    }
    for (let i = at + run - left; i < at + run; i++) this.#item(before[i]!, 0);
    return at + run;
  }

  #alike(before: Uint8Array, at: number, run: number, length: number): number {
    const end = at + run;
    while (end - at >= 4) {
      const taken = end - at >= 5 ? 5 : 4;
      this.#item(PRE.alike, taken - 4);
      this.#item(difference(before[at]!, length), 0);
      at += taken;
    }
    for (; at < end; at++) this.#item(difference(before[at]!, length), 0);
    return end;
  }

  #item(symbol: number, extra: number): void {
    this.#preItems.push(symbol | (extra << 8));
    this.#pre.frequencies[symbol]!++;
  }

  #writeItems({ main, length, aligned }: BlockCodes, items: Uint32Array, itemCount: number, byCode: boolean): void {
    const bits = this.#bits;
    for (let i = 0; i < itemCount; i++) {
      const item = items[i]!;
      const matchLength = item >>> VALUE_BITS;
      const value = item & VALUE_MASK;
      if (matchLength === 1) {
        bits.write(main.codewords[value]!, main.lengths[value]!);
        continue;
      }
      const slot = slotOf(value);
      const header = Math.min(matchLength, LONG_MATCH) - SHORTEST_MATCH;
      const symbol = LITERALS + slot * LENGTH_HEADERS + header;
      bits.write(main.codewords[symbol]!, main.lengths[symbol]!);
      if (matchLength >= LONG_MATCH) bits.write(length.codewords[matchLength - LONG_MATCH]!, length.lengths[matchLength - LONG_MATCH]!);
      let extra = SLOT_EXTRA_BITS[slot]!;
      let rest = value - SLOT_BASES[slot]!;
      const low = rest & (ALIGNED_SYMBOLS - 1);
      const withCode = byCode && slot >= FIRST_ALIGNED_SLOT;
      if (withCode) {
        extra -= ALIGNED_BITS;
        rest >>>= ALIGNED_BITS;
      }
      if (extra > 16) {
        bits.write(rest >>> 16, extra - 16);
        rest &= 0xffff;
        extra = 16;
      }
      bits.write(rest, extra);
      if (withCode) bits.write(aligned.codewords[low]!, aligned.lengths[low]!);
    }
  }
}

const difference = (before: number, length: number): number => (before - length + LENGTH_MODULUS) % LENGTH_MODULUS;

/** Whether a code for the lowest bits of offsets saves more than it takes to write it down. */
function worthAligning(aligned: BlockCode): boolean {
  const plain = aligned.frequencies.reduce((bits, frequency) => bits + frequency * ALIGNED_BITS, 0);
  return aligned.bits + ALIGNED_SYMBOLS * ALIGNED_LENGTH_BITS < plain;
}

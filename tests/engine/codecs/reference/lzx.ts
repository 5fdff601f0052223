import type { ChunkDecompressor } from '../../../../native-free-engine/codecs/wim-chunk-types.ts';
import { HuffmanDecoder, ROOT_BITS } from './huffman.ts';
import { corrupt, unsupported } from '../../../../native-free-engine/codecs/faults.ts';
import { BitInput } from './lzx-bit-input.ts';
import { restoreCalls } from '../../../../native-free-engine/codecs/lzx/call-filter.ts';
import {
  ALIGNED_BITS, ALIGNED_LENGTH_BITS, ALIGNED_SYMBOLS, BLOCK, BLOCK_TYPE_BITS, FIRST_ALIGNED_SLOT, LENGTH_HEADERS, LENGTH_MODULUS,
  LENGTH_SYMBOLS, LITERALS, LONG_MATCH, MAX_MAIN_SYMBOLS, OFFSET_ADJUSTMENT, PRE, PRE_LENGTH_BITS, PRE_SYMBOLS, RECENT_OFFSETS,
  SHORTEST_MATCH, SLOT_BASES, SLOT_EXTRA_BITS, USUAL_BLOCK_BYTES, mainSymbols, windowSize,
} from '../../../../native-free-engine/codecs/lzx/format.ts';

const FORMAT = 'lzx';
/** Windows larger than this have blocks whose size needs more than 16 bits. */
const SHORT_SIZE_WINDOW = 32768;

/** LZX in plain TypeScript, as readable as it gets: what the program's decoder is compared with. */
export class LzxReference implements ChunkDecompressor {
  readonly #symbols: number;
  readonly #longSizes: boolean;
  readonly #in = new BitInput(FORMAT);
  readonly #main = new HuffmanDecoder(MAX_MAIN_SYMBOLS);
  readonly #lengths = new HuffmanDecoder(LENGTH_SYMBOLS);
  readonly #aligned = new HuffmanDecoder(ALIGNED_SYMBOLS);
  readonly #pre = new HuffmanDecoder(PRE_SYMBOLS);
  readonly #mainLengths = new Uint8Array(MAX_MAIN_SYMBOLS);
  readonly #lengthLengths = new Uint8Array(LENGTH_SYMBOLS);
  readonly #fewLengths = new Uint8Array(PRE_SYMBOLS);
  readonly #recent = new Int32Array(RECENT_OFFSETS);

  /** @throws EngineError `image-format-unsupported` */
  constructor(chunkSize: number) {
    const window = windowSize(chunkSize);
    if (window === null) throw unsupported(`${FORMAT}, ${chunkSize}`);
    this.#symbols = mainSymbols(window);
    this.#longSizes = window > SHORT_SIZE_WINDOW;
  }

  decompress(input: Uint8Array, output: Uint8Array): void {
    const bits = this.#in;
    bits.start(input);
    this.#mainLengths.fill(0);
    this.#lengthLengths.fill(0);
    this.#recent.fill(1);
    for (let at = 0; at < output.length;) {
      const type = bits.read(BLOCK_TYPE_BITS);
      const size = this.#blockSize();
      // A block of nothing may stand there, but only as long as there is input for it.
      if (size > output.length - at || bits.overrun) throw corrupt(FORMAT);
      const block = output.subarray(0, at + size);
      if (type === BLOCK.stored) this.#storedBlock(block, at);
      else if (type === BLOCK.verbatim || type === BLOCK.aligned) this.#packedBlock(block, at, type === BLOCK.aligned);
      else throw corrupt(FORMAT);
      at += size;
    }
    if (bits.overrun) throw corrupt(FORMAT);
    restoreCalls(output);
  }

  #blockSize(): number {
    const bits = this.#in;
    if (bits.read(1) === 1) return USUAL_BLOCK_BYTES;
    const size = bits.read(16);
    return this.#longSizes ? (size << 8) | bits.read(8) : size;
  }

  #storedBlock(output: Uint8Array, at: number): void {
    const bits = this.#in;
    bits.align();
    const { input } = bits;
    const start = bits.from + RECENT_OFFSETS * 4;
    const length = output.length - at;
    if (start + length > input.length) throw corrupt(FORMAT);
    for (let i = 0; i < RECENT_OFFSETS; i++) {
      const p = bits.from + i * 4;
      const offset = input[p]! | (input[p + 1]! << 8) | (input[p + 2]! << 16) | (input[p + 3]! << 24);
      if (offset === 0) throw corrupt(FORMAT);
      this.#recent[i] = offset;
    }
    output.set(input.subarray(start, start + length), at);
    // Units begin at even places; at the end of the chunk the byte that fills up the last may be missing.
    bits.from = Math.min(start + length + (length & 1), input.length);
  }

  #packedBlock(output: Uint8Array, at: number, aligned: boolean): void {
    const bits = this.#in;
    if (aligned) this.#readCode(this.#aligned, ALIGNED_SYMBOLS, ALIGNED_LENGTH_BITS);
    this.#readLengths(this.#mainLengths, 0, LITERALS);
    this.#readLengths(this.#mainLengths, LITERALS, this.#symbols);
    if (!this.#main.build(this.#mainLengths, this.#symbols)) throw corrupt(FORMAT);
    this.#readLengths(this.#lengthLengths, 0, LENGTH_SYMBOLS);
    if (!this.#lengths.build(this.#lengthLengths, LENGTH_SYMBOLS)) throw corrupt(FORMAT);
    if (bits.overrun) throw corrupt(FORMAT);
    this.#decodeItems(output, at, aligned ? FIRST_ALIGNED_SLOT : SLOT_BASES.length);
  }

  #readCode(code: HuffmanDecoder, symbols: number, lengthBits: number): void {
    for (let i = 0; i < symbols; i++) this.#fewLengths[i] = this.#in.read(lengthBits);
    if (!code.build(this.#fewLengths, symbols)) throw corrupt(FORMAT);
  }

  /** Each codeword length is written as the difference to the one that the symbol had in the block before. */
  #readLengths(lengths: Uint8Array, start: number, end: number): void {
    const bits = this.#in;
    this.#readCode(this.#pre, PRE_SYMBOLS, PRE_LENGTH_BITS);
    const less = (before: number, by: number): number => (before - by + LENGTH_MODULUS) % LENGTH_MODULUS;
    for (let i = start; i < end;) {
      const symbol = bits.decode(this.#pre);
      if (symbol < LENGTH_MODULUS) {
        lengths[i] = less(lengths[i]!, symbol);
        i++;
        continue;
      }
      let run: number;
      let length = 0;
      if (symbol === PRE.zeros) run = 4 + bits.read(4);
      else if (symbol === PRE.moreZeros) run = 20 + bits.read(5);
      else {
        run = 4 + bits.read(1);
        const by = bits.decode(this.#pre);
        if (by > LENGTH_MODULUS) throw corrupt(FORMAT);
        length = less(lengths[i]!, by);
      }
      // A run may reach over the end.
      lengths.fill(length, i, Math.min(i + run, end));
      i += run;
    }
  }

  /** @param firstAligned the slot from which on offsets end with a symbol of the aligned code */
  #decodeItems(output: Uint8Array, start: number, firstAligned: number): void {
    const state = this.#in;
    const { input } = state;
    const inputEnd = input.length;
    const main = this.#main.root;
    let { from, bits, have } = state;
    let [recent0, recent1, recent2] = this.#recent as unknown as [number, number, number];
    const end = output.length;
    let to = start;
    while (to < end) {
      if (have < 16) {
        if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
        from += 2;
        have += 16;
      }
      let symbol = main[bits >>> (32 - ROOT_BITS)]!;
      if (symbol !== 0) {
        const length = symbol & 15;
        symbol >>>= 4;
        bits <<= length;
        have -= length;
      } else {
        const found = this.#main.longCodeword(bits >>> 16);
        if (found < 0) throw corrupt(FORMAT);
        symbol = found >>> 5;
        bits <<= found & 31;
        have -= found & 31;
      }
      if (symbol < LITERALS) {
        output[to++] = symbol;
        continue;
      }
      let length = SHORTEST_MATCH + (symbol & (LENGTH_HEADERS - 1));
      const slot = (symbol - LITERALS) >>> 3;
      if (length === LONG_MATCH) {
        if (have < 16) {
          if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
          from += 2;
          have += 16;
        }
        const entry = this.#lengths.root[bits >>> (32 - ROOT_BITS)]!;
        const found = entry !== 0 ? ((entry >>> 4) << 5) | (entry & 15) : this.#lengths.longCodeword(bits >>> 16);
        if (found < 0) throw corrupt(FORMAT);
        length += found >>> 5;
        bits <<= found & 31;
        have -= found & 31;
      }
      let offset: number;
      if (slot < RECENT_OFFSETS) {
        // The one that is used changes places with the latest.
        offset = recent0;
        if (slot === 1) {
          offset = recent1;
          recent1 = recent0;
        } else if (slot === 2) {
          offset = recent2;
          recent2 = recent0;
        }
      } else {
        let extra = SLOT_EXTRA_BITS[slot]!;
        offset = SLOT_BASES[slot]! - OFFSET_ADJUSTMENT;
        const byCode = slot >= firstAligned;
        if (byCode) extra -= ALIGNED_BITS;
        if (have < 16) {
          if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
          from += 2;
          have += 16;
        }
        let value = 0;
        if (extra > 16) {
          value = bits >>> 31 << 16;
          bits <<= 1;
          have--;
          extra--;
          if (have < 16) {
            if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
            from += 2;
            have += 16;
          }
        }
        // Two shifts: one by 32 would do nothing.
        value |= bits >>> 1 >>> (31 - extra);
        bits <<= extra;
        have -= extra;
        if (byCode) {
          if (have < 16) {
            if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
            from += 2;
            have += 16;
          }
          const entry = this.#aligned.root[bits >>> (32 - ROOT_BITS)]!;
          if (entry === 0) throw corrupt(FORMAT);
          value = (value << ALIGNED_BITS) | (entry >>> 4);
          bits <<= entry & 15;
          have -= entry & 15;
        }
        offset += value;
        recent2 = recent1;
        recent1 = recent0;
      }
      recent0 = offset;
      const matchEnd = to + length;
      let source = to - offset;
      // An offset of a stored block may be negative as a number of 32 bits: it leads behind what is there.
      if (source < 0 || source >= to || matchEnd > end) throw corrupt(FORMAT);
      while (to < matchEnd) output[to++] = output[source++]!;
    }
    state.from = from;
    state.bits = bits;
    state.have = have;
    this.#recent.set([recent0, recent1, recent2]);
  }
}

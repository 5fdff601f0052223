import type { ChunkDecompressor } from '../../../../native-free-engine/codecs/wim-chunk-types.ts';
import { HuffmanDecoder, ROOT_BITS } from './huffman.ts';
import { corrupt } from '../../../../native-free-engine/codecs/faults.ts';
import { LENGTHS_BYTES, LENGTH_IN_BYTE, LENGTH_IN_WORD, LITERALS, SHORTEST_MATCH, SYMBOLS } from '../../../../native-free-engine/codecs/xpress/format.ts';

const FORMAT = 'xpress';

/**
 * XPRESS with Huffman codes ([MS-XCA] 2.2) in plain TypeScript: what the program's decoder is compared with.
 *
 * Bits come in little-endian units of 16, highest first. A long match keeps its length in whole bytes
 * between the units: they stand where the decoder is when it has at least 16 bits at hand, and no unit more.
 */
export class XpressReference implements ChunkDecompressor {
  readonly #code = new HuffmanDecoder(SYMBOLS);
  readonly #lengths = new Uint8Array(SYMBOLS);

  decompress(input: Uint8Array, output: Uint8Array): void {
    const inputEnd = input.length;
    if (inputEnd < LENGTHS_BYTES) throw corrupt(FORMAT);
    for (let i = 0; i < LENGTHS_BYTES; i++) {
      this.#lengths[2 * i] = input[i]! & 15;
      this.#lengths[2 * i + 1] = input[i]! >>> 4;
    }
    const code = this.#code;
    if (!code.build(this.#lengths, SYMBOLS)) throw corrupt(FORMAT);
    const { root } = code;
    const outputEnd = output.length;
    let from = LENGTHS_BYTES;
    let to = 0;
    // The next bits, highest first, and how many of these 32 are from the input.
    let bits = 0;
    let have = 0;
    while (to < outputEnd) {
      if (have < 16) {
        if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
        from += 2;
        have += 16;
      }
      let symbol = root[bits >>> (32 - ROOT_BITS)]!;
      if (symbol !== 0) {
        const length = symbol & 15;
        symbol >>>= 4;
        bits <<= length;
        have -= length;
      } else {
        const found = code.longCodeword(bits >>> 16);
        if (found < 0) throw corrupt(FORMAT);
        symbol = found >>> 5;
        bits <<= found & 31;
        have -= found & 31;
      }
      if (symbol < LITERALS) {
        output[to++] = symbol;
        continue;
      }
      if (have < 16) {
        if (from + 2 <= inputEnd) bits |= (input[from]! | (input[from + 1]! << 8)) << (16 - have);
        from += 2;
        have += 16;
      }
      const offsetBits = (symbol >>> 4) & 15;
      // Two shifts: one by 32 would do nothing.
      const offset = (1 << offsetBits) | (bits >>> 1 >>> (31 - offsetBits));
      bits <<= offsetBits;
      have -= offsetBits;
      let length = symbol & 15;
      if (length === LENGTH_IN_BYTE) {
        if (from >= inputEnd) throw corrupt(FORMAT);
        length += input[from++]!;
        if (length === LENGTH_IN_WORD) {
          if (from + 2 > inputEnd) throw corrupt(FORMAT);
          length = input[from]! | (input[from + 1]! << 8);
          from += 2;
        }
      }
      const end = to + length + SHORTEST_MATCH;
      let source = to - offset;
      if (source < 0 || end > outputEnd) throw corrupt(FORMAT);
      while (to < end) output[to++] = output[source++]!;
    }
    // What lies behind the end was read as zeros; to need one of them is to have been cut short.
    if (from * 8 - have > inputEnd * 8) throw corrupt(FORMAT);
  }
}

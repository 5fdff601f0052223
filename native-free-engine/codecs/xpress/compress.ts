import { unsupported } from '../faults.ts';
import { CodeLengths } from '../huffman/code-lengths.ts';
import { assignCodewords } from '../huffman/codewords.ts';
import { HashChains } from '../matches/hash-chains.ts';
import type { ChunkCompressor } from '../wim-chunk-types.ts';
import { BitOutput } from './bit-output.ts';
import {
  END, LARGEST_CHUNK, LENGTHS_BYTES, LENGTH_IN_BYTE, LENGTH_IN_WORD, LITERALS, LONGEST_CODEWORD, SHORTEST_MATCH, SYMBOLS,
} from './format.ts';

/** As much searching as is needed for the ratio of wimlib's usual level. */
const SEARCH_DEPTH = 64;
const ENOUGH = 128;
/** A match of the shortest length costs more than its literals from this distance on. */
const FAR = 8192;

/** Chunks packed by lazy matching: a match gives way to a better one that begins a byte later. */
export class XpressCompressor implements ChunkCompressor {
  readonly #chunkSize: number;
  readonly #chains: HashChains;
  /** One for each literal (its byte) or match (`length << 16 | offset`, offset at least 1). */
  readonly #items: Uint32Array;
  #itemCount = 0;
  readonly #frequencies = new Uint32Array(SYMBOLS);
  readonly #lengths = new Uint8Array(SYMBOLS);
  readonly #codewords = new Uint16Array(SYMBOLS);
  readonly #maker = new CodeLengths(SYMBOLS);
  readonly #output: Uint8Array;
  readonly #bits: BitOutput;

  /** @throws EngineError `image-format-unsupported` */
  constructor(chunkSize: number) {
    if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > LARGEST_CHUNK) throw unsupported(`xpress, ${chunkSize}`);
    this.#chunkSize = chunkSize;
    this.#chains = new HashChains(chunkSize, SEARCH_DEPTH, ENOUGH);
    this.#items = new Uint32Array(chunkSize);
    // What would run over the end is dropped: then the chunk did not become smaller.
    this.#output = new Uint8Array(chunkSize);
    this.#bits = new BitOutput(this.#output);
  }

  compress(input: Uint8Array): Uint8Array | null {
    if (input.length > this.#chunkSize) throw new RangeError('more than a chunk');
    if (input.length <= LENGTHS_BYTES) return null;
    this.#frequencies.fill(0);
    this.#frequencies[END] = 1;
    this.#itemCount = 0;
    this.#parse(input);
    this.#maker.assign(this.#frequencies, SYMBOLS, LONGEST_CODEWORD, this.#lengths);
    assignCodewords(this.#lengths, SYMBOLS, this.#codewords);
    const length = this.#write();
    return length < input.length ? this.#output.slice(0, length) : null;
  }

  #parse(input: Uint8Array): void {
    const chains = this.#chains;
    chains.start(input);
    const end = input.length;
    let at = 0;
    let length = 0;
    let offset = 0;
    while (at < end) {
      if (length === 0) {
        length = this.#longest(at, SHORTEST_MATCH - 1);
        offset = chains.offset;
      }
      if (length === 0) {
        this.#literal(input[at++]!);
        continue;
      }
      if (length < ENOUGH && at + 1 < end) {
        const nextLength = this.#longest(at + 1, length - 1);
        const gain = (nextLength - length) * 4 + Math.clz32(chains.offset) - Math.clz32(offset);
        if (nextLength >= length && gain > 2) {
          this.#literal(input[at++]!);
          length = nextLength;
          offset = chains.offset;
          continue;
        }
        this.#match(length, offset);
        chains.skip(at + 2, at + length);
      } else {
        this.#match(length, offset);
        chains.skip(at + 1, at + length);
      }
      at += length;
      length = 0;
    }
  }

  /** Longer than `than`, or 0. */
  #longest(at: number, than: number): number {
    const least = Math.max(than, SHORTEST_MATCH - 1);
    const length = this.#chains.longest(at, least);
    if (length === least || (length === SHORTEST_MATCH && this.#chains.offset >= FAR)) return 0;
    return length;
  }

  #literal(byte: number): void {
    this.#items[this.#itemCount++] = byte << 16;
    this.#frequencies[byte]!++;
  }

  #match(length: number, offset: number): void {
    this.#items[this.#itemCount++] = (length << 16) | offset;
    this.#frequencies[matchSymbol(length - SHORTEST_MATCH, 31 - Math.clz32(offset))]!++;
  }

  /** Returns the length of the packed chunk. */
  #write(): number {
    const lengths = this.#lengths;
    const codewords = this.#codewords;
    const bits = this.#bits;
    for (let i = 0; i < LENGTHS_BYTES; i++) this.#output[i] = lengths[2 * i]! | (lengths[2 * i + 1]! << 4);
    bits.start(LENGTHS_BYTES);
    for (let i = 0; i < this.#itemCount; i++) {
      const item = this.#items[i]!;
      const offset = item & 0xffff;
      if (offset === 0) {
        bits.write(codewords[item >>> 16]!, lengths[item >>> 16]!);
        continue;
      }
      const length = (item >>> 16) - SHORTEST_MATCH;
      const offsetBits = 31 - Math.clz32(offset);
      const symbol = matchSymbol(length, offsetBits);
      bits.write(codewords[symbol]!, lengths[symbol]!);
      if (length >= LENGTH_IN_WORD) {
        bits.byte(255);
        bits.byte(length);
        bits.byte(length >>> 8);
      } else if (length >= LENGTH_IN_BYTE) bits.byte(length - LENGTH_IN_BYTE);
      bits.write(offset - (1 << offsetBits), offsetBits);
    }
    bits.write(codewords[END]!, lengths[END]!);
    return bits.finish();
  }
}

const matchSymbol = (length: number, offsetBits: number): number => LITERALS + (offsetBits << 4) + Math.min(length, LENGTH_IN_BYTE);

import { unsupported } from '../faults.ts';
import { BinaryTrees, OFFSET_BITS, OFFSET_MASK } from '../matches/binary-trees.ts';
import type { ChunkCompressor } from '../wim-chunk-types.ts';
import { BitOutput } from './bit-output.ts';
import { BlockCodes } from './block-codes.ts';
import { BlockEnd } from './block-end.ts';
import { translateCalls } from './call-filter.ts';
import {
  ALIGNED_SYMBOLS, FIRST_ALIGNED_SLOT, LENGTH_HEADERS, LITERALS, LONGEST_MATCH, LONG_MATCH, OFFSET_ADJUSTMENT, SHORTEST_MATCH,
  USUAL_BLOCK_BYTES, mainSymbols, windowSize,
} from './format.ts';
import { ItemCosts } from './item-costs.ts';
import { VALUE_BITS, VALUE_MASK, slotOf } from './items.ts';
import { Parser } from './parse.ts';
import { BlockWriter } from './write-block.ts';

/** As much searching as is needed for the ratio of wimlib's usual level. */
const SEARCH_DEPTH = 24;
const ENOUGH = 48;
/** A match of three bytes usually costs more than its literals from this distance on. */
const FAR = 4096;
/** Bytes of a block, and matches that are kept for it; the block ends when they run out. */
const MOST_BLOCK_BYTES = 131_072;
const MATCHES_PER_BYTE = 8;

/**
 * Chunks packed with LZX: each block is parsed with the costs that the greedy parse before it would have had. Another pass with
 * the costs of this one makes chunks 0.2 to 0.6 % smaller, and packing a third slower.
 */
export class LzxCompressor implements ChunkCompressor {
  readonly #chunkSize: number;
  readonly #trees: BinaryTrees;
  readonly #starts: Int32Array;
  readonly #matches: Uint32Array;
  readonly #blockEnd = new BlockEnd();
  readonly #codes: BlockCodes;
  readonly #costs: ItemCosts;
  readonly #parser: Parser;
  readonly #output: Uint8Array;
  readonly #bits: BitOutput;
  readonly #writer: BlockWriter;

  /** @throws EngineError `image-format-unsupported` */
  constructor(chunkSize: number) {
    const window = windowSize(chunkSize);
    if (window === null) throw unsupported(`lzx, ${chunkSize}`);
    const symbols = mainSymbols(window);
    const blockBytes = Math.min(chunkSize, MOST_BLOCK_BYTES);
    this.#chunkSize = chunkSize;
    this.#trees = new BinaryTrees(chunkSize, SEARCH_DEPTH, LONGEST_MATCH, ENOUGH);
    this.#starts = new Int32Array(blockBytes + 1);
    this.#matches = new Uint32Array(blockBytes * MATCHES_PER_BYTE + this.#trees.most);
    this.#codes = new BlockCodes(symbols);
    this.#costs = new ItemCosts(symbols);
    this.#parser = new Parser(blockBytes, ENOUGH);
    // What would run over the end is dropped: then the chunk did not become smaller.
    this.#output = new Uint8Array(chunkSize);
    this.#bits = new BitOutput(this.#output);
    this.#writer = new BlockWriter(this.#bits, symbols, window > USUAL_BLOCK_BYTES);
  }

  compress(input: Uint8Array): Uint8Array | null {
    if (input.length > this.#chunkSize) throw new RangeError('more than a chunk');
    const { window } = this.#trees;
    window.set(input);
    translateCalls(window.subarray(0, input.length));
    this.#trees.start(input.length);
    this.#bits.start();
    this.#writer.startChunk();
    this.#parser.recent.fill(1);
    for (let at = 0; at < input.length;) {
      const end = this.#findMatches(at, input.length);
      this.#writeBlock(at, end);
      at = end;
    }
    const length = this.#bits.finish();
    return length < input.length ? this.#output.slice(0, length) : null;
  }

  #writeBlock(start: number, end: number): void {
    const parser = this.#parser;
    this.#costs.update(this.#codes);
    const count = parser.parse(this.#trees.window, start, end, { starts: this.#starts, matches: this.#matches }, this.#costs);
    this.#codes.clear();
    for (let i = 0; i < count; i++) this.#count(parser.items[i]! >>> VALUE_BITS, parser.items[i]! & VALUE_MASK);
    parser.finish(end - start);
    this.#codes.build();
    this.#writer.write(this.#codes, parser.items, count, end - start);
  }

  #count(length: number, value: number): void {
    const { main, length: lengths, aligned } = this.#codes;
    if (length === 1) {
      main.frequencies[value]!++;
      return;
    }
    const slot = slotOf(value);
    main.frequencies[LITERALS + slot * LENGTH_HEADERS + Math.min(length, LONG_MATCH) - SHORTEST_MATCH]!++;
    if (length >= LONG_MATCH) lengths.frequencies[length - LONG_MATCH]!++;
    if (slot >= FIRST_ALIGNED_SLOT) aligned.frequencies[value & (ALIGNED_SYMBOLS - 1)]!++;
  }

  /**
   * Finds the matches of the next block and where it ends. A greedy parse on the way tells whether the data changes,
   * and what the first real parse may take symbols to cost.
   */
  #findMatches(start: number, chunkEnd: number): number {
    const trees = this.#trees;
    const { window } = trees;
    const starts = this.#starts;
    const matches = this.#matches;
    const most = Math.min(chunkEnd, start + starts.length - 1);
    this.#blockEnd.start();
    this.#codes.clear();
    let recent = this.#parser.recent[0]!;
    let to = 0;
    let at = start;
    starts[0] = 0;
    while (at < most && to + trees.most <= matches.length) {
      if (this.#blockEnd.reached(at - start, chunkEnd - at)) break;
      const from = to;
      to = trees.find(at, true, matches, to);
      starts[at - start + 1] = to;
      let length = to > from ? matches[to - 1]! >>> OFFSET_BITS : 0;
      let value = to > from ? (matches[to - 1]! & OFFSET_MASK) + OFFSET_ADJUSTMENT : 0;
      const repeated = common(window, at - recent, at, Math.min(LONGEST_MATCH, most - at));
      if (repeated >= SHORTEST_MATCH && repeated + 1 >= length) {
        length = repeated;
        value = 0;
      }
      if (!(value === 0 ? length >= SHORTEST_MATCH : length > 3 || (length === 3 && value < FAR))) {
        this.#blockEnd.literal(window[at]!);
        this.#count(1, window[at]!);
        at++;
        continue;
      }
      length = Math.min(length, most - at);
      this.#blockEnd.match(length);
      this.#count(length, value);
      if (value !== 0) recent = value - OFFSET_ADJUSTMENT;
      const end = at + length;
      const keep = length < ENOUGH;
      for (at++; at < end; at++) {
        // The room for what is kept may end within a match; then the places left have none.
        to = trees.find(at, keep && to + trees.most <= matches.length, matches, to);
        starts[at - start + 1] = to;
      }
    }
    return at;
  }
}

function common(window: Uint8Array, a: number, b: number, most: number): number {
  if (a < 0) return 0;
  let length = 0;
  while (length < most && window[a + length] === window[b + length]) length++;
  return length;
}

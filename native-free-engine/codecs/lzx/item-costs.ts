import type { BlockCodes } from './block-codes.ts';
import {
  ALIGNED_BITS, ALIGNED_SYMBOLS, LENGTH_HEADERS, LENGTH_SYMBOLS, LITERALS, LONGEST_MATCH, LONG_MATCH, SHORTEST_MATCH, SLOT_EXTRA_BITS,
} from './format.ts';

/** Costs are counted in this part of a bit, since a parser adds up many of them. */
const UNITS = 32;
/** Costs of one slot's matches lie together, by length. */
export const ROW = LONGEST_MATCH + 1;

/** What each item will take in the output, going by how often each symbol occurred so far. */
export class ItemCosts {
  readonly literals = new Int32Array(LITERALS);
  /** By `slot * ROW + length`; the lowest bits of an offset as plain bits. */
  readonly matches: Int32Array;
  /** What the lowest three bits of an offset take more or less than plain bits. */
  readonly aligned = new Int32Array(ALIGNED_SYMBOLS);
  readonly #main: Int32Array;
  readonly #lengths = new Int32Array(LENGTH_SYMBOLS);
  readonly #slots: number;

  constructor(mainSymbols: number) {
    this.#main = new Int32Array(mainSymbols);
    this.#slots = (mainSymbols - LITERALS) / LENGTH_HEADERS;
    this.matches = new Int32Array(this.#slots * ROW);
  }

  update({ main, length, aligned }: BlockCodes): void {
    weigh(main.frequencies, this.#main);
    weigh(length.frequencies, this.#lengths);
    weigh(aligned.frequencies, this.aligned);
    for (let i = 0; i < ALIGNED_SYMBOLS; i++) this.aligned[i]! -= ALIGNED_BITS * UNITS;
    this.literals.set(this.#main.subarray(0, LITERALS));
    for (let slot = 0; slot < this.#slots; slot++) {
      const extra = SLOT_EXTRA_BITS[slot]! * UNITS;
      const first = LITERALS + slot * LENGTH_HEADERS - SHORTEST_MATCH;
      const row = slot * ROW;
      for (let l = SHORTEST_MATCH; l < LONG_MATCH; l++) this.matches[row + l] = this.#main[first + l]! + extra;
      const long = this.#main[first + LONG_MATCH]! + extra;
      for (let l = LONG_MATCH; l <= LONGEST_MATCH; l++) this.matches[row + l] = long + this.#lengths[l - LONG_MATCH]!;
    }
  }
}

/** A symbol that has not occurred counts as half a time, so that it can come into use. */
const UNSEEN = 0.5;

function weigh(frequencies: Uint32Array, costs: Int32Array): void {
  let total = 0;
  for (const frequency of frequencies) total += frequency;
  const whole = Math.log2(Math.max(total, 1));
  frequencies.forEach((frequency, symbol) => {
    const bits = whole - Math.log2(Math.max(frequency, UNSEEN));
    costs[symbol] = Math.round(Math.min(Math.max(bits, 0.1), 16) * UNITS);
  });
}

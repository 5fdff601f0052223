import { OFFSET_BITS, OFFSET_MASK } from '../matches/binary-trees.ts';
import { LONGEST_MATCH, FIRST_ALIGNED_SLOT, OFFSET_ADJUSTMENT, RECENT_OFFSETS } from './format.ts';
import { ROW, type ItemCosts } from './item-costs.ts';
import { VALUE_BITS, VALUE_MASK, slotOf } from './items.ts';

const UNREACHED = 0x7fff_ffff;

/** The matches found in a block: those of its place `i` stand from `starts[i]` to `starts[i + 1]`, shortest first. */
export interface BlockMatches {
  readonly starts: Int32Array;
  readonly matches: Uint32Array;
}

/**
 * Chooses the items that take least, by going through a block once and noting at each place the cheapest way there.
 * The recent offsets belong to that way, so they are noted too; that a dearer way with other recent offsets might
 * have led further is left out of account.
 */
export class Parser {
  readonly #costs: Int32Array;
  /** The item that leads to each place. */
  readonly #arrivals: Uint32Array;
  readonly #recent0: Int32Array;
  readonly #recent1: Int32Array;
  readonly #recent2: Int32Array;
  /** A match this long is taken without looking at what lies in it. */
  readonly #enough: number;
  /** The items of the block, in order. */
  readonly items: Uint32Array;
  /** Before the block, and after {@link finish} behind it. */
  readonly recent = new Int32Array(RECENT_OFFSETS);

  constructor(mostBytes: number, enough: number) {
    const places = mostBytes + 1;
    this.#costs = new Int32Array(places);
    this.#arrivals = new Uint32Array(places);
    this.#recent0 = new Int32Array(places);
    this.#recent1 = new Int32Array(places);
    this.#recent2 = new Int32Array(places);
    this.items = new Uint32Array(places);
    this.#enough = enough;
  }

  /** Fills {@link items} for `window[start .. end)`. Returns how many there are. */
  parse(window: Uint8Array, start: number, end: number, { starts, matches }: BlockMatches, itemCosts: ItemCosts): number {
    const costs = this.#costs;
    const arrivals = this.#arrivals;
    const recent0 = this.#recent0;
    const { literals, matches: matchCosts, aligned } = itemCosts;
    const size = end - start;
    costs.fill(UNREACHED, 0, size + 1);
    costs[0] = 0;
    for (let i = 0; i < size;) {
      this.#settle(i);
      const at = start + i;
      const cost = costs[i]!;
      const byte = window[at]!;
      const plain = cost + literals[byte]!;
      if (plain < costs[i + 1]!) {
        costs[i + 1] = plain;
        arrivals[i + 1] = (1 << VALUE_BITS) | byte;
      }
      const most = Math.min(LONGEST_MATCH, size - i);
      // Lengths below this have a cheaper offset already.
      let next = 2;
      for (let which = 0; which < RECENT_OFFSETS; which++) {
        const source = at - (which === 0 ? recent0[i]! : which === 1 ? this.#recent1[i]! : this.#recent2[i]!);
        if (source < 0 || window[source] !== byte || next > most || window[source + next - 1] !== window[at + next - 1]) continue;
        let length = 1;
        while (length < most && window[source + length] === window[at + length]) length++;
        if (length < next) continue;
        const row = which * ROW;
        if (length >= this.#enough) next = length;
        for (; next <= length; next++) {
          const through = cost + matchCosts[row + next]!;
          if (through < costs[i + next]!) {
            costs[i + next] = through;
            arrivals[i + next] = (next << VALUE_BITS) | which;
          }
        }
      }
      const last = starts[i + 1]!;
      for (let m = starts[i]!; m < last; m++) {
        const match = matches[m]!;
        const length = Math.min(match >>> OFFSET_BITS, most);
        if (length < next) continue;
        const value = (match & OFFSET_MASK) + OFFSET_ADJUSTMENT;
        const slot = slotOf(value);
        const row = slot * ROW;
        const withOffset = slot >= FIRST_ALIGNED_SLOT ? cost + aligned[value & 7]! : cost;
        if (length >= this.#enough) next = length;
        for (; next <= length; next++) {
          const through = withOffset + matchCosts[row + next]!;
          if (through < costs[i + next]!) {
            costs[i + next] = through;
            arrivals[i + next] = (next << VALUE_BITS) | value;
          }
        }
      }
      i += next > this.#enough ? next - 1 : 1;
    }
    return this.#collect(size);
  }

  /** Takes over the recent offsets behind the block that was parsed last. */
  finish(size: number): void {
    this.#settle(size);
    this.recent.set([this.#recent0[size]!, this.#recent1[size]!, this.#recent2[size]!]);
  }

  /** Works out the recent offsets at place `i` from those where its item began. */
  #settle(i: number): void {
    const [recent0, recent1, recent2] = [this.#recent0, this.#recent1, this.#recent2];
    if (i === 0) {
      recent0[0] = this.recent[0]!;
      recent1[0] = this.recent[1]!;
      recent2[0] = this.recent[2]!;
      return;
    }
    const item = this.#arrivals[i]!;
    const length = item >>> VALUE_BITS;
    const value = item & VALUE_MASK;
    const from = i - length;
    const a = recent0[from]!;
    const b = recent1[from]!;
    const c = recent2[from]!;
    if (length === 1 || value === 0) {
      recent0[i] = a;
      recent1[i] = b;
      recent2[i] = c;
    } else if (value === 1) {
      recent0[i] = b;
      recent1[i] = a;
      recent2[i] = c;
    } else if (value === 2) {
      recent0[i] = c;
      recent1[i] = b;
      recent2[i] = a;
    } else {
      recent0[i] = value - OFFSET_ADJUSTMENT;
      recent1[i] = a;
      recent2[i] = b;
    }
  }

  /** Goes back from the end, then puts the items into their order. */
  #collect(size: number): number {
    const { items } = this;
    let count = 0;
    for (let i = size; i > 0; i -= items[count - 1]! >>> VALUE_BITS) items[count++] = this.#arrivals[i]!;
    items.subarray(0, count).reverse();
    return count;
  }
}

const HASH3_BITS = 14;
const HASH4_BITS = 15;
const MULTIPLIER = 0x1e35_a7bd;
/** So that four bytes can be read anywhere in the window. */
const PADDING = 4;
/** A match is kept as `length << OFFSET_BITS | offset`. */
export const OFFSET_BITS = 21;
export const OFFSET_MASK = (1 << OFFSET_BITS) - 1;

/**
 * Earlier places with the same bytes, for a parser that weighs matches of every length: at each place the nearest match
 * of each length that has one. Places with the same four bytes stand in a binary tree, ordered by what follows them, the
 * latest at its root; two and three bytes lead to the last place only.
 */
export class BinaryTrees {
  /** What is searched, from its start; what lies behind the end counts for nothing. */
  readonly window: Uint8Array;
  readonly #view: DataView;
  #end = 0;
  readonly #last2 = new Int32Array(1 << 16);
  readonly #last3 = new Int32Array(1 << HASH3_BITS);
  readonly #roots = new Int32Array(1 << HASH4_BITS);
  /** Of each place: what sorts before it, what behind it. */
  readonly #children: Int32Array;
  readonly #depth: number;
  readonly #longest: number;
  readonly #enough: number;

  /**
   * @param size of the largest window in bytes, at most 2 MiB
   * @param depth how many earlier places are tried
   * @param longest the length that no match exceeds, in bytes
   * @param enough a match of this length is not sought to be bettered
   */
  constructor(size: number, depth: number, longest: number, enough: number) {
    this.window = new Uint8Array(size + PADDING);
    this.#view = new DataView(this.window.buffer);
    this.#children = new Int32Array(2 * size);
    this.#depth = depth;
    this.#longest = longest;
    this.#enough = enough;
  }

  /** @param length of the window that was filled */
  start(length: number): void {
    this.#end = length;
    this.#last2.fill(-1);
    this.#last3.fill(-1);
    this.#roots.fill(-1);
  }

  /** The most matches that {@link find} can find at once. */
  get most(): number {
    return this.#depth + 2;
  }

  /**
   * Makes the place `at` known and writes its matches into `matches` from `to` on, shortest first.
   * Places come in order, none left out.
   * @param keep false to only make it known
   * @returns the end of what was written
   */
  find(at: number, keep: boolean, matches: Uint32Array, to: number): number {
    const view = this.#view;
    const most = Math.min(this.#longest, this.#end - at);
    if (most < 4) return to;
    const four = view.getInt32(at, true);
    const two = four & 0xffff;
    const hash3 = Math.imul(four << 8, MULTIPLIER) >>> (32 - HASH3_BITS);
    const hash4 = Math.imul(four, MULTIPLIER) >>> (32 - HASH4_BITS);
    const near2 = this.#last2[two]!;
    const near3 = this.#last3[hash3]!;
    let node = this.#roots[hash4]!;
    this.#last2[two] = at;
    this.#last3[hash3] = at;
    this.#roots[hash4] = at;
    let best = 3;
    if (keep) {
      const is3 = near3 >= 0 && ((view.getInt32(near3, true) ^ four) << 8) === 0;
      if (near2 >= 0 && !(is3 && near3 === near2)) matches[to++] = (2 << OFFSET_BITS) | (at - near2);
      if (is3) matches[to++] = (3 << OFFSET_BITS) | (at - near3);
    }
    const { window } = this;
    const children = this.#children;
    const limit = keep ? most : Math.min(most, this.#enough);
    const enough = Math.min(limit, this.#enough);
    // Where the next place that sorts before this one is noted, and the next that sorts behind.
    let before = 2 * at;
    let behind = 2 * at + 1;
    let alikeBefore = 0;
    let alikeBehind = 0;
    let length = 0;
    for (let depth = this.#depth; node >= 0 && depth > 0; depth--) {
      if (window[node + length] === window[at + length]) {
        length++;
        while (length + 4 <= limit && view.getInt32(node + length, true) === view.getInt32(at + length, true)) length += 4;
        while (length < limit && window[node + length] === window[at + length]) length++;
        if (length > best) {
          best = length;
          if (keep) matches[to++] = (length << OFFSET_BITS) | (at - node);
        }
        if (length >= enough) {
          children[before] = children[2 * node]!;
          children[behind] = children[2 * node + 1]!;
          return to;
        }
      }
      if (window[node + length]! < window[at + length]!) {
        children[before] = node;
        before = 2 * node + 1;
        node = children[before]!;
        alikeBefore = length;
        if (alikeBehind < length) length = alikeBehind;
      } else {
        children[behind] = node;
        behind = 2 * node;
        node = children[behind]!;
        alikeBehind = length;
        if (alikeBefore < length) length = alikeBefore;
      }
    }
    children[before] = -1;
    children[behind] = -1;
    return to;
  }
}

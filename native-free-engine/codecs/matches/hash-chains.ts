const HASH3_BITS = 14;
const HASH4_BITS = 15;
const MULTIPLIER = 0x1e35_a7bd;
/** So that four bytes can be read anywhere in the window. */
const PADDING = 4;

/**
 * Earlier places with the same bytes, the nearest first: a quick way to a long match. Four bytes lead to a chain of
 * places; three only to the last one, since a match of three is worth little far away.
 */
export class HashChains {
  /** What is searched, from its start; what lies behind the end counts for nothing. */
  readonly window: Uint8Array;
  readonly #view: DataView;
  #end = 0;
  readonly #last3 = new Int32Array(1 << HASH3_BITS);
  readonly #heads = new Int32Array(1 << HASH4_BITS);
  readonly #before: Int32Array;
  readonly #depth: number;
  readonly #enough: number;
  /** Of the match that {@link longest} found last, in bytes back from its place. */
  offset = 0;

  /**
   * @param size of the largest window, in bytes
   * @param depth how many earlier places are tried
   * @param enough a match of this length is not sought to be bettered
   */
  constructor(size: number, depth: number, enough: number) {
    this.window = new Uint8Array(size + PADDING);
    this.#view = new DataView(this.window.buffer);
    this.#before = new Int32Array(size);
    this.#depth = depth;
    this.#enough = enough;
  }

  start(input: Uint8Array): void {
    this.window.set(input);
    this.#end = input.length;
    this.#last3.fill(-1);
    this.#heads.fill(-1);
  }

  /** Makes the places from `at` to `end` known; places come in order. */
  skip(at: number, end: number): void {
    const view = this.#view;
    const last = Math.min(end, this.#end - 3);
    for (; at < last; at++) {
      const four = view.getInt32(at, true);
      const hash = Math.imul(four, MULTIPLIER) >>> (32 - HASH4_BITS);
      this.#last3[Math.imul(four << 8, MULTIPLIER) >>> (32 - HASH3_BITS)] = at;
      this.#before[at] = this.#heads[hash]!;
      this.#heads[hash] = at;
    }
  }

  /**
   * Makes the place `at` known and looks for a match there that is longer than `than`, at least 2.
   * @returns its length, or `than` when there is none; {@link offset} then may be anything
   */
  longest(at: number, than: number): number {
    const view = this.#view;
    const most = this.#end - at;
    if (most <= than || most < 4) return than;
    const four = view.getInt32(at, true);
    const hash3 = Math.imul(four << 8, MULTIPLIER) >>> (32 - HASH3_BITS);
    const hash4 = Math.imul(four, MULTIPLIER) >>> (32 - HASH4_BITS);
    const near = this.#last3[hash3]!;
    let candidate = this.#heads[hash4]!;
    const before = this.#before;
    this.#last3[hash3] = at;
    before[at] = candidate;
    this.#heads[hash4] = at;
    let best = than;
    if (best < 3) {
      if (near >= 0 && ((view.getInt32(near, true) ^ four) << 8) === 0) {
        best = 3;
        this.offset = at - near;
      }
    }
    const enough = Math.min(this.#enough, most);
    for (let depth = this.#depth; candidate >= 0 && depth > 0; depth--) {
      // Only a candidate that goes further than the best so far is worth comparing; its last four bytes tell most often.
      const tail = Math.max(best - 3, 0);
      if (view.getInt32(candidate + tail, true) === view.getInt32(at + tail, true) && view.getInt32(candidate, true) === four) {
        const length = this.#common(candidate, at, most);
        if (length > best) {
          best = length;
          this.offset = at - candidate;
          if (length >= enough) break;
        }
      }
      candidate = before[candidate]!;
    }
    return best;
  }

  /** How many bytes at `a` and `b` are alike; the first four are. */
  #common(a: number, b: number, most: number): number {
    const view = this.#view;
    let length = 4;
    while (length + 4 <= most) {
      const difference = view.getInt32(a + length, true) ^ view.getInt32(b + length, true);
      if (difference !== 0) return length + ((31 - Math.clz32(difference & -difference)) >>> 3);
      length += 4;
    }
    while (length < most && this.window[a + length] === this.window[b + length]) length++;
    return length;
  }
}

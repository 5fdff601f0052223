/** Literals fall into 8 kinds, matches into short and long ones. */
const KINDS = 10;
const FIRST_MATCH_KIND = 8;
const LONG = 9;
/** How many new items are compared with those before, and how unlike they may be: a part of the most that is possible. */
const ITEMS_PER_CHECK = 400;
const UNLIKE = 0.5;
const SMALLEST_BLOCK = 6000;
const LARGEST_BLOCK = 100_000;

/** Tells where a new block is worth its codes: where the items begin to look different. */
export class BlockEnd {
  readonly #before = new Float64Array(KINDS);
  readonly #fresh = new Float64Array(KINDS);
  #beforeCount = 0;
  #freshCount = 0;

  start(): void {
    this.#before.fill(0);
    this.#fresh.fill(0);
    this.#beforeCount = 0;
    this.#freshCount = 0;
  }

  literal(byte: number): void {
    this.#fresh[((byte >>> 5) & 6) | (byte & 1)]!++;
    this.#freshCount++;
  }

  match(length: number): void {
    this.#fresh[length >= LONG ? FIRST_MATCH_KIND + 1 : FIRST_MATCH_KIND]!++;
    this.#freshCount++;
  }

  /**
   * @param size of the block so far, in bytes
   * @param left how many bytes follow in the chunk
   */
  reached(size: number, left: number): boolean {
    if (left < SMALLEST_BLOCK) return false;
    if (size >= LARGEST_BLOCK) return true;
    if (this.#freshCount < ITEMS_PER_CHECK || size < SMALLEST_BLOCK) return false;
    if (this.#beforeCount > 0) {
      let difference = 0;
      for (let kind = 0; kind < KINDS; kind++) difference += Math.abs(this.#before[kind]! / this.#beforeCount - this.#fresh[kind]! / this.#freshCount);
      if (difference > UNLIKE) return true;
    }
    for (let kind = 0; kind < KINDS; kind++) this.#before[kind]! += this.#fresh[kind]!;
    this.#beforeCount += this.#freshCount;
    this.#fresh.fill(0);
    this.#freshCount = 0;
    return false;
  }
}

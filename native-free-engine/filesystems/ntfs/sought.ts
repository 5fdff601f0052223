import { endOf, type ExtentSet } from '../../base/extent.ts';

/** Extents that are asked about again and again. */
export class Sought {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Bytes in all extents before each. */
  readonly #before: Float64Array;

  constructor(extents: ExtentSet) {
    this.#starts = Float64Array.from(extents, (e) => e.offset);
    this.#ends = Float64Array.from(extents, endOf);
    this.#before = new Float64Array(extents.length + 1);
    extents.forEach((extent, i) => (this.#before[i + 1] = this.#before[i]! + extent.length));
  }

  /** How many of the bytes from `offset` on are among those sought. */
  overlap(offset: number, length: number): number {
    return this.#below(offset + length) - this.#below(offset);
  }

  /** Bytes sought before byte `position`. */
  #below(position: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! <= position) low = middle + 1;
      else high = middle;
    }
    const start = this.#starts[low];
    return this.#before[low]! + (start !== undefined && start < position ? position - start : 0);
  }
}

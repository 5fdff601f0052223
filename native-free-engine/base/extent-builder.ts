import { EngineError } from './errors.ts';
import type { ExtentSet } from './extent.ts';

/** More extents than this are joined over small gaps: 16 bytes each while building, some 60 as objects. */
const MAX_EXTENTS = 400_000;

/**
 * Collects extents in ascending order within bounded memory. A map so torn
 * that it would take more than {@link MAX_EXTENTS} has the smallest gaps
 * counted as used, which costs a few bytes read and never loses one.
 */
export class ExtentBuilder {
  #starts = new Float64Array(1024);
  #ends = new Float64Array(1024);
  #count = 0;
  #gap = 0;
  readonly #limit: number;

  constructor(limit = MAX_EXTENTS) {
    this.#limit = limit;
  }

  /** Smallest gap that is still kept apart is above this; in bytes. */
  get joinedGap(): number {
    return this.#gap;
  }

  /** @param offset not before the end of what was added last, except to overlap it; bytes */
  add(offset: number, length: number): void {
    if (length <= 0) return;
    const last = this.#count - 1;
    if (last >= 0 && offset < this.#starts[last]!) throw new EngineError('unexpected', { detail: 'extents out of order' });
    if (last >= 0 && offset <= this.#ends[last]! + this.#gap) {
      this.#ends[last] = Math.max(this.#ends[last]!, offset + length);
      return;
    }
    if (this.#count >= this.#limit) this.#coarsen();
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts[this.#count] = offset;
    this.#ends[this.#count] = offset + length;
    this.#count++;
  }

  build(): ExtentSet {
    return Array.from({ length: this.#count }, (_, i) => ({ offset: this.#starts[i]!, length: this.#ends[i]! - this.#starts[i]! }));
  }

  #grow(): void {
    const double = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.#starts = double(this.#starts);
    this.#ends = double(this.#ends);
  }

  #coarsen(): void {
    while (this.#count > this.#limit / 2) {
      this.#gap = Math.max(4096, this.#gap * 2);
      let kept = 0;
      for (let i = 1; i < this.#count; i++) {
        if (this.#starts[i]! - this.#ends[kept]! <= this.#gap) {
          this.#ends[kept] = this.#ends[i]!;
        } else {
          kept++;
          this.#starts[kept] = this.#starts[i]!;
          this.#ends[kept] = this.#ends[i]!;
        }
      }
      this.#count = kept + 1;
    }
  }
}

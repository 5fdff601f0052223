import type { ExtentBuilder } from '../../base/extent-builder.ts';

/** Turns $Bitmap, piece by piece, into extents. */
export class UsedClusters {
  readonly #builder: ExtentBuilder;
  readonly #clusterSize: number;
  readonly #clusters: number;
  /** The next cluster to come, and the first of those in use up to it; -1 when it follows a free one. */
  #next = 0;
  #start = -1;

  constructor(builder: ExtentBuilder, clusterSize: number, clusters: number) {
    this.#builder = builder;
    this.#clusterSize = clusterSize;
    this.#clusters = clusters;
  }

  /** @param words the map from the next cluster on, lowest bit first; what lies beyond the last cluster does not count */
  add(words: Int32Array): void {
    const count = Math.min(words.length, Math.ceil((this.#clusters - this.#next) / 32));
    for (let i = 0; i < count; i++) {
      const word = words[i]!;
      if (word !== (this.#start < 0 ? 0 : -1)) this.#changes(word, this.#next + i * 32);
    }
    this.#next += count * 32;
  }

  /** Ends the last extent. */
  finish(): void {
    if (this.#start >= 0) this.#close(this.#clusters);
  }

  #changes(word: number, first: number): void {
    let bit = 0;
    while (bit < 32) {
      const rest = (this.#start < 0 ? word : ~word) >>> bit;
      if (rest === 0) return;
      bit += 31 - Math.clz32(rest & -rest);
      if (this.#start >= 0) this.#close(Math.min(first + bit, this.#clusters));
      else if (first + bit < this.#clusters) this.#start = first + bit;
      else return;
    }
  }

  #close(end: number): void {
    this.#builder.add(this.#start * this.#clusterSize, (end - this.#start) * this.#clusterSize);
    this.#start = -1;
  }
}

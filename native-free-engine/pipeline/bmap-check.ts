import { EngineError } from '../base/errors.ts';
import { createHasher, type Hasher } from '../codecs/checksums.ts';
import type { BlockMap } from '../images/types.ts';
import type { Chunk } from './chunk-reader.ts';

/** Checks the checksum of each range of a block map as its bytes pass by in order. */
export class BmapCheck {
  readonly #map: BlockMap;
  #range = 0;
  #hasher: Hasher | null = null;

  constructor(map: BlockMap) {
    this.#map = map;
  }

  /** @throws EngineError `bmap-checksum-mismatch` */
  see(chunk: Chunk): void {
    const algorithm = this.#map.checksumType;
    if (!algorithm) return;
    const end = chunk.offset + chunk.length;
    for (;;) {
      const range = this.#map.ranges[this.#range];
      if (!range || range.offset >= end) return;
      const from = Math.max(range.offset, chunk.offset);
      const to = Math.min(range.offset + range.length, end);
      this.#hasher ??= createHasher(algorithm);
      this.#hasher.update(chunk.buffer.subarray(from - chunk.offset, to - chunk.offset));
      if (to < range.offset + range.length) return;
      const actual = this.#hasher.hex();
      this.#hasher = null;
      this.#range++;
      if (range.hex !== null && actual !== range.hex) {
        throw new EngineError('bmap-checksum-mismatch', { offset: range.offset, length: range.length, expected: range.hex, actual });
      }
    }
  }
}

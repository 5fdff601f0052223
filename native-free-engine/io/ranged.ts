import { checkRange } from './bounds.ts';
import type { Extent } from '../base/extent.ts';
import type { BlockSource } from './types.ts';

/** A part of a source as a source of its own: a partition of a disk. Closing it leaves the whole open. */
export function rangedSource(source: BlockSource, range: Extent): BlockSource {
  checkRange('range', range.offset, range.length, source.size);
  return {
    size: range.length,
    sectorSize: source.sectorSize,
    async readInto(offset, buffer) {
      checkRange('range', offset, buffer.length, range.length);
      await source.readInto(range.offset + offset, buffer);
    },
    close: () => Promise.resolve(),
  };
}

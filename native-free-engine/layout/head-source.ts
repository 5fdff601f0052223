import { checkRange } from '../io/bounds.ts';
import type { BlockSource } from '../io/types.ts';

/** A head is this long unless the image ends before. */
const FULL_HEAD = 1024 * 1024;

/**
 * An image of which only the beginning can be read, being packed. Its size is
 * the whole image's, so that a partition table in it makes sense; beyond the
 * head every read is refused as out of bounds.
 * @param size bytes of the whole image, null when only unpacking will tell
 */
export function headSource(head: Uint8Array, size: number | null): BlockSource {
  const unpackedSize = head.length < FULL_HEAD ? head.length : Number.MAX_SAFE_INTEGER;
  return {
    size: Math.max(size ?? unpackedSize, head.length),
    sectorSize: 512,
    readInto(offset, buffer) {
      checkRange('image', offset, buffer.length, head.length);
      buffer.set(head.subarray(offset, offset + buffer.length));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

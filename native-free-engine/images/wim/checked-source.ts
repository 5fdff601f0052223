import { createHasher, type Hasher } from '../../codecs/checksums.ts';
import type { BlockSource } from '../../io/types.ts';

/**
 * Contents that are compared with their SHA-1 as they are read: whoever reads them from the first byte to the last, one read after
 * the other, gets the last bytes only when all of them are right. Reads in another order are not checked.
 * @param hash SHA-1, lower-case hexadecimal
 * @param mismatch what is thrown for contents that are not theirs
 */
export function checkedSource(source: BlockSource, hash: string, mismatch: () => Error): BlockSource {
  /** Where the next read has to begin; null: bytes were left out, or are being read. */
  let next: number | null = 0;
  let hasher: Hasher = createHasher('sha1');
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    async readInto(offset, buffer) {
      if (offset === 0) hasher = createHasher('sha1');
      const inTurn = offset === 0 || offset === next;
      const turn = hasher;
      next = null;
      await source.readInto(offset, buffer);
      if (!inTurn || turn !== hasher) return;
      hasher.update(buffer);
      next = offset + buffer.length;
      if (next === source.size && hasher.hex() !== hash) throw mismatch();
    },
    close: () => source.close(),
  };
}

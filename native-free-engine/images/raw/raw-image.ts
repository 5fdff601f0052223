import type { BlockSource } from '../../io/types.ts';
import type { DiskImage } from '../disk-image.ts';

/**
 * A file, or the parts of one, that holds the bytes of a disk as they are.
 * @param files every file that `source` reads, the first the one to name it by
 */
export function rawImage(source: BlockSource, location: string, files: readonly string[]): DiskImage {
  return {
    format: 'raw',
    variant: '',
    location,
    files,
    ordered: false,
    volumeOnly: false,
    size: source.size,
    sectorSize: source.sectorSize,
    readInto: (offset, buffer) => source.readInto(offset, buffer),
    // Which parts of a file are holes is nothing that Node can ask.
    usedExtents: () => Promise.resolve(source.size > 0 ? [{ offset: 0, length: source.size }] : []),
    close: () => source.close(),
  };
}

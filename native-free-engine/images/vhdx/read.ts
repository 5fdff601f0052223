import { checkRange } from '../../io/bounds.ts';
import type { BlockSource } from '../../io/types.ts';
import type { DiskImage } from '../disk-image.ts';
import { BlockAllocationTable } from './bat.ts';
import { readHeader } from './header.ts';
import { replayLog } from './log.ts';
import { readGeometry, readRegions } from './metadata.ts';

/**
 * Opens a VHDX file, fixed or dynamic, of 512- or 4096-byte sectors. A log that was not put in place is replayed in
 * memory. The image closes `file`.
 * @param path for messages
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-log-dirty`, `image-feature-unsupported` (differencing
 * disks, required parts this program does not know), `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`
 */
export async function openVhdx(file: BlockSource, path: string): Promise<DiskImage> {
  const log = await readHeader(file, path);
  const whole = await replayLog(file, path, log);
  const regions = await readRegions(whole, path, log);
  const geometry = await readGeometry(whole, path, regions.metadata);
  const bat = new BlockAllocationTable(whole, path, regions.bat, geometry);
  const used = await bat.check(regions, log);
  const { blockSize, size } = geometry;
  return {
    format: 'vhdx',
    variant: geometry.fixed ? 'fixed' : 'dynamic',
    location: path,
    files: [path],
    ordered: false,
    volumeOnly: false,
    size,
    sectorSize: geometry.logicalSectorSize,
    usedExtents: () => Promise.resolve(used),
    async readInto(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      for (let done = 0; done < buffer.length; ) {
        const within = (offset + done) % blockSize;
        const length = Math.min(blockSize - within, buffer.length - done);
        const part = buffer.subarray(done, done + length);
        const place = await bat.find((offset + done - within) / blockSize);
        if (place === null) part.fill(0);
        else await whole.readInto(place + within, part);
        done += length;
      }
    },
    close: () => file.close(),
  };
}

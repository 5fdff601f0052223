import { ExtentBuilder } from '../../base/extent-builder.ts';
import { createHasher } from '../../codecs/checksums.ts';
import type { AllocationReader } from '../allocation-types.ts';
import { forEachFree, readAgHeaders } from './free-space.ts';
import { readLogState } from './log.ts';
import { readXfsVolume } from './volume.ts';

/**
 * What lies in an XFS volume of version 4 or 5: everything that the B+trees of free space do not name.
 *
 * With a log that is not clean (condition `journal`) those trees may be older than what the log is
 * about to put in place: blocks that they call free may hold data. Then all of the volume counts as used.
 */
export const xfsAllocation: AllocationReader = async (source, { signal }) => {
  const volume = await readXfsVolume(source);
  const { blockSize, agBlocks } = volume;
  const log = await readLogState(source, volume);
  const hash = createHasher('sha256');
  hash.update(volume.superblock);
  hash.update(log.last);

  const used = new ExtentBuilder();
  for (let number = 0; number < volume.agCount; number++) {
    const ag = await readAgHeaders(source, volume, number);
    hash.update(ag.sectors);
    const start = number * agBlocks;
    let position = 0;
    const addUpTo = (end: number): void => used.add((start + position) * blockSize, (end - position) * blockSize);
    if (log.clean) {
      const skip = (from: number, to: number): void => {
        addUpTo(from);
        position = to;
      };
      await forEachFree(source, volume, ag, skip, signal);
    }
    addUpTo(ag.length);
  }

  return {
    unit: blockSize,
    used: used.build(),
    leftOut: [],
    conditions: [...(volume.unfinished ? (['dirty'] as const) : []), ...(log.clean ? [] : (['journal'] as const))],
    fingerprint: hash.hex(),
  };
};

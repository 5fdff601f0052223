import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../native-free-engine/index.ts';
import { fatVolumes, type Disk, type Partition } from '../contract/index.ts';
import type { Disks } from './disks.ts';
import { refusal } from './targets.ts';
import type { VolumeControl, VolumeOptions } from './volume-types.ts';

/** What differs from system to system. `disk` is as it is now; of it may be written, and nothing of `partition` is mounted. */
export interface VolumeSystem {
  withFiles<T>(disk: Disk, partition: Partition, options: VolumeOptions, use: (folder: string) => Promise<T>): Promise<T>;
}

/** For systems that mount whatever can be mounted, by themselves. */
export const MOUNTS_BY_ITSELF: VolumeSystem = {
  withFiles: (disk) => Promise.reject(new EngineError('volume-not-mounted', { disk: disk.path })),
};

/** A stick that is slow to answer is asked again: each time takes up to three seconds, and this pause. */
const TRIES = 4;
const PAUSE_MS = 1000;
/** Neither we nor the system can tell what is on it. */
const isSilent = ({ table, partitions }: Disk): boolean => table === 'unreadable' && partitions.length === 0;

export function createVolumes(disks: Pick<Disks, 'find'>, system: VolumeSystem, pauseMs = PAUSE_MS): VolumeControl {
  const answering = async (id: string): Promise<Disk> => {
    for (let left = TRIES; ; left--) {
      const disk = await disks.find(id);
      if (!isSilent(disk) || left === 1) return disk;
      await sleep(pauseMs);
    }
  };
  return {
    async withFiles({ id }, options, use) {
      const disk = await answering(id);
      // The running system's own disk, a member of a RAID: not even a file is put there.
      if (disk.verdict.kind === 'hidden') throw refusal(disk);
      if (isSilent(disk)) throw new EngineError('disk-silent', { disk: disk.model || disk.path });
      const [partition, ...others] = fatVolumes(disk.partitions);
      if (!partition || others.length > 0) throw new EngineError('medium-unknown', { disk: disk.model || disk.path });
      const [folder] = partition.mountPoints;
      return folder === undefined ? system.withFiles(disk, partition, options, use) : use(folder);
    },
  };
}

import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { EngineError, errnoOf } from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';
import type { CommandRunner } from '../command.ts';
import { heldRecords } from '../held-records.ts';
import { sourceMounted, type Hold, type SourceSystem } from '../sources.ts';
import type { SourceRemedy, SourceUse } from '../source-types.ts';
import { mountOf } from './device-numbers.ts';
import { isLogicalVolume } from './lvm-volume.ts';
import { snapshotVolume, sweepSnapshots } from './lvm.ts';
import { holdReadOnly, isReadOnly, isRemountable, sweepRemounts } from './sources-remount.ts';
import { readMounts } from './snapshot.ts';
import { blockView, type BlockView } from './sources-view.ts';

/** Gone with every start of the system, as what it tells of is. */
const HELD_FOLDER = '/run/werkbank/held';

/** Disks as sources on Linux: snapshots of logical volumes, read-only file systems, exclusive use of what is not mounted. */
export function createLinuxSources(run: CommandRunner, heldFolder: string = HELD_FOLDER): SourceSystem {
  const records = heldRecords(heldFolder);

  const useOf = async (view: BlockView, disk: Disk, partition: Partition): Promise<SourceUse> => {
    const mounts = view.mountsOn(partition);
    const readOnly = mounts.every(({ mount }) => isReadOnly(mount));
    const remedy = async (): Promise<SourceRemedy> => {
      if (mounts.length === 0) return 'free';
      if (readOnly) return 'read-only';
      if (await isLogicalVolume(disk.path)) return 'snapshot-lvm';
      return mounts.every(isRemountable) ? 'remount-read-only' : 'unmount';
    };
    return { partition: partition.number, mountPoints: [...new Set(mounts.map(({ mount }) => mount.mountPoint))], readOnly, remedy: await remedy() };
  };

  return {
    async uses(disk, partitions) {
      const view = await blockView(disk);
      return Promise.all(partitions.map((partition) => useOf(view, disk, partition)));
    },

    async hold({ disk, address, partition, use, destination }) {
      if (use.remedy === 'snapshot-lvm') return snapshotVolume(run, disk);
      if (use.remedy === 'remount-read-only') {
        const mounts = (await blockView(disk)).mountsOn(partition).map(({ mount }) => mount);
        const under = destination === null ? null : mountOf(await realpath(destination).catch(() => destination), await readMounts());
        if (under && mounts.some((mount) => mount.devno === under.devno)) throw sourceMounted(disk, use);
        const held = await holdReadOnly(run, records, mounts, () => sourceMounted(disk, use));
        await forgetCached(run, address.path);
        return held;
      }
      await forgetCached(run, address.path);
      return use.remedy === 'free' ? keepUnmounted(disk, partition, use) : watchReadOnly(disk, partition, use);
    },

    async sweep() {
      const [snapshots, mounts] = await Promise.all([sweepSnapshots(run), sweepRemounts(run, records)]);
      return snapshots + mounts;
    },

    devicePath: (path) => path,
  };
}

/** Old contents in the page cache of the whole disk: file systems write through the cache of their own partition. */
async function forgetCached(run: CommandRunner, path: string): Promise<void> {
  if (path.startsWith('/dev/')) await run('blockdev', ['--flushbufs', path], { timeoutMs: 60_000 }).catch(() => null);
}

/** Nobody can mount a device that somebody has open for himself alone: a desktop that mounts what it finds stays out. */
async function keepUnmounted(disk: Disk, partition: Partition, use: SourceUse): Promise<Hold> {
  const handles: FileHandle[] = [];
  const release = async (): Promise<void> => {
    for (const handle of handles.splice(0)) await handle.close();
  };
  try {
    for (const path of (await blockView(disk)).nodesOf(partition)) {
      // Swap, RAID and device-mapper have it for themselves already.
      const handle = await open(path, constants.O_RDONLY | constants.O_EXCL).catch((error: unknown) => {
        if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM') throw new EngineError('rights-needed', { path }, { cause: error });
        return null;
      });
      if (handle) handles.push(handle);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { ...(await watchReadOnly(disk, partition, use)), release };
}

/** Says afterwards whether it was mounted for writing meanwhile, as far as can be seen then. */
async function watchReadOnly(disk: Disk, partition: Partition, use: SourceUse): Promise<Hold> {
  return {
    async confirm() {
      const writable = (await blockView(disk)).mountsOn(partition).find(({ mount }) => !isReadOnly(mount));
      if (writable) throw sourceMounted(disk, { ...use, mountPoints: [writable.mount.mountPoint] });
    },
    release: () => Promise.resolve(),
  };
}

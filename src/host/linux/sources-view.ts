import { endOf, type Extent } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import { guardedEach } from '../guarded.ts';
import { practicePath } from '../practice.ts';
import { devicesUnderMount, nodeDevno } from './device-numbers.ts';
import { BlockGraph } from './graph.ts';
import type { Mount } from './mounts.ts';
import { loopsOn, readMounts } from './snapshot.ts';
import { readBlockDevices, type SysBlock } from './sysfs.ts';

/** A mount and how it stands on what was asked about. */
export interface PlacedMount {
  readonly mount: Mount;
  /** Straight on the partition and on nothing else: no encryption, RAID or LVM in between, no second device. */
  readonly direct: boolean;
}

/** What is mounted where on a disk, at one moment. */
export interface BlockView {
  /** Mounts on a part of the disk, through every layer that stands on it. */
  mountsOn(part: Extent): PlacedMount[];
  /** Device nodes that are exactly this part of the disk. */
  nodesOf(part: Extent): string[];
}

const TRACE_TIMEOUT_MS = 3_000;
const trace = guardedEach((_mountPoint: string, mount: Mount, mounts: readonly Mount[]) => devicesUnderMount(mount, mounts), TRACE_TIMEOUT_MS);

const kernelPath = (name: string): string => `/dev/${name.replaceAll('!', '/')}`;
const nodePath = (block: SysBlock): string => (block.dmName ? `/dev/mapper/${block.dmName}` : kernelPath(block.name));

export async function blockView(disk: Pick<Disk, 'id' | 'path'>): Promise<BlockView> {
  const [sys, mounts] = await Promise.all([readBlockDevices(), readMounts()]);
  const traced = await Promise.all(mounts.map(async (mount) => {
    // What only lies under others as their lower half is written to by nobody through them.
    if (mount.fileSystem === 'overlay' && !/(^|,)upperdir=/.test(mount.superOptions)) return [];
    return mount.devno.startsWith('0:') ? ((await trace(mount.mountPoint, mount, mounts)) ?? []) : [mount.devno];
  }));
  const backing = new Map<string, readonly string[]>();
  for (const block of sys) {
    // A loop device on a file needs no tracing: the file system that holds the file is itself mounted.
    const devno = block.backingFile?.startsWith('/dev/') ? await nodeDevno(block.backingFile) : null;
    if (devno) backing.set(block.name, [devno]);
  }
  // The graph carries names: here they are places in `mounts`, because two mounts may share a mount point.
  const graph = new BlockGraph({ lsblk: [], sys, mounts: traced.map((devnos, index) => ({ mountPoint: String(index), devnos })), swaps: [], backing });

  const file = practicePath(disk.id);
  const loops = file === null ? null : await loopsOn(file, sys, mounts);
  const blocks = sys.filter((block) => loops?.includes(block.name) ?? (nodePath(block) === disk.path));

  return {
    mountsOn(wanted) {
      const found = new Map<number, boolean>();
      const add = (name: string, devno: string, keep: (index: string) => boolean): void => {
        for (const index of graph.mountPointsOn(name).filter(keep)) {
          const on = traced[Number(index)] ?? [];
          found.set(Number(index), on.length === 1 && on[0] === devno);
        }
      };
      for (const block of blocks) {
        const onPartitions = new Set(block.partitions.flatMap((part) => graph.mountPointsOn(part.name)));
        // Mounted from the whole device, although it has a table: it may write anywhere.
        add(block.name, block.devno, (index) => !onPartitions.has(index));
        // The kernel's table may be an old one: whatever overlaps counts.
        for (const part of block.partitions.filter((each) => each.offset < endOf(wanted) && wanted.offset < endOf(each))) {
          add(part.name, part.devno, () => true);
        }
      }
      return [...found].flatMap(([index, direct]) => {
        const mount = mounts[index];
        return mount ? [{ mount, direct }] : [];
      });
    },
    nodesOf: (wanted) => blocks.flatMap((block) => {
      if (wanted.offset === 0 && wanted.length >= block.size) return [nodePath(block)];
      return block.partitions.filter((part) => part.offset === wanted.offset && part.length === wanted.length).map((part) => kernelPath(part.name));
    }),
  };
}

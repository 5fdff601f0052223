import type { VolumeRef } from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';
import type { Disks } from '../disks.ts';
import { attempt } from './attempt.ts';
import type { FactSystem } from './system.ts';

const TIMEOUT_MS = 3_000;

/** A partition as checks and remedies know it. */
export async function volumeRef(system: Pick<FactSystem, 'deviceOf'>, disk: Disk, partition: Partition): Promise<VolumeRef> {
  const device = await attempt(disk.path, TIMEOUT_MS, new AbortController().signal, () => system.deviceOf(disk, partition));
  return {
    diskId: disk.id, number: partition.number, device: device.known ? device.value : '', kind: partition.fileSystem?.kind ?? 'unknown',
    label: partition.fileSystem?.label || partition.name, role: partition.role, mountPoints: partition.mountPoints, size: partition.length,
  };
}

/** The partition that is meant, as it is found now; null when there is no such disk or partition any more. */
export async function volumeNow(disks: Pick<Disks, 'find'>, system: Pick<FactSystem, 'deviceOf'>, { diskId, number }: Pick<VolumeRef, 'diskId' | 'number'>): Promise<VolumeRef | null> {
  const disk = await disks.find(diskId).catch(() => null);
  // A number of the list and a link name a disk too, but not for good.
  const partition = disk?.id === diskId ? disk.partitions.find((each) => each.number === number) : undefined;
  return disk && partition ? volumeRef(system, disk, partition) : null;
}

import { endOf, intersect, type Extent } from '../../base/extent.ts';
import { findOwners } from '../../filesystems/allocation.ts';
import { optional } from '../../filesystems/optional.ts';
import type { Manifest } from '../../images/manifest/manifest.ts';
import { openDevice } from '../../io/node-device.ts';
import { rangedSource } from '../../io/ranged.ts';
import type { CaptureOptions } from './capture-options.ts';

/** More names than this help nobody; the bytes are still all listed. */
const MAX_FILES = 50;

/** Which files lost something to bad sectors, as far as their file systems can tell. */
export async function nameBadSectors(options: CaptureOptions, bad: readonly Extent[]): Promise<Manifest['bad']> {
  if (bad.length === 0) return [];
  const disk = await openDevice(options.source.path, { write: false, size: options.source.size, sectorSize: options.source.sectorSize, wholeSectors: options.source.wholeSectors });
  try {
    const named: Manifest['bad'] = [];
    for (const extent of bad) {
      const partition = options.map.partitions.find((p) => p.method !== 'none' && extent.offset >= p.offset && extent.offset < p.offset + p.length);
      const kind = partition?.fileSystem?.kind;
      const inside = partition && kind ? intersect([extent], [{ offset: partition.offset, length: partition.length }]) : [];
      const owners =
        partition && kind && named.length < MAX_FILES
          ? await optional(
              () => findOwners(
                rangedSource(disk, { offset: partition.offset, length: Math.min(partition.length, disk.size - partition.offset) }),
                kind,
                inside.map((part) => ({ offset: part.offset - partition.offset, length: endOf(part) - part.offset })),
                options.signal,
              ),
              null,
            )
          : null;
      named.push({ offset: extent.offset, length: extent.length, partition: partition?.number ?? null, files: (owners ?? []).slice(0, MAX_FILES).map((owner) => owner.path) });
    }
    return named;
  } finally {
    await disk.close();
  }
}

import type { CapturedPartition, CapturePlan, Disk, DiskImageInfo, ImageIdentity, ImagedPartition, LibraryImage, LibraryListing, Partition, PlacedPartition, Report } from '../../../src/contract/index.ts';
import { DISKS } from './data.ts';

/** A library as a workshop has it: a whole image, one that builds on it, one whose parent is gone, and what went wrong. */

export const LIBRARY = '/srv/images';
const KINGSTON = DISKS[2]!;

const imaged = (partition: Partition): ImagedPartition => ({
  ...partition, mountPoints: [], method: partition.role === 'microsoft-reserved' ? 'whole' : 'used', wholeReason: partition.role === 'microsoft-reserved' ? 'unknown' : null,
  usedEnd: Math.round(partition.length * 0.9), leftOut: partition.role === 'os' ? [{ name: 'pagefile.sys', bytes: 4_294_967_296 }] : [], conditions: [],
});

export const identityOf = (id: string, createdAt: string, changes: Partial<ImageIdentity> = {}): ImageIdentity => ({
  id, createdAt, program: { name: 'Werkbank', version: '0.1.0' }, description: 'Laptop of the front desk, before the SSD was replaced', purpose: 'before-repair', compression: 'balanced', clusterSize: 262_144,
  usedBytes: 35_600_000_000, parts: 0,
  source: {
    machine: 'BALIE-02', system: 'Windows 11 Pro', model: KINGSTON.model, serial: KINGSTON.serial, bus: 'usb', path: KINGSTON.path, number: 2, size: KINGSTON.size, logicalSectorSize: 512, physicalSectorSize: 512,
  },
  bad: { bytes: 0, count: 0, places: [] }, manifestSha256: '0d5f9f2d1c5e8b7a46033d0f1e2c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a', ...changes,
});

const listed = (name: string, identity: ImageIdentity, fields: Partial<LibraryImage> = {}): LibraryImage => ({
  path: `${LIBRARY}/${name}`, name, identity, size: KINGSTON.size, storedBytes: 20_400_000_000,
  partitions: KINGSTON.partitions.map(({ number, role, fileSystem, usedBytes }) => ({ number, role, kind: fileSystem?.kind ?? 'unknown', label: fileSystem?.label ?? '', usedBytes: usedBytes ?? 0 })),
  parent: null, children: [], ...fields,
});

const WHOLE = 'BALIE-02-Windows-11-2026-11-02-before-repair.qcow2';
const CHANGED = 'BALIE-02-Windows-11-2026-11-20-delivery.qcow2';

export const LISTING: LibraryListing = {
  path: LIBRARY, freeBytes: 812_345_678_901, maxFileBytes: null, disks: ['/dev/sdd'], error: null,
  images: [
    listed(WHOLE, identityOf('5f0c2a34-0a3e-4c58-9d3b-1f2a3b4c5d6e', '2026-11-02T14:05:00Z'), { children: [`${LIBRARY}/${CHANGED}`] }),
    listed(CHANGED, identityOf('6a1d3b45-1b4f-4d69-8e4c-2a3b4c5d6e7f', '2026-11-20T09:41:00Z', { purpose: 'delivery', description: '' }), {
      storedBytes: 1_900_000_000, parent: { id: '5f0c2a34-0a3e-4c58-9d3b-1f2a3b4c5d6e', name: WHOLE, path: `${LIBRARY}/${WHOLE}`, lastSeen: `${LIBRARY}/${WHOLE}`, createdAt: '2026-11-02T14:05:00Z', error: null },
    }),
  ],
  unfinished: [{ path: `${LIBRARY}/KASSA-1-2026-11-21.qcow2`, startedAt: '2026-11-21T08:12:00Z', storedBytes: 7_300_000_000, source: { model: DISKS[1]!.model, serial: DISKS[1]!.serial, size: DISKS[1]!.size } }],
  faulty: [{ path: `${LIBRARY}/old.qcow2`, error: { code: 'image-manifest-missing', params: { path: `${LIBRARY}/old.qcow2` }, retryable: false, place: null, detail: '' } }],
};

export const describeFake = (location: string): DiskImageInfo => {
  const image = LISTING.images.find(({ path }) => path === location);
  const missing = location.includes('orphan');
  const foreign = /\.(vhdx|vmdk|vhd)$/.test(location);
  return {
    location, name: location.split('/').at(-1) ?? location, format: foreign ? 'vhdx' : 'qcow2', variant: foreign ? 'dynamic' : 'Werkbank', size: KINGSTON.size, sectorSize: 512, storedBytes: image?.storedBytes ?? 20_400_000_000, files: [location],
    volumeOnly: false, table: 'gpt', partitions: KINGSTON.partitions.map(imaged), usedBytes: 35_600_000_000,
    identity: foreign ? null : image?.identity ?? identityOf('7b2e4c56-2c50-4e7a-9f5d-3b4c5d6e7f80', '2026-11-20T09:41:00Z'),
    chain: missing
      ? [{ id: 'gone', name: WHOLE, path: null, lastSeen: `/mnt/usb/${WHOLE}`, createdAt: null, error: { code: 'image-parent-missing', params: { path: location, name: WHOLE, lastSeen: `/mnt/usb/${WHOLE}` }, retryable: false, place: null, detail: '' } }]
      : image?.parent ? [image.parent] : [],
  };
};

/** Partitions of a disk as a plan takes them. */
export function capturedOf(disk: Disk, chosen: readonly number[] | null): CapturedPartition[] {
  return disk.partitions.map((partition) => ({
    ...imaged(partition), usedBytes: partition.usedBytes ?? partition.length, method: chosen && !chosen.includes(partition.number) ? 'none' : imaged(partition).method, hold: null,
  }));
}

export function captureFindings(disk: Disk, chosen: readonly number[] | null): Pick<CapturePlan, 'stops' | 'notes' | 'usedBytes' | 'estimatedBytes' | 'freeBytes'> {
  const partitions = capturedOf(disk, chosen).filter(({ method }) => method !== 'none');
  const os = partitions.find(({ role }) => role === 'os');
  const usedBytes = partitions.reduce((sum, partition) => sum + (partition.usedBytes ?? 0), 0);
  return {
    usedBytes, estimatedBytes: Math.round(usedBytes * 0.58), freeBytes: 812_345_678_901,
    stops: os?.fileSystem?.kind === 'ntfs' ? [{ code: 'hibernated', partitions: [os.number] }] : [],
    notes: [
      ...partitions.filter(({ wholeReason }) => wholeReason === 'unknown').map(({ number, length }) => ({ code: 'whole-unknown' as const, params: { number, bytes: length, kind: '' } })),
      ...partitions.flatMap(({ number, leftOut }) => leftOut.map(({ name, bytes }) => ({ code: 'left-out' as const, params: { number, name, bytes } }))),
    ],
  };
}

/** Where the partitions of an image go: the last data or system partition grows into the room when asked to. */
export function layoutOn(disk: Disk, image: DiskImageInfo, chosen: readonly number[] | null, grow: boolean): PlacedPartition[] {
  const last = image.partitions.at(-1)!;
  const room = disk.size - (last.offset + last.length) - 2_000_000;
  return image.partitions.map(({ number, name, role, fileSystem, usedBytes, offset, length }) => {
    const grown = grow && role === 'os' && room > 0;
    const moved = grow && room > 0 && number === last.number;
    return {
      number, name, role, fileSystem, usedBytes: usedBytes ?? 0, from: { offset, length },
      to: chosen && !chosen.includes(number) ? null : { offset: moved ? offset + room : offset, length: grown ? length + room : length },
      grown, moved, growTool: grown ? 'ntfsresize' : null,
    };
  });
}

/** What a finished imaging job says of its image. */
export function imagingOutcome(plan: Report['plan']): Report['imaging'] {
  if (plan.kind !== 'capture' && plan.kind !== 'restore' && plan.kind !== 'verify' && plan.kind !== 'convert') return null;
  const captured = plan.kind === 'capture';
  return {
    imageId: '5f0c2a34-0a3e-4c58-9d3b-1f2a3b4c5d6e', path: captured ? plan.destination : plan.image.location, manifestSha256: '0d5f9f2d1c5e8b7a46033d0f1e2c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a',
    usedBytes: 35_600_000_000, storedBytes: 20_400_000_000, chain: [],
    bad: captured
      ? { bytes: 12_288, count: 2, places: [{ offset: 10_737_418_240, length: 8192, partition: 3, files: ['/Users/anna/Pictures/2019/IMG_2231.jpg'] }, { offset: 22_737_418_240, length: 4096, partition: 3, files: [] }] }
      : { bytes: 0, count: 0, places: [] },
    overridden: captured ? [...plan.stops] : [], leftOut: captured ? [{ partition: 3, name: 'pagefile.sys', bytes: 4_294_967_296 }] : [], identifiers: plan.kind === 'restore' ? (plan.newIdentifiers ? 'new' : 'kept') : null,
    grown: plan.kind === 'restore' && plan.grow ? plan.disks.map(({ identity }) => ({ disk: identity.id, partition: 3, from: 48_000_000_000, to: 990_000_000_000, fileSystem: true })) : [],
    verified: plan.kind === 'verify' ? { clusters: 135_803, checked: 135_803, damaged: [] } : null, resumed: false, notes: [],
  };
}

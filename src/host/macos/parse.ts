import type { Partition, PartitionRole } from '../../contract/index.ts';
import { cleanText, type DiskFacts, type DiskUse } from '../facts.ts';
import { busNamed, type DriveEntry } from '../libraries.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {});
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.slice(0, 1024).map(fieldsOf) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0);

/** What diskutil says: `list -plist` and, by identifier, `info -plist` of each whole disk. */
export interface MacListing {
  readonly list: unknown;
  readonly infos: ReadonlyMap<string, unknown>;
  /** `info -plist /`. */
  readonly root: unknown;
}

export interface MacDisks {
  readonly disks: DiskFacts[];
  readonly systemKnown: boolean;
}

const wholeDiskOf = (identifier: string): string => /^(disk\d+)/.exec(identifier)?.[1] ?? '';

/** The identifiers of the whole disks that diskutil lists. */
export function wholeDisks(list: unknown): string[] {
  const names = fieldsOf(list)['WholeDisks'];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string' && /^disk\d{1,4}$/.test(name)).slice(0, 256) : [];
}

const ROLES: Readonly<Record<string, PartitionRole>> = {
  EFI: 'efi-system', 'Microsoft Reserved': 'microsoft-reserved', 'Windows Recovery': 'recovery', Apple_APFS_Recovery: 'recovery', Apple_Boot: 'recovery', Linux_Swap: 'swap', 'Linux Swap': 'swap',
};

const SYSTEM_MOUNT = /^\/($|System\/Volumes\/|private\/var\/|usr($|\/)|Library$)/;

/** Joins what diskutil says about disks, containers and volumes; a container counts for the disk that it lies on. Pure. */
export function parseMac(listing: MacListing, drives: readonly DriveEntry[] | null): MacDisks {
  const entries = new Map(listOf(fieldsOf(listing.list)['AllDisksAndPartitions']).map((entry) => [textOf(entry['DeviceIdentifier']), entry]));
  // An APFS container is a disk of its own that stands on partitions of real ones.
  const under = new Map<string, string[]>();
  for (const [name, entry] of entries) {
    const stores = listOf(entry['APFSPhysicalStores']).map((store) => wholeDiskOf(textOf(store['DeviceIdentifier']))).filter(Boolean);
    if (stores.length > 0) under.set(name, stores);
  }
  const root = fieldsOf(listing.root);
  const rootDisk = textOf(root['ParentWholeDisk']) || wholeDiskOf(textOf(root['DeviceIdentifier']));
  const rootStores = listOf(root['APFSPhysicalStores']).map((store) => wholeDiskOf(textOf(store['APFSPhysicalStore']) || textOf(store['DeviceIdentifier'])));
  const system = new Set([rootDisk, ...(under.get(rootDisk) ?? []), ...rootStores].filter(Boolean));

  const disks = wholeDisks(listing.list).flatMap((name): DiskFacts[] => {
    const info = fieldsOf(listing.infos.get(name));
    const entry = entries.get(name) ?? {};
    if (under.has(name) || info['VirtualOrPhysical'] === 'Virtual') return [];
    const path = `/dev/${name}`;
    const drive = drives?.find((each) => each.device === path);
    const containers = [...under].filter(([, stores]) => stores.includes(name)).map(([container]) => entries.get(container) ?? {});
    const mounts = [entry, ...containers].flatMap(mountsOf);
    const uses: DiskUse[] = mounts.map((where) => ({ kind: SYSTEM_MOUNT.test(where) ? 'system' : 'mounted', where }));
    if (system.has(name)) uses.push({ kind: 'system', where: '/' });
    const inRaid = info['RAIDMaster'] === true || info['RAIDSlice'] === true || textOf(info['RAIDSetUUID']) !== '';
    if (inRaid) uses.push({ kind: 'raid', where: 'AppleRAID' });
    const size = numberOf(info['TotalSize']) || numberOf(info['Size']) || numberOf(entry['Size']) || (drive?.size ?? 0);
    const protocol = textOf(info['BusProtocol']);
    const isImage = protocol === 'Disk Image';
    const bus = isImage ? 'loop' : busNamed(protocol);
    const content = textOf(info['Content']) || textOf(entry['Content']);
    return [{
      id: path, path, practice: false, model: cleanText(info['MediaName']) || cleanText(drive?.description), serial: '', size, bus,
      removable: info['RemovableMedia'] === true || info['Removable'] === true || info['RemovableMediaOrExternalDevice'] === true || drive?.isRemovable === true,
      readOnly: info['WritableMedia'] === false,
      logicalSectorSize: numberOf(info['DeviceBlockSize']) || 512, physicalSectorSize: drive?.blockSize ?? (numberOf(info['DeviceBlockSize']) || 512),
      table: content === 'GUID_partition_scheme' ? 'gpt' : content === 'FDisk_partition_scheme' ? 'mbr' : 'none',
      partitions: listOf(entry['Partitions']).map((part, index) => partitionOf(part, index, entries, under)),
      uses, medium: size > 0, optical: textOf(info['OpticalMediaType']) !== '',
      hotplug: info['Internal'] === false || info['Ejectable'] === true, soldered: false,
    }];
  });
  return { disks, systemKnown: disks.some((disk) => disk.uses.some((use) => use.kind === 'system')) };
}

function mountsOf(entry: Fields): string[] {
  const own = textOf(entry['MountPoint']);
  return [...(own ? [own] : []), ...[...listOf(entry['Partitions']), ...listOf(entry['APFSVolumes'])].flatMap((each) => [textOf(each['MountPoint']), ...listOf(each['MountedSnapshots']).map((snapshot) => textOf(snapshot['SnapshotMountPoint']))].filter(Boolean))];
}

function partitionOf(part: Fields, index: number, entries: ReadonlyMap<string, Fields>, under: ReadonlyMap<string, readonly string[]>): Partition {
  const name = textOf(part['DeviceIdentifier']);
  const containers = [...entries].filter(([container, entry]) => under.has(container) && listOf(entry['APFSPhysicalStores']).some((store) => store['DeviceIdentifier'] === name));
  const content = textOf(part['Content']);
  return {
    number: Number(/s(\d+)$/.exec(name)?.[1] ?? index + 1), offset: numberOf(part['PartitionMapPartitionOffset']), length: numberOf(part['Size']), type: content, name: cleanText(part['VolumeName']),
    role: ROLES[content] ?? 'data', fileSystem: content.startsWith('Apple_APFS') ? { kind: 'apfs', label: cleanText(part['VolumeName']), uuid: textOf(part['VolumeUUID']) } : null,
    mountPoints: [...mountsOf(part), ...containers.flatMap(([, entry]) => mountsOf(entry))], usedBytes: null, active: false,
  };
}

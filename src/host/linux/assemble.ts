import type { Bus, Partition, PartitionRole } from '../../contract/index.ts';
import { cleanText, type DiskFacts } from '../facts.ts';
import { busNamed, type DriveEntry } from '../libraries.ts';
import { BlockGraph } from './graph.ts';
import type { LsblkDevice } from './lsblk.ts';
import type { LinuxSnapshot } from './snapshot.ts';
import type { SysBlock } from './sysfs.ts';

export interface Assembled {
  readonly disks: DiskFacts[];
  readonly systemKnown: boolean;
  readonly graph: BlockGraph;
}

/** Devices that are memory, parts of others or stacked on others, never disks to choose. */
const NOT_DISKS = /^(zram|ram|dm-|md|fd|mtdblock|bcache|zd)\d|^mmcblk\d+(boot\d+|rpmb)$|^md_/;

/** One list out of what the kernel, lsblk and the libraries say. Pure. */
export function assemble(snapshot: LinuxSnapshot): Assembled {
  const graph = new BlockGraph({ ...snapshot, lsblk: snapshot.lsblk ?? [] });
  const uses = graph.uses();
  const names = new Set<string>();
  for (const drive of snapshot.drives ?? []) names.add(nameOf(drive));
  for (const device of snapshot.lsblk ?? []) names.add(device.name);
  for (const block of snapshot.sys) names.add(block.name);

  const disks = [...names].filter((name) => !NOT_DISKS.test(name)).flatMap((name): DiskFacts[] => {
    const device = snapshot.lsblk?.find((each) => each.name === name);
    const block = snapshot.sys.find((each) => each.name === name);
    const drive = snapshot.drives?.find((each) => nameOf(each) === name);
    const size = block?.size ?? device?.size ?? drive?.size ?? 0;
    const isLoop = /^loop\d/.test(name);
    if ((isLoop || /^nbd\d/.test(name)) && size === 0) return [];
    if (device && device.type !== 'disk' && device.type !== 'loop' && device.type !== 'rom') return [];

    // The kernel writes the slashes of a name as exclamation marks.
    const path = `/dev/${name.replaceAll('!', '/')}`;
    const bus = busOf(name, device, block, drive?.busType);
    const optical = device?.type === 'rom' || /^sr\d/.test(name);
    const removable = block?.removable ?? device?.removable ?? drive?.isRemovable ?? false;
    return [{
      id: path,
      path,
      practice: false,
      model: isLoop ? cleanText(block?.backingFile ?? '') : modelOf(device, block, drive),
      serial: device?.serial || cleanText(block?.serial),
      size,
      bus,
      removable,
      readOnly: block?.readOnly ?? device?.readOnly ?? drive?.isReadOnly ?? false,
      logicalSectorSize: block?.logicalSectorSize ?? device?.logicalSectorSize ?? drive?.logicalBlockSize ?? 512,
      physicalSectorSize: block?.physicalSectorSize ?? device?.physicalSectorSize ?? drive?.blockSize ?? 512,
      table: tableOf(device?.tableType),
      partitions: partitionsOf(name, device, block, graph),
      uses: uses.get(name) ?? [],
      medium: size > 0 || !(removable || optical),
      optical,
      hotplug: device?.hotplug ?? bus === 'usb',
      soldered: block?.cardType === 'MMC',
    }];
  });
  return { disks, systemKnown: graph.systemKnown, graph };
}

const nameOf = (drive: DriveEntry): string => drive.raw.replace(/^\/dev\//, '').replaceAll('/', '!');

function busOf(name: string, device: LsblkDevice | undefined, block: SysBlock | undefined, ...names: readonly (string | undefined)[]): Bus {
  if (/^loop\d/.test(name)) return 'loop';
  if (/^nvme/.test(name)) return 'nvme';
  if (/^mmcblk/.test(name)) return 'sd';
  if (/^(vd|xvd)/.test(name)) return 'virtio';
  for (const candidate of [device?.transport, ...names]) {
    const bus = busNamed(candidate);
    if (bus !== 'unknown') return bus;
  }
  // Without udev lsblk knows no transport, but the device still hangs somewhere.
  if (block && /\/usb\d+\//.test(block.devicePath)) return 'usb';
  if (block && /\/ata\d+\//.test(block.devicePath)) return 'sata';
  return device && /(^|:)scsi(:|$)/.test(device.subsystems) ? 'scsi' : 'unknown';
}

function modelOf(device: LsblkDevice | undefined, block: SysBlock | undefined, drive: DriveEntry | undefined): string {
  // virtio and others give the maker as a bare PCI number, which names nothing.
  const vendor = device && !/^0x/.test(device.vendor) && device.vendor !== 'ATA' ? device.vendor : '';
  if (device?.model) return device.model.startsWith(vendor) ? device.model : `${vendor} ${device.model}`.trim();
  return cleanText(block?.model) || cleanText(drive?.description).replace(/^0x[0-9a-f]+\s*/, '');
}

function tableOf(kind: string | undefined): DiskFacts['table'] {
  if (kind === 'gpt') return 'gpt';
  return kind === 'dos' ? 'mbr' : 'none';
}

const ROLES: Readonly<Record<string, PartitionRole>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'efi-system',
  '0xef': 'efi-system',
  'e3c9e316-0b5c-4db8-817d-f92df00215ae': 'microsoft-reserved',
  'de94bba4-06d1-4d40-a16a-bfd50179d6ac': 'recovery',
  '21686148-6449-6e6f-744e-656564454649': 'bios-boot',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'swap',
  '0x82': 'swap',
  'a19d880f-05fc-4d3b-a006-743f0f84911e': 'raid',
  '0xfd': 'raid',
  'e6d6d379-f507-44c2-a23c-238f2a3df928': 'lvm',
  '0x8e': 'lvm',
  '0x5': 'extended',
  '0xf': 'extended',
};

/** Partitions as lsblk and the kernel see them: what is shown when the disk itself may not be opened. */
function partitionsOf(name: string, device: LsblkDevice | undefined, block: SysBlock | undefined, graph: BlockGraph): Partition[] {
  const known = device?.children.filter((child) => child.type === 'part') ?? [];
  const all = block?.partitions ?? known.map((child, index) => ({
    name: child.name, number: Number(/(\d+)$/.exec(child.name)?.[1] ?? index + 1), offset: child.offset ?? 0, length: child.size,
  }));
  const one = (node: string, number: number, offset: number, length: number, details: LsblkDevice | undefined): Partition => {
    const mountPoints = graph.mountPointsOn(node);
    return {
      number, offset, length,
      type: details?.partType.startsWith('0x') ? details.partType : (details?.partType.toUpperCase() ?? ''),
      name: details?.partLabel ?? '',
      role: ROLES[details?.partType.toLowerCase() ?? ''] ?? (mountPoints.includes('/') ? 'os' : 'data'),
      fileSystem: details?.fileSystem ? { kind: details.fileSystem, label: details.label, uuid: details.uuid } : null,
      mountPoints,
      usedBytes: details?.usedBytes ?? null,
      active: false,
    };
  };
  if (all.length > 0) return all.map((part) => one(part.name, part.number, part.offset, part.length, known.find((child) => child.name === part.name)));
  // A file system straight on the disk, without a table.
  const bare = device?.fileSystem || graph.mountPointsOn(name).length > 0;
  return bare ? [one(name, 0, 0, block?.size ?? device?.size ?? 0, device)] : [];
}

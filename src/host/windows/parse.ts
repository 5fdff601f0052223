import type { Partition, PartitionRole } from '../../contract/index.ts';
import { cleanText, type DiskFacts, type DiskUse } from '../facts.ts';
import { busNamed, type DriveEntry } from '../libraries.ts';

type Fields = Readonly<Record<string, unknown>>;

/** PowerShell 5 writes a list of one as the thing itself, and an empty list sometimes as null. */
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value : [value]).filter((each): each is Fields => typeof each === 'object' && each !== null).slice(0, 1024);
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string');
const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0);

/** Logical disk manager: a dynamic disk, which may be half of a mirror. */
const DYNAMIC = new Set(['{5808c8aa-7e8f-42e0-85d2-e1e90434cfb3}', '{af9b60a0-1431-4f62-bc68-3311714a69ad}']);

const ROLES: Readonly<Record<string, PartitionRole>> = {
  '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}': 'efi-system',
  '{e3c9e316-0b5c-4db8-817d-f92df00215ae}': 'microsoft-reserved',
  '{de94bba4-06d1-4d40-a16a-bfd50179d6ac}': 'recovery',
};

export interface WindowsDisks {
  readonly disks: DiskFacts[];
  readonly systemKnown: boolean;
}

export const drivePath = (number: number): string => `\\\\.\\PhysicalDrive${number}`;

export function driveNumber(path: string): number | null {
  const match = /^\\\\\.\\physicaldrive(\d{1,5})$/i.exec(path);
  return match ? Number(match[1]) : null;
}

/** Reads what the list script printed, completed by drivelist. Pure. @throws SyntaxError when it is not JSON */
export function parseWindows(json: string, drives: readonly DriveEntry[] | null): WindowsDisks {
  const root = JSON.parse(json) as Fields;
  const partitions = listOf(root['partitions']);
  const volumes = listOf(root['volumes']);
  const pageFiles = textsOf(root['pagefiles']).map((path) => path.slice(0, 2).toUpperCase());
  const systemDrive = typeof root['systemDrive'] === 'string' ? root['systemDrive'].toUpperCase() : '';

  const disks = listOf(root['disks']).flatMap((fields): DiskFacts[] => {
    const number = fields['Number'];
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) return [];
    const path = drivePath(number);
    const drive = drives?.find((each) => each.device.toLowerCase() === path.toLowerCase() || each.raw.toLowerCase() === path.toLowerCase());
    const own = partitions.filter((part) => part['DiskNumber'] === number);
    const uses: DiskUse[] = [];
    if (fields['IsSystem'] === true || fields['IsBoot'] === true || drive?.isSystem === true) uses.push({ kind: 'system', where: 'Windows' });
    for (const part of own) {
      const letters = letterOf(part);
      if (part['IsSystem'] === true || part['IsBoot'] === true || letters.includes(systemDrive)) uses.push({ kind: 'system', where: letters[0] ?? 'Windows' });
      if (letters.some((letter) => pageFiles.includes(letter))) uses.push({ kind: 'swap', where: letters[0] ?? '' });
      if (DYNAMIC.has(String(part['GptType']).toLowerCase()) || part['MbrType'] === 0x42) uses.push({ kind: 'raid', where: 'LDM' });
      for (const where of mountsOf(part)) uses.push({ kind: 'mounted', where });
    }
    const size = numberOf(fields['Size']);
    const style = String(fields['PartitionStyle']).toUpperCase();
    const bus = drive?.isCard === true ? 'sd' : busNamed(fields['BusType']);
    return [{
      id: path, path, practice: false,
      model: cleanText(fields['FriendlyName']) || cleanText(drive?.description),
      serial: cleanText(fields['SerialNumber']),
      size, bus,
      removable: drive?.isRemovable ?? (bus === 'usb' || bus === 'sd'),
      readOnly: fields['IsReadOnly'] === true,
      logicalSectorSize: numberOf(fields['LogicalSectorSize']) || 512,
      physicalSectorSize: numberOf(fields['PhysicalSectorSize']) || 512,
      table: style === 'GPT' ? 'gpt' : style === 'MBR' ? 'mbr' : 'none',
      partitions: own.map((part) => partitionOf(part, volumes)).sort((a, b) => a.offset - b.offset),
      uses,
      medium: size > 0,
      optical: false,
      hotplug: bus === 'usb' || bus === 'sd',
      soldered: String(fields['BusType']).toUpperCase() === 'MMC',
    }];
  });
  return { disks, systemKnown: disks.some((disk) => disk.uses.some((use) => use.kind === 'system')) };
}

/** Only drivelist could be asked: its own word on the system disk is all there is. */
export function windowsFromDrives(drives: readonly DriveEntry[]): WindowsDisks {
  const disks = drives.flatMap((drive): DiskFacts[] => {
    const number = driveNumber(drive.device);
    if (number === null) return [];
    const bus = drive.isCard === true ? 'sd' : busNamed(drive.busType);
    const path = drivePath(number);
    const mounts = drive.mountpoints.map((mount): DiskUse => ({ kind: 'mounted', where: mount.path }));
    return [{
      id: path, path, practice: false, model: cleanText(drive.description), serial: '', size: drive.size ?? 0, bus,
      removable: drive.isRemovable, readOnly: drive.isReadOnly,
      logicalSectorSize: drive.logicalBlockSize || 512, physicalSectorSize: drive.blockSize || 512, table: 'unreadable', partitions: [],
      uses: drive.isSystem ? [{ kind: 'system', where: 'Windows' }, ...mounts] : mounts,
      medium: (drive.size ?? 0) > 0, optical: false, hotplug: bus === 'usb' || bus === 'sd', soldered: false,
    }];
  });
  return { disks, systemKnown: disks.some((disk) => disk.uses.some((use) => use.kind === 'system')) };
}

/** Folders and letters, without the volume's own `\\?\Volume{...}` name. */
const mountsOf = (part: Fields): string[] => textsOf(part['AccessPaths']).filter((path) => !path.startsWith('\\\\?\\'));
const letterOf = (part: Fields): string[] => mountsOf(part).filter((path) => /^[a-z]:\\?$/i.test(path)).map((path) => path.slice(0, 2).toUpperCase());

function partitionOf(part: Fields, volumes: readonly Fields[]): Partition {
  const paths = textsOf(part['AccessPaths']);
  const volume = volumes.find((each) => typeof each['Path'] === 'string' && paths.includes(each['Path']));
  const gpt = typeof part['GptType'] === 'string' ? part['GptType'].toLowerCase() : '';
  const mbr = numberOf(part['MbrType']);
  const size = numberOf(volume?.['Size']);
  const kind = typeof volume?.['FileSystem'] === 'string' ? volume['FileSystem'].toLowerCase() : '';
  return {
    number: numberOf(part['PartitionNumber']),
    offset: numberOf(part['Offset']),
    length: numberOf(part['Size']),
    type: gpt ? gpt.replace(/[{}]/g, '').toUpperCase() : `0x${mbr.toString(16).toUpperCase().padStart(2, '0')}`,
    name: '',
    role: ROLES[gpt] ?? (part['IsBoot'] === true ? 'os' : 'data'),
    fileSystem: kind ? { kind, label: cleanText(volume?.['FileSystemLabel']), uuid: '' } : null,
    mountPoints: mountsOf(part),
    usedBytes: size > 0 ? size - numberOf(volume?.['SizeRemaining']) : null,
    active: part['IsActive'] === true,
  };
}

/** The disks that a path lies on, by the longest letter or folder that it starts with. Pure. */
export function windowsHolding(path: string, disks: readonly DiskFacts[]): string[] {
  const wanted = `${path.replace(/^\\\\\?\\/, '').toLowerCase()}\\`;
  let best = { length: 0, ids: [] as string[] };
  for (const disk of disks) {
    for (const mount of disk.partitions.flatMap((part) => part.mountPoints)) {
      const prefix = mount.toLowerCase().replace(/\\?$/, '\\');
      if (!wanted.startsWith(prefix) || prefix.length < best.length) continue;
      best = prefix.length === best.length ? { ...best, ids: [...best.ids, disk.id] } : { length: prefix.length, ids: [disk.id] };
    }
  }
  return best.ids;
}

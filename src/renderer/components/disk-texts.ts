import type { TFunction } from 'i18next';
import { partitionPurpose, type Bus, type Disk, type Partition, type Reason } from '../../contract/index.ts';
import { textOr } from '../app/i18n.ts';
import { formatBytes } from '../formatting/numbers.ts';
import { fileName } from '../formatting/paths.ts';
import type { IconName } from './Icon.tsx';

const BUS_ICONS: Record<Bus, IconName> = {
  usb: 'stick', sd: 'card', nvme: 'chip', sata: 'drive', ata: 'drive', scsi: 'drive', sas: 'drive', virtio: 'drive', loop: 'drive', file: 'practice', unknown: 'drive',
};

export const busIcon = (bus: Bus): IconName => BUS_ICONS[bus];

export const busName = (t: TFunction, bus: Bus): string => textOr(t, `disks:bus.${bus}`, bus.toUpperCase());

export const reasonText = (t: TFunction, reason: Reason): string => textOr(t, `disks:reason.${reason.code}`, reason.code, reason.params);

/** `SanDisk Ultra`, or `Unnamed disk` where the disk does not say. A loop device is called after its file. */
export function modelName(t: TFunction, disk: { readonly model: string; readonly bus: Bus }): string {
  const model = disk.bus === 'loop' ? fileName(disk.model.trim()) : disk.model.trim();
  return model || t('wizard:disk.nameless');
}

/** `SanDisk Ultra, 31.9 GB, serial 4C53…`: enough to know a disk by. */
export function diskName(t: TFunction, language: string, disk: { readonly model: string; readonly bus: Bus; readonly size: number; readonly serial: string }): string {
  const name = `${modelName(t, disk)}, ${formatBytes(language, disk.size)}`;
  return disk.serial.trim() ? t('wizard:disk.with-serial', { name, serial: disk.serial.trim() }) : name;
}

const FILE_SYSTEMS: Readonly<Record<string, string>> = {
  ntfs: 'NTFS', fat12: 'FAT12', fat16: 'FAT16', fat32: 'FAT32', vfat: 'FAT', exfat: 'exFAT', refs: 'ReFS', xfs: 'XFS', apfs: 'APFS', hfsplus: 'HFS+',
  iso9660: 'ISO 9660', udf: 'UDF', bitlocker: 'BitLocker', luks: 'LUKS', btrfs: 'Btrfs', lvm: 'LVM',
};

/** A file system's name as its makers write it. */
export const fileSystemLabel = (kind: string): string => FILE_SYSTEMS[kind] ?? kind;

/** The same for a partition; empty when unknown. */
export function fileSystemName(partition: Pick<Partition, 'fileSystem'>): string {
  const kind = partition.fileSystem?.kind ?? 'unknown';
  return kind === 'unknown' ? '' : fileSystemLabel(kind);
}

/** `EFI system · FAT32 · "ESP"`. That a partition holds data goes without saying where its file system is known. */
export function partitionText(t: TFunction, partition: Pick<Partition, 'role' | 'fileSystem' | 'name'> & { readonly type?: string }): string {
  const role = textOr(t, `jobs:role.${partition.role}`, partition.role);
  const tells = partition.role === 'unknown' || partition.role === 'data';
  // The name in the table mostly says the role once more.
  const label = partition.fileSystem?.label || (tells ? partition.name : '');
  const plain = partition.role === 'unknown' || (partition.role === 'data' && fileSystemName(partition) !== '');
  return [plain ? '' : role, fileSystemName(partition), label && `“${label}”`].filter(Boolean).join(' · ')
    || textOr(t, 'jobs:role.unknown', partition.type ?? '');
}

/** The same where it stands first in a row: with a capital, but for the name of a file system, which is written as its makers do. */
export function partitionTitle(t: TFunction, partition: Parameters<typeof partitionText>[1]): string {
  const text = partitionText(t, partition);
  const fileSystem = fileSystemName(partition);
  return fileSystem !== '' && text.startsWith(fileSystem) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

type Purposeful = Parameters<typeof partitionPurpose>[0];

/** `Starts Windows (UEFI): needed to boot`. @param all the partitions that lie beside it */
export const purposeText = (t: TFunction, partition: Purposeful, all: readonly Purposeful[]): string => t(`jobs:purpose.${partitionPurpose(partition, all)}`);

/** What a screen reader says for a disk that can be chosen. */
export function diskSpoken(t: TFunction, language: string, disk: Disk): string {
  return [
    t('wizard:disk.number', { number: disk.number }),
    diskName(t, language, disk),
    busName(t, disk.bus),
    ...disk.verdict.reasons.map((reason) => reasonText(t, reason)),
  ].join(', ');
}

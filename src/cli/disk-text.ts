import type { Disk, Partition, Reason } from '../contract/index.ts';
import { diskName, formatBytes } from '../texts/index.ts';
import type { Context } from './context.ts';
import { tableLines, type Align } from './table.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

export const reasonText = ({ texts }: Speaker, reason: Reason): string => texts(`disks:reason.${reason.code}`, reason.params);

/** `SanDisk Ultra, 15.7 GB, serial 4C53...`: enough to tell one stick from another. */
export function diskTitle({ texts, language }: Speaker, disk: { model: string; serial: string; size: number; id: string }): string {
  const size = formatBytes(disk.size, language);
  const model = diskName(disk);
  return disk.serial ? texts('cli:disk.nameWithSerial', { model, size, serial: disk.serial }) : texts('cli:disk.name', { model, size });
}

export function partitionLine(speaker: Speaker, partition: Partition): string {
  const { texts, language } = speaker;
  const fileSystem = partition.fileSystem;
  const parts = [
    texts('cli:partition.number', { number: partition.number }),
    formatBytes(partition.length, language),
    fileSystem?.kind ?? '',
    fileSystem?.label ? `"${fileSystem.label}"` : partition.name ? `"${partition.name}"` : '',
    partition.role === 'unknown' || partition.role === 'data' ? '' : texts(`jobs:role.${partition.role}`),
    partition.usedBytes === null ? '' : texts('cli:partition.used', { used: partition.usedBytes }),
    partition.mountPoints.length > 0 ? texts('cli:partition.mounted', { where: partition.mountPoints.join(', ') }) : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function partitionsSummary({ texts }: Speaker, disk: Disk): string {
  const table = texts(`jobs:table.${disk.table}`);
  if (disk.partitions.length === 0) return table;
  const kinds = disk.partitions.map((partition) => partition.fileSystem?.kind ?? texts(`jobs:role.${partition.role}`));
  return `${table}: ${kinds.slice(0, 6).join(', ')}${kinds.length > 6 ? ', …' : ''}`;
}

function verdictText(speaker: Speaker, disk: Disk): string {
  const reasons = disk.verdict.reasons.map((reason) => reasonText(speaker, reason)).join('; ');
  return `${speaker.texts(`cli:verdict.${disk.verdict.kind}`)}${reasons ? `: ${reasons}` : ''}`;
}

/** The table of `werkbank disks`. */
export function disksTable(speaker: Speaker, disks: readonly Disk[]): string[] {
  const { texts, language } = speaker;
  const columns: { name: string; align: Align; cell: (disk: Disk) => string }[] = [
    { name: 'number', align: 'right', cell: (disk) => String(disk.number) },
    { name: 'model', align: 'left', cell: (disk) => (disk.model || disk.practice ? diskName(disk) : '') },
    { name: 'serial', align: 'left', cell: (disk) => disk.serial },
    { name: 'size', align: 'right', cell: (disk) => formatBytes(disk.size, language) },
    { name: 'bus', align: 'left', cell: (disk) => texts(`disks:bus.${disk.bus}`) },
    { name: 'path', align: 'left', cell: (disk) => disk.path },
    { name: 'partitions', align: 'left', cell: (disk) => partitionsSummary(speaker, disk) },
    { name: 'verdict', align: 'left', cell: (disk) => verdictText(speaker, disk) },
  ];
  // A column that says nothing of any disk only takes room.
  const shown = columns.filter(({ cell }) => disks.some((disk) => cell(disk) !== ''));
  const rows = disks.map((disk) => shown.map(({ cell }) => cell(disk) || '-'));
  return tableLines([shown.map(({ name }) => texts(`cli:column.${name}`)), ...rows], shown.map(({ align }) => align));
}

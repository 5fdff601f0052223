import type { Disk, Partition, Reason } from '../contract/index.ts';
import { formatBytes } from '../texts/format.ts';
import type { Context } from './context.ts';
import { tableLines } from './table.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

export const reasonText = ({ texts }: Speaker, reason: Reason): string => texts(`disks:reason.${reason.code}`, reason.params);

/** `SanDisk Ultra, 15.7 GB, serial 4C53...`: enough to tell one stick from another. */
export function diskName({ texts, language }: Speaker, disk: { model: string; serial: string; size: number; path: string }): string {
  const size = formatBytes(disk.size, language);
  const model = disk.model || disk.path;
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
  const head = ['number', 'model', 'serial', 'size', 'bus', 'path', 'partitions', 'verdict'].map((column) => texts(`cli:column.${column}`));
  const rows = disks.map((disk) => [
    String(disk.number),
    disk.model || '-',
    disk.serial || '-',
    formatBytes(disk.size, language),
    texts(`disks:bus.${disk.bus}`),
    disk.path,
    partitionsSummary(speaker, disk),
    verdictText(speaker, disk),
  ]);
  return tableLines([head, ...rows], ['right', 'left', 'left', 'right']);
}

import { imageCorrupt } from '../faults.ts';
import { CLONEZILLA_FORMAT } from './structs.ts';

/** A table with more partitions is not one. */
const MAX_PARTITIONS = 256;

/** One line of what `sfdisk --dump` printed. */
export interface DumpedPartition {
  /** `sda1`, `nvme0n1p1`. */
  readonly name: string;
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  /** Of an MBR partition; 0 in a GPT. */
  readonly type: number;
}

export interface DumpedTable {
  readonly label: 'gpt' | 'dos';
  readonly sectorSize: number;
  /** Of the disk in bytes, where a file tells. */
  readonly size: number | null;
  readonly partitions: readonly DumpedPartition[];
}

/**
 * Puts together what `DISK-pt.sf` (sfdisk --dump) and `DISK-pt.parted` (parted unit s print) say.
 * @param path of the folder, for messages
 * @throws EngineError `image-corrupt`
 */
export function parseTables(disk: string, dump: string, parted: string, path: string): DumpedTable {
  const corrupt = (detail: string): Error => imageCorrupt(CLONEZILLA_FORMAT, path, detail);
  const sectorText = /^sector-size:\s*(\d+)/m.exec(dump)?.[1] ?? /^Sector size \(logical\/physical\):\s*(\d+)B/m.exec(parted)?.[1] ?? '512';
  const sectorSize = Number(sectorText);
  if (sectorSize !== 512 && sectorSize !== 4096) throw corrupt('sector size');
  const label = /^label:\s*(\w+)/m.exec(dump)?.[1] ?? (/^Partition Table:\s*gpt/m.test(parted) ? 'gpt' : 'dos');
  if (label !== 'gpt' && label !== 'dos') throw corrupt(`partition table ${label}`);
  const sectors = /^Disk \/dev\/\S+:\s*(\d{1,15})s/m.exec(parted)?.[1];
  const partitions: DumpedPartition[] = [];
  for (const [, device = '', fields = ''] of dump.matchAll(/^\/dev\/(\S+)\s*:\s*(.*)$/gm)) {
    const name = device.replaceAll('/', '-');
    const number = numberOf(disk, name);
    const field = (key: RegExp): string | undefined => key.exec(fields)?.[1];
    const start = Number(field(/\bstart=\s*(\d{1,15})/) ?? NaN);
    const size = Number(field(/\bsize=\s*(\d{1,15})/) ?? NaN);
    if (number === null || Number.isNaN(start) || Number.isNaN(size)) throw corrupt('sfdisk dump');
    // Old versions list the empty entries too.
    if (size === 0) continue;
    const type = label === 'dos' ? Number.parseInt(field(/\b(?:type|Id)=\s*([0-9a-fA-F]{1,2})\b/) ?? '', 16) : 0;
    if (Number.isNaN(type)) throw corrupt('sfdisk dump');
    partitions.push({ name, number, offset: start * sectorSize, length: size * sectorSize, type });
    if (partitions.length > MAX_PARTITIONS) throw corrupt('sfdisk dump');
  }
  if (partitions.some(({ offset, length }) => !Number.isSafeInteger(offset + length))) throw corrupt('sfdisk dump');
  return { label, sectorSize, size: sectors === undefined ? null : Number(sectors) * sectorSize, partitions };
}

/** The number of a partition of `disk`, or null when it is none: `sda` and `sda2`, `nvme0n1` and `nvme0n1p2`. */
export function numberOf(disk: string, name: string): number | null {
  if (!name.startsWith(disk)) return null;
  const digits = (/\d$/.test(disk) ? /^p(\d{1,3})$/ : /^(\d{1,3})$/).exec(name.slice(disk.length))?.[1];
  return digits === undefined ? null : Number(digits);
}

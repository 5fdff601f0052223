import { throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';
import { alignUp } from '../base/safe-int.ts';
import { intersect, normalize, totalLength, type Extent, type ExtentSet } from '../base/extent.ts';
import { readAllocation } from '../filesystems/allocation.ts';
import type { AllocationMap } from '../filesystems/allocation-types.ts';
import { rangedSource } from '../io/ranged.ts';
import type { BlockSource } from '../io/types.ts';
import { readGpt, type GptCopy } from '../partitions/gpt/index.ts';
import { readMbr } from '../partitions/mbr/index.ts';
import type { Problem } from '../partitions/problem.ts';
import type { DiskMap, MappedPartition, WholeReason } from './disk-map.ts';
import { readLayout, wholeDisk } from './read-layout.ts';
import type { Layout, LayoutPartition } from './types.ts';

export interface MapDiskOptions {
  /** Numbers of the partitions to take; null for all. */
  readonly partitions: readonly number[] | null;
  /** Leave out the contents of page and hibernation files. */
  readonly leaveOutSwapFiles: boolean;
  /** Partitions to take with every byte although their allocation map can be read. */
  readonly wholePartitions?: readonly number[];
  /** Which copy of the table is the good one, when somebody has chosen. */
  readonly gptCopy?: 'primary' | 'backup';
  /** A partition's bytes are to be read from somewhere else: a snapshot of it. */
  readonly volume?: (partition: number) => BlockSource | null;
  readonly signal?: AbortSignal;
  /** For errors: the disk's name. */
  readonly name?: string;
}

/** A disk as it was found. */
export interface FoundMap extends DiskMap {
  /** What a tool would complain of, and an image can be made with. */
  readonly warnings: readonly Problem[];
}

/** Boot code and loaders that MBR tools embed lie between the table and the first partition; more than this is not a gap but a lost partition. Bytes. */
const MAX_GAP = 4 * 1024 * 1024;

/** What a faulty table may say and still be gone by, once somebody has chosen the good copy. */
const CHOOSABLE = new Set(['gpt-primary-damaged', 'gpt-copies-differ', 'protective-mbr-missing']);

/** Reasons of `allocation-invalid` that tell of a sound volume which this program does not read: no check of its file system would change that. */
const NOT_READ = /^(several-devices|uses-raid|seed-device|conversion-unfinished|checksum-kind-unknown|features-unknown|realtime-device|log-elsewhere)/;

const WHOLE_BY_KIND: Readonly<Record<string, WholeReason>> = { luks: 'encrypted', bitlocker: 'encrypted', lvm2: 'lvm', raid: 'raid' };

/**
 * What of a disk has to go into an image. Reads the tables, and of each chosen
 * partition the allocation map; nothing is written.
 * @throws EngineError `table-corrupt`, `gpt-copies-disagree`, `partition-not-found`; errors of reading the tables
 */
export async function mapDisk(source: BlockSource, options: MapDiskOptions): Promise<FoundMap> {
  const name = options.name ?? '';
  const layout = await readLayout(source, options.gptCopy ? { gptCopy: options.gptCopy } : {});
  const found = checkTable(layout, options.gptCopy !== undefined, name);
  // Nothing that is known here may still be everything somebody has: a container without a header, a system of its own,
  // behind a boot sector that looks like a table without entries.
  const unknown = found !== 'gpt' && layout.partitions.length === 0;
  const [table, diskId] = unknown ? (['none', ''] as const) : [found, layout.diskId];
  const listed = unknown ? [wholeDisk(source, null)] : layout.partitions;
  const missing = options.partitions?.find((number) => !listed.some((p) => p.number === number));
  if (missing !== undefined) throw new EngineError('partition-not-found', { number: missing, disk: name });

  const partitions: MappedPartition[] = [];
  const used: Extent[] = [];
  for (const partition of listed) {
    throwIfAborted(options.signal);
    const chosen = options.partitions?.includes(partition.number) ?? true;
    const mapped = await mapPartition(source, partition, chosen, options);
    partitions.push(mapped.partition);
    for (const { offset, length } of mapped.used) used.push({ offset: partition.offset + offset, length });
  }
  if (table !== 'none') used.push(...(await outside(source, layout)));
  return { size: source.size, sectorSize: source.sectorSize, table, diskId, partitions, used: normalize(used), warnings: layout.problems.filter(({ severity }) => severity === 'warning') };
}

function checkTable(layout: Layout, chosen: boolean, name: string): 'gpt' | 'mbr' | 'none' {
  const faults = layout.problems.filter((problem) => problem.severity === 'error');
  const codes = faults.map((problem) => problem.code);
  if (codes.some((code) => CHOOSABLE.has(code)) && !chosen) {
    const good = codes.includes('gpt-copies-differ') ? 'both' : 'backup';
    throw new EngineError('gpt-copies-disagree', { disk: name, good });
  }
  const other = codes.find((code) => !CHOOSABLE.has(code));
  if (other) throw new EngineError('table-corrupt', { disk: name, reason: other });
  if (layout.table === 'corrupt') return 'gpt';
  return layout.table;
}

/** What lies outside the partitions and is needed to find and boot them. */
async function outside(source: BlockSource, layout: Layout): Promise<Extent[]> {
  const first = Math.min(source.size, ...layout.partitions.map((p) => p.offset).filter((offset) => offset > 0));
  const gap: Extent = { offset: 0, length: Math.min(first, MAX_GAP) };
  if (layout.diskId.length === 36) {
    const table = await readGpt(source);
    return [gap, ...[table.primary, table.backup].flatMap((copy) => (copy ? copyExtents(copy, source.size) : []))];
  }
  const { extendedRecords } = await readMbr(source);
  return [gap, ...extendedRecords.map((offset) => ({ offset, length: Math.min(source.sectorSize, source.size - offset) }))];
}

/** Header and entries of one copy: the entries may lie anywhere, such as behind the boot loader of a small board. */
function copyExtents({ sectorSize, myLba, entriesLba, entryCount, entrySize }: GptCopy, size: number): Extent[] {
  const entriesAt = entriesLba * sectorSize;
  return [
    { offset: myLba * sectorSize, length: sectorSize },
    { offset: entriesAt, length: Math.min(alignUp(entryCount * entrySize, sectorSize), size - entriesAt) },
  ];
}

async function mapPartition(
  source: BlockSource,
  partition: LayoutPartition,
  chosen: boolean,
  options: MapDiskOptions,
): Promise<{ partition: MappedPartition; used: ExtentSet }> {
  const { usedBytes: _, ...facts } = partition;
  const length = Math.max(0, Math.min(partition.length, source.size - partition.offset));
  const build = (more: Partial<MappedPartition>, used: ExtentSet): { partition: MappedPartition; used: ExtentSet } => {
    const last = used.at(-1);
    return {
      used,
      partition: {
        ...facts, method: 'used', wholeReason: null, unit: 0, leftOut: [], conditions: [], fingerprint: '',
        usedBytes: totalLength(used), usedEnd: last ? last.offset + last.length : 0, ...more,
      },
    };
  };
  if (!chosen || partition.role === 'extended' || length === 0) return build({ method: 'none' }, []);

  const everything: ExtentSet = [{ offset: 0, length }];
  const whole = (wholeReason: WholeReason): ReturnType<typeof build> => build({ method: 'whole', wholeReason }, everything);
  if (partition.role === 'bios-boot' || partition.role === 'microsoft-reserved') return whole('boot-code');
  const kind = partition.fileSystem?.kind;
  if (!kind) return whole('unknown');
  const byKind = WHOLE_BY_KIND[kind];
  if (byKind) return whole(byKind);

  const volume = options.volume?.(partition.number) ?? rangedSource(source, { offset: partition.offset, length });
  const map = await allocationOf(volume, kind, options);
  if (map === null) return whole('no-map');
  if (map === 'damaged') return whole('map-damaged');
  const about = {
    unit: map.unit,
    conditions: map.conditions,
    fingerprint: map.fingerprint,
    leftOut: map.leftOut.map((file) => ({ name: file.name, bytes: totalLength(file.extents) })),
  };
  if (options.wholePartitions?.includes(partition.number)) return build({ ...about, method: 'whole', leftOut: [] }, everything);
  // What waits in the log may be in blocks that the map on the disk still calls free.
  if (map.conditions.includes('journal')) return build({ ...about, method: 'whole', wholeReason: 'journal', leftOut: [] }, everything);
  return build(about, intersect(map.used, everything));
}

async function allocationOf(volume: BlockSource, kind: string, options: MapDiskOptions): Promise<AllocationMap | null | 'damaged'> {
  try {
    const { leaveOutSwapFiles, signal } = options;
    return await readAllocation(volume, kind, { leaveOutSwapFiles, ...(signal ? { signal } : {}) });
  } catch (error) {
    // A map that makes no sense, or lies on a bad sector, costs time and room, never data: every byte is taken then.
    if (error instanceof EngineError) return NOT_READ.test(String(error.params['reason'] ?? '')) ? null : 'damaged';
    throw error;
  }
}

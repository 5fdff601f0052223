import { EngineError } from '../base/errors.ts';
import { readBytes } from '../io/read-bytes.ts';
import { rangedSource } from '../io/ranged.ts';
import type { BlockSource } from '../io/types.ts';
import { isDataFault } from '../struct/index.ts';
import { recogniseFirmwareRaid } from '../filesystems/by-name/firmware-raid.ts';
import { optional } from '../filesystems/optional.ts';
import { recognise } from '../filesystems/recognise.ts';
import type { FileSystemFacts } from '../filesystems/types.ts';
import { checkGpt, copyInUse, readGpt, type GptTable } from '../partitions/gpt/index.ts';
import { MbrSector, MBR_SIGNATURE, checkMbr, isExtendedType, parseMbr, readMbr, type MbrTable } from '../partitions/mbr/index.ts';
import { fault, warning, type Problem } from '../partitions/problem.ts';
import { formatMbrType } from './partition-types.ts';
import { roleOf } from './role.ts';
import type { Layout, LayoutPartition } from './types.ts';

/** File systems whose boot sector also ends in 55 AA: what looks like partition entries in it is code. */
const WITH_BOOT_SECTOR = new Set(['fat12', 'fat16', 'fat32', 'exfat', 'ntfs', 'bitlocker', 'refs']);

/** Partitions whose contents are looked at; a table may claim thousands, and each costs a read. */
const MAX_RECOGNISED = 128;

type Bare = Omit<LayoutPartition, 'role' | 'fileSystem' | 'usedBytes'>;

/**
 * Reads what a disk or an image holds. A damaged or hostile table never
 * throws: it gives `table: 'corrupt'`, its problems, and what could be read.
 * @param options which copy of a GPT to go by, when somebody has chosen; else the primary, or the backup when that is damaged
 * @throws EngineError only when the source itself cannot be read at its start
 */
export async function readLayout(source: BlockSource, options: { readonly gptCopy?: 'primary' | 'backup' } = {}): Promise<Layout> {
  if (source.size < MbrSector.size) return none([]);
  const layout = await readTable(source, options);
  const raid = await optional(() => recogniseFirmwareRaid(source), null);
  if (!raid) return layout;
  // The first disk of a striped array shows the table of all of it, which promises more than the disk has. A table that
  // fits is that of a mirror, or the mark is left from an array that is no more.
  if (layout.table === 'none' || layout.table === 'corrupt') return none([wholeDisk(source, raid)]);
  return { ...layout, problems: [...layout.problems, warning('firmware-raid', { maker: raid.label })] };
}

async function readTable(source: BlockSource, options: { readonly gptCopy?: 'primary' | 'backup' }): Promise<Layout> {
  const sector = await readBytes(source, 0, MbrSector.size);
  const signed = sector[510] === (MBR_SIGNATURE & 0xff) && sector[511] === MBR_SIGNATURE >> 8;

  const mbr = signed ? attempt(() => parseMbr(sector, source.sectorSize)) : null;
  if (mbr && !(mbr instanceof EngineError) && mbr.kind !== 'plain') return layoutOfGpt(source, mbr, options.gptCopy);

  const whole = await recognise(source);
  if (whole && (!signed || WITH_BOOT_SECTOR.has(whole.kind))) return none([wholeDisk(source, whole)]);
  if (!mbr) return layoutWithoutMbr(source, options.gptCopy);
  if (mbr instanceof EngineError) {
    if (whole) return none([wholeDisk(source, whole)]);
    return corrupt([fault('mbr-status-invalid', { offset: 0 })]);
  }
  // Boot code, the signature and nothing else, in front of a file system: an old `mkfs` left it there.
  if (mbr.partitions.length === 0 && whole) return none([wholeDisk(source, whole)]);
  return layoutOfMbr(source);
}

async function layoutOfMbr(source: BlockSource): Promise<Layout> {
  const table = await readMbr(source);
  const problems = checkMbr(table, source.size);
  const partitions = table.partitions.map((p) => ({
    number: p.number,
    offset: p.offset,
    length: p.length,
    type: formatMbrType(p.type),
    id: '',
    name: '',
    attributes: '0',
    active: p.active,
    logical: p.logical,
  }));
  const skip = new Set(table.partitions.filter((p) => isExtendedType(p.type)).map((p) => p.number));
  const diskId = table.diskSignature.toString(16).toUpperCase().padStart(8, '0');
  return finish(source, 'mbr', problems, diskId, partitions, skip);
}

async function layoutOfGpt(source: BlockSource, mbr: MbrTable, chosen: 'primary' | 'backup' | undefined): Promise<Layout> {
  const table = await gptOrFault(source);
  if (table instanceof EngineError) {
    // The other partitions of a hybrid MBR are still there, and may be all that is left.
    const reason = String(table.params['reason'] ?? table.code);
    return corrupt([fault('protective-mbr-only', { reason }), fault('gpt-primary-damaged', { reason })]);
  }
  const extra = mbr.kind === 'hybrid' ? [warning('gpt-hybrid-mbr')] : [];
  return finishGpt(source, table, extra, chosen);
}

/** No 55 AA and no file system: nothing, or a GPT that lost its protective MBR. */
async function layoutWithoutMbr(source: BlockSource, chosen: 'primary' | 'backup' | undefined): Promise<Layout> {
  const table = await gptOrFault(source);
  return table instanceof EngineError ? none([]) : finishGpt(source, table, [fault('protective-mbr-missing')], chosen);
}

function finishGpt(source: BlockSource, table: GptTable, extra: Problem[], chosen: 'primary' | 'backup' | undefined): Promise<Layout> {
  const copy = (chosen && table[chosen]) ?? copyInUse(table);
  const problems = [...extra, ...checkGpt(table, source.size, source.sectorSize)];
  const partitions = copy.partitions.map((p) => ({
    number: p.number,
    offset: p.offset,
    length: p.length,
    type: p.type,
    id: p.id,
    name: p.name,
    attributes: String(p.attributes),
    active: (p.attributes & 4n) !== 0n,
    logical: false,
  }));
  return finish(source, 'gpt', problems, copy.diskGuid, partitions, new Set());
}

/** Looks into each partition and gives it its role. */
async function finish(
  source: BlockSource,
  table: 'gpt' | 'mbr',
  problems: Problem[],
  diskId: string,
  bare: readonly Bare[],
  skip: ReadonlySet<number>,
): Promise<Layout> {
  const partitions: LayoutPartition[] = [];
  for (const partition of bare) {
    const wanted = !skip.has(partition.number) && partitions.length < MAX_RECOGNISED;
    const found = wanted ? await lookInto(source, partition, problems) : null;
    partitions.push(describe(partition, found, table === 'mbr'));
  }
  const broken = problems.some((problem) => problem.severity === 'error');
  return { table: broken ? 'corrupt' : table, problems, diskId, partitions };
}

async function lookInto(source: BlockSource, partition: Bare, problems: Problem[]): Promise<FileSystemFacts | null> {
  const length = Math.min(partition.length, source.size - partition.offset);
  // A hybrid ISO's first partition starts with the disk: it is the ISO itself.
  if (length < MbrSector.size) return null;
  try {
    return await recognise(rangedSource(source, { offset: partition.offset, length }));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    problems.push(warning('partition-unreadable', { partition: partition.number, reason: error.code }));
    return null;
  }
}

function describe(partition: Bare, found: FileSystemFacts | null, mbr: boolean): LayoutPartition {
  return {
    ...partition,
    role: roleOf({ ...partition, mbr }, found),
    fileSystem: found ? { kind: found.kind, label: found.label, uuid: found.uuid } : null,
    usedBytes: found?.usedBytes ?? null,
  };
}

/** A disk without a table as if it were one partition, number 0. @param found null when nobody knows what it holds */
export const wholeDisk = (source: BlockSource, found: FileSystemFacts | null): LayoutPartition =>
  describe({ number: 0, offset: 0, length: source.size, type: '', id: '', name: '', attributes: '0', active: false, logical: false }, found, false);

const none = (partitions: LayoutPartition[]): Layout => ({ table: 'none', problems: [], diskId: '', partitions });
const corrupt = (problems: Problem[]): Layout => ({ table: 'corrupt', problems, diskId: '', partitions: [] });

function attempt<T>(read: () => T): T | EngineError {
  try {
    return read();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

async function gptOrFault(source: BlockSource): Promise<GptTable | EngineError> {
  try {
    return await readGpt(source);
  } catch (error) {
    if (isDataFault(error)) return error;
    throw error;
  }
}

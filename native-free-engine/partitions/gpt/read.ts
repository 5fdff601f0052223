import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { NIL_GUID } from '../../struct/index.ts';
import { GPT_SIGNATURE, GptEntry, GptHeader } from './structs.ts';

interface GptPartition {
  /** Place in the array, from 1. */
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  /** Upper-case GUIDs. */
  readonly type: string;
  readonly id: string;
  readonly attributes: bigint;
  readonly name: string;
}

/** One of the two copies. */
export interface GptCopy {
  readonly sectorSize: number;
  readonly diskGuid: string;
  readonly myLba: number;
  readonly alternateLba: number;
  readonly firstUsableLba: number;
  /** Inclusive. */
  readonly lastUsableLba: number;
  /** Where this copy's entries start. */
  readonly entriesLba: number;
  readonly entryCount: number;
  /** Bytes. */
  readonly entrySize: number;
  readonly entriesCrc: number;
  readonly partitions: readonly GptPartition[];
}

/** Both copies as far as they could be read; at least one is there. */
export interface GptTable {
  readonly primary: GptCopy | null;
  readonly backup: GptCopy | null;
  readonly primaryFault: EngineError | null;
  readonly backupFault: EngineError | null;
}

/** 128 entries of 128 bytes take 16 KiB; nobody makes tables larger than this, and a hostile header must not ask for memory. */
const MAX_ENTRIES_BYTES = 1024 * 1024;

const invalid = (reason: string, lba: number, field?: string): EngineError =>
  new EngineError('gpt-invalid', { reason, lba }, { place: { struct: 'GptHeader', ...(field ? { field } : {}) } });

/**
 * Decodes a header: magic, checksum, sizes, counts, then cross-checks (UEFI 5.3.2).
 * @param sector the whole sector
 * @throws EngineError `gpt-invalid`, `struct-invalid`, `number-unsafe`
 */
function parseHeader(sector: Uint8Array, lba: number, sectorSize: number) {
  if (!new TextDecoder('latin1').decode(sector.subarray(0, 8)).startsWith(GPT_SIGNATURE)) throw invalid('signature', lba, 'signature');
  const header = GptHeader.read(sector);
  if (header.headerSize > sectorSize) throw invalid('header-size', lba, 'headerSize');
  const covered = sector.slice(0, header.headerSize);
  covered.fill(0, 0x10, 0x14);
  if (crc32(covered) !== header.headerCrc) throw invalid('header-crc', lba, 'headerCrc');

  const lbaOf = (field: 'myLba' | 'alternateLba' | 'firstUsableLba' | 'lastUsableLba' | 'entriesLba'): number =>
    toSafeInt(header[field], `GptHeader.${field}`);
  const { entryCount, entrySize } = header;
  if (lbaOf('myLba') !== lba) throw invalid('my-lba', lba, 'myLba');
  // "128 x 2^n"
  if (entrySize % 128 !== 0 || !Number.isInteger(Math.log2(entrySize / 128))) throw invalid('entry-size', lba, 'entrySize');
  if (entryCount * entrySize > MAX_ENTRIES_BYTES) throw invalid('entry-count', lba, 'entryCount');
  return {
    diskGuid: header.diskGuid,
    alternateLba: lbaOf('alternateLba'),
    firstUsableLba: lbaOf('firstUsableLba'),
    lastUsableLba: lbaOf('lastUsableLba'),
    entriesLba: lbaOf('entriesLba'),
    entryCount,
    entrySize,
    entriesCrc: header.entriesCrc,
  };
}

/** The partition entries in use. Ranges are checked by `checkGpt`, not here, so that a bad one can still be shown. */
function parseEntries(array: Uint8Array, count: number, entrySize: number, sectorSize: number): GptPartition[] {
  const partitions: GptPartition[] = [];
  for (let index = 0; index < count; index++) {
    const entry = GptEntry.read(array, index * entrySize);
    if (entry.type === NIL_GUID) continue;
    const firstLba = toSafeInt(entry.firstLba, 'GptEntry.firstLba');
    const lastLba = toSafeInt(entry.lastLba, 'GptEntry.lastLba');
    if (lastLba < firstLba) throw new EngineError('gpt-invalid', { reason: 'entry-order', entry: index + 1 });
    partitions.push({
      number: index + 1,
      offset: toSafeInt(firstLba * sectorSize, 'GptEntry.firstLba'),
      length: toSafeInt((lastLba - firstLba + 1) * sectorSize, 'GptEntry.lastLba'),
      type: entry.type,
      id: entry.id,
      attributes: entry.attributes,
      name: entry.name,
    });
  }
  return partitions;
}

/**
 * Reads the copy whose header lies at sector `lba`. At most one sector and 1 MiB are read.
 * @throws EngineError `gpt-invalid`, `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`
 */
async function readGptCopy(source: BlockSource, lba: number, sectorSize = source.sectorSize): Promise<GptCopy> {
  const header = parseHeader(await readBytes(source, lba * sectorSize, sectorSize), lba, sectorSize);
  const arrayOffset = toSafeInt(header.entriesLba * sectorSize, 'GptHeader.entriesLba');
  const array = await readBytes(source, arrayOffset, header.entryCount * header.entrySize);
  if (crc32(array) !== header.entriesCrc) throw invalid('entries-crc', lba, 'entriesCrc');
  return {
    sectorSize,
    diskGuid: header.diskGuid,
    myLba: lba,
    alternateLba: header.alternateLba,
    firstUsableLba: header.firstUsableLba,
    lastUsableLba: header.lastUsableLba,
    entriesLba: header.entriesLba,
    entryCount: header.entryCount,
    entrySize: header.entrySize,
    entriesCrc: header.entriesCrc,
    partitions: parseEntries(array, header.entryCount, header.entrySize, sectorSize),
  };
}

/**
 * Reads both copies. The backup is looked for where the primary says, then in the last sector.
 * Another sector size than the source's own is tried too: the image of a disk does not tell its own.
 * @throws EngineError `gpt-invalid` when neither copy is usable; errors of reading as they come
 */
export async function readGpt(source: BlockSource): Promise<GptTable> {
  let first: GptTable | null = null;
  for (const sectorSize of new Set([source.sectorSize, 512, 4096])) {
    const table = await readBoth(source, sectorSize);
    if (table.primary ?? table.backup) return table;
    first ??= table;
  }
  throw first?.primaryFault ?? new EngineError('gpt-invalid', { reason: 'signature', lba: 1 });
}

async function readBoth(source: BlockSource, sectorSize: number): Promise<GptTable> {
  const [primary, primaryFault] = await attempt(() => readGptCopy(source, 1, sectorSize));
  const lastLba = Math.floor(source.size / sectorSize) - 1;
  // A header that is whole says where the backup lies, also when its own entries are damaged.
  const [header] = await attempt(async () => parseHeader(await readBytes(source, sectorSize, sectorSize), 1, sectorSize));
  const backupLba = header?.alternateLba ?? lastLba;
  let [backup, backupFault] = await attempt(() => readGptCopy(source, backupLba, sectorSize));
  if (!backup && backupLba !== lastLba) {
    [backup] = await attempt(() => readGptCopy(source, lastLba, sectorSize));
    if (backup) backupFault = null;
  }
  return { primary, backup, primaryFault, backupFault };
}

/** A fault is a result here, a bad sector under one copy included: the other copy is there for just that. */
async function attempt<T>(read: () => Promise<T>): Promise<[T | null, EngineError | null]> {
  try {
    return [await read(), null];
  } catch (error) {
    if (error instanceof EngineError) return [null, error];
    throw error;
  }
}

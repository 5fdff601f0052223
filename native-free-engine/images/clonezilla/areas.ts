import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { imageCorrupt, imageUnsupported } from '../faults.ts';
import type { ImageFolder } from './node-folder.ts';
import { BOOT_RECORD_BYTES, CLONEZILLA_FORMAT, EXTENDED_TYPES, GptEntryPlace, GptPlace, SwapPage, TABLE_OFFSET, TableEntry } from './structs.ts';
import type { DumpedPartition, DumpedTable } from './tables.ts';

/** Bytes of the disk that do not come out of a stream; a later one hides what it covers of those before it. */
export interface Area {
  /** Bytes. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Clonezilla keeps no more of the gap behind the MBR; in bytes. */
const MAX_GAP_BYTES = 32 << 20;
const MAX_GPT_BYTES = 4 << 20;
/** A place that no cylinder, head and sector can name. */
const NO_CHS = new Uint8Array([0xfe, 0xff, 0xff]);
/** Where an extended boot record stands before its partition, if there is room: as fdisk puts it; in bytes. */
const RECORD_GAP_BYTES = 1 << 20;

const tableCorrupt = (folder: ImageFolder, reason: string): EngineError => new EngineError('table-corrupt', { disk: folder.path, reason });

/** The boot record, and the gap behind it where boot loaders live. */
export async function bootAreas(folder: ImageFolder, disk: string, table: DumpedTable): Promise<Area[]> {
  const record = await folder.read(`${disk}-mbr`, BOOT_RECORD_BYTES);
  if (!record || record.length < BOOT_RECORD_BYTES) throw new EngineError('image-part-missing', { path: folder.path, part: `${disk}-mbr` });
  const first = Math.min(...table.partitions.map(({ offset }) => offset), MAX_GAP_BYTES);
  const gap = await folder.read(`${disk}-hidden-data-after-mbr`, MAX_GAP_BYTES);
  const areas: Area[] = [{ offset: 0, data: record }];
  if (gap) areas.unshift({ offset: BOOT_RECORD_BYTES, data: gap.subarray(0, Math.max(0, first - BOOT_RECORD_BYTES)) });
  if (table.label === 'dos') {
    const entries = [0, 1, 2, 3].map((i) => TableEntry.read(record, TABLE_OFFSET + i * TableEntry.size));
    for (const { number, offset, length } of table.partitions.filter((partition) => partition.number <= 4)) {
      const entry = entries[number - 1];
      if (!entry || entry.firstSector * table.sectorSize !== offset || entry.sectors * table.sectorSize !== length) {
        throw tableCorrupt(folder, `${disk}-mbr, ${disk}-pt.sf`);
      }
    }
  }
  return areas;
}

/**
 * The chain of extended boot records, which Clonezilla does not keep: built anew from the list of partitions, each
 * record in the gap before its partition.
 */
export async function extendedAreas(folder: ImageFolder, table: DumpedTable): Promise<Area[]> {
  const logical = table.partitions.filter(({ number }) => number > 4).sort((a, b) => a.offset - b.offset);
  const extended = table.partitions.find(({ number, type }) => number <= 4 && EXTENDED_TYPES.includes(type));
  if (logical.length === 0 || table.label !== 'dos') return [];
  if (!extended) throw tableCorrupt(folder, 'no-extended');
  const { sectorSize } = table;
  const sectors = (bytes: number): number => bytes / sectorSize;
  const records = logical.map(({ offset }, i) => {
    const before = logical[i - 1];
    if (!before) return extended.offset;
    const free = before.offset + before.length;
    if (offset - free < sectorSize) throw tableCorrupt(folder, 'no-room-for-ebr');
    return Math.max(free, offset - RECORD_GAP_BYTES);
  });
  const code = await folder.read(`${extended.name}-ebr`, BOOT_RECORD_BYTES);
  return logical.map((partition, i) => {
    const record = records[i]!;
    if (partition.offset < record + sectorSize || partition.offset + partition.length > extended.offset + extended.length) throw tableCorrupt(folder, 'logical-outside-extended');
    const data = new Uint8Array(BOOT_RECORD_BYTES);
    if (i === 0 && code) data.set(code.subarray(0, TABLE_OFFSET));
    const put = (index: number, type: number, from: number, length: number): void => {
      TableEntry.write({ active: 0, firstChs: NO_CHS, type, lastChs: NO_CHS, firstSector: sectors(from), sectors: sectors(length) }, data, TABLE_OFFSET + index * TableEntry.size);
    };
    put(0, partition.type, partition.offset - record, partition.length);
    const next = logical[i + 1];
    // Counted from the start of the extended partition, and as long as record and partition together.
    if (next) put(1, 0x05, records[i + 1]! - extended.offset, next.offset + next.length - records[i + 1]!);
    data.set([0x55, 0xaa], 510);
    return { offset: record, data };
  });
}

/** Both GPTs, at the places that their own headers name, and the disk's size by the first. */
export async function gptAreas(folder: ImageFolder, disk: string, table: DumpedTable): Promise<{ areas: Area[]; size: number }> {
  const { sectorSize } = table;
  const name = `${disk}-gpt-1st`;
  const first = await folder.read(name, MAX_GPT_BYTES);
  if (!first) throw new EngineError('image-part-missing', { path: folder.path, part: name });
  if (first.length < sectorSize + BOOT_RECORD_BYTES) throw imageCorrupt(CLONEZILLA_FORMAT, folder.path, name);
  const header = readGpt(first, sectorSize, folder);
  const start = toSafeInt(header.entriesLba, 'GptPlace.entriesLba') * sectorSize;
  const entries = first.subarray(start, start + header.entryCount * header.entrySize);
  if (entries.length < header.entryCount * header.entrySize) throw imageUnsupported(folder.path, `a ${name} that was cut short`);
  if (header.myLba !== 1n || crc32(entries) !== header.entriesCrc) throw tableCorrupt(folder, name);
  checkEntries(entries, header.entrySize, folder, disk, table);
  const end = Math.min(...table.partitions.map(({ offset }) => offset), first.length);
  const areas: Area[] = [{ offset: 0, data: first.subarray(0, end) }];
  const second = await folder.read(`${disk}-gpt-2nd`, MAX_GPT_BYTES);
  if (second) areas.push(...backupAreas(second, entries, folder, disk, sectorSize));
  return { areas, size: (toSafeInt(header.alternateLba, 'GptPlace.alternateLba') + 1) * sectorSize };
}

function backupAreas(second: Uint8Array, entries: Uint8Array, folder: ImageFolder, disk: string, sectorSize: number): Area[] {
  for (let at = second.length - (second.length % BOOT_RECORD_BYTES); at >= 0; at -= BOOT_RECORD_BYTES) {
    if (String.fromCharCode(...second.subarray(at, at + 8)) !== 'EFI PART') continue;
    const header = readGpt(second, at, folder);
    const offset = toSafeInt(header.myLba, 'GptPlace.myLba') * sectorSize - at;
    const entriesAt = toSafeInt(header.entriesLba, 'GptPlace.entriesLba') * sectorSize;
    if (header.entriesCrc !== crc32(entries) || offset < 0) throw tableCorrupt(folder, `${disk}-gpt-1st, ${disk}-gpt-2nd`);
    // Some versions saved one sector too few; the two lists are the same, as their checksums say.
    return [{ offset, data: second }, { offset: entriesAt, data: entries }];
  }
  throw tableCorrupt(folder, `${disk}-gpt-2nd`);
}

function readGpt(bytes: Uint8Array, at: number, folder: ImageFolder): ReturnType<typeof GptPlace.read> {
  const header = GptPlace.read(bytes, at);
  const whole = Uint8Array.from(bytes.subarray(at, at + header.headerSize));
  whole.fill(0, 16, 20);
  if (header.signature !== 'EFI PART' || crc32(whole) !== header.headerCrc) throw tableCorrupt(folder, 'GPT');
  return header;
}

function checkEntries(entries: Uint8Array, entrySize: number, folder: ImageFolder, disk: string, table: DumpedTable): void {
  for (const { number, offset, length } of table.partitions) {
    const at = (number - 1) * entrySize;
    const entry = at + entrySize <= entries.length ? GptEntryPlace.read(entries, at) : null;
    const same = entry && Number(entry.firstLba) * table.sectorSize === offset && Number(entry.lastLba - entry.firstLba + 1n) * table.sectorSize === length;
    if (!same) throw tableCorrupt(folder, `${disk}-gpt-1st, ${disk}-pt.sf`);
  }
}

/** Swap space is kept as its UUID and label only; null when the partition is none. */
export async function swapArea(folder: ImageFolder, partition: DumpedPartition): Promise<Area | null> {
  const info = await folder.text(`swappt-${partition.name}.info`, 4096);
  if (info === '' || partition.length < 16 * SwapPage.size) return null;
  const digits = (/^UUID="?([0-9a-f-]{36})"?/im.exec(info)?.[1] ?? '').replaceAll('-', '');
  const uuid = new Uint8Array(16);
  if (digits.length === 32) uuid.set(Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16)));
  const label = new TextEncoder().encode(/^LABEL="?([^"\n]*)"?/im.exec(info)?.[1] ?? '').subarray(0, 16);
  const lastPage = Math.min(Math.floor(partition.length / SwapPage.size) - 1, 0xffffffff);
  return { offset: partition.offset, data: SwapPage.write({ version: 1, lastPage, uuid, label, magic: 'SWAPSPACE2' }) };
}

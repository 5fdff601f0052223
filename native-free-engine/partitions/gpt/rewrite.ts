import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { copyInUse } from './check.ts';
import { readGpt } from './read.ts';
import { GPT_REVISION, GPT_SIGNATURE, GptEntry, GptHeader } from './structs.ts';

/** A table as it lies on a disk, to be written to another one with as little changed as possible. */
export interface RawGpt {
  readonly firstUsableLba: number;
  /** Where the primary's entries start. */
  readonly entriesLba: number;
  readonly entryCount: number;
  /** Bytes; larger than 128 on rare disks, whose rest is kept as it is. */
  readonly entrySize: number;
  readonly entries: Uint8Array;
}

/** A partition of the table to write; entries that no partition names are cleared. */
export interface RewrittenPartition {
  /** Place in the array, from 1. */
  readonly number: number;
  /** Bytes, multiples of the sector size. */
  readonly offset: number;
  readonly length: number;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly attributes: bigint;
}

/** Bytes and where on the disk they go. */
export interface PlacedBytes {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const USUAL_COUNT = 128;

/** The table that a disk without a readable one gets. */
export function blankGpt(sectorSize: number): RawGpt {
  const size = USUAL_COUNT * GptEntry.size;
  return { firstUsableLba: 2 + alignUp(size, sectorSize) / sectorSize, entriesLba: 2, entryCount: USUAL_COUNT, entrySize: GptEntry.size, entries: new Uint8Array(size) };
}

/**
 * The entries of the copy in use, byte by byte.
 * @throws EngineError `gpt-invalid` when neither copy is usable; errors of reading as they come
 */
export async function readRawGpt(source: BlockSource): Promise<RawGpt> {
  const copy = copyInUse(await readGpt(source));
  const header = GptHeader.read(await readBytes(source, copy.myLba * copy.sectorSize, copy.sectorSize));
  const { entryCount, entrySize } = header;
  const entriesLba = Number(header.entriesLba);
  const entries = await readBytes(source, entriesLba * copy.sectorSize, entryCount * entrySize);
  return { firstUsableLba: copy.firstUsableLba, entriesLba: copy.myLba === 1 ? entriesLba : 2, entryCount, entrySize, entries };
}

/** Sectors that end the disk: the backup's entries and its header. */
export const gptTailSectors = (raw: Pick<RawGpt, 'entryCount' | 'entrySize'>, sectorSize: number): number =>
  1 + alignUp(raw.entryCount * raw.entrySize, sectorSize) / sectorSize;

/**
 * Both copies of a table for a disk of `size` bytes, the protective MBR left to the caller.
 * The number and size of entries, the first usable sector and whatever else an entry holds stay.
 * @throws EngineError `gpt-invalid` when a partition lies outside the usable sectors or off the sector grid
 */
export function rewriteGpt(
  raw: RawGpt,
  table: { readonly diskGuid: string; readonly partitions: readonly RewrittenPartition[] },
  size: number,
  sectorSize: number,
): { readonly start: readonly PlacedBytes[]; readonly end: PlacedBytes } {
  const { entrySize } = raw;
  const highest = Math.max(raw.entryCount, ...table.partitions.map((p) => p.number));
  const entries = new Uint8Array(highest * entrySize);
  entries.set(raw.entries.subarray(0, entries.length));

  const lastLba = Math.floor(size / sectorSize) - 1;
  const tail = gptTailSectors({ entryCount: highest, entrySize }, sectorSize);
  const lastUsableLba = lastLba - tail;
  const lowest = Math.min(Infinity, ...table.partitions.map((p) => p.offset / sectorSize));
  const firstUsableLba = Math.max(1 + tail, Math.min(raw.firstUsableLba, lowest));
  const entriesLba = raw.entriesLba + tail - 1 <= firstUsableLba ? raw.entriesLba : 2;

  const byNumber = new Map(table.partitions.map((p) => [p.number, p]));
  for (let index = 0; index < highest; index++) {
    const at = index * entrySize;
    const partition = byNumber.get(index + 1);
    if (partition) setEntry(entries, at, partition, { sectorSize, firstUsableLba, lastUsableLba });
    else entries.fill(0, at, at + entrySize);
  }

  const header = (myLba: number, alternateLba: number, entriesAt: number): Uint8Array => {
    const values = {
      signature: GPT_SIGNATURE, revision: GPT_REVISION, headerSize: GptHeader.size, headerCrc: 0, myLba: BigInt(myLba), alternateLba: BigInt(alternateLba),
      firstUsableLba: BigInt(firstUsableLba), lastUsableLba: BigInt(lastUsableLba), diskGuid: table.diskGuid, entriesLba: BigInt(entriesAt),
      entryCount: highest, entrySize, entriesCrc: crc32(entries),
    };
    return GptHeader.write({ ...values, headerCrc: crc32(GptHeader.write(values)) });
  };
  const padded = (bytes: Uint8Array, length: number): Uint8Array => {
    const out = new Uint8Array(length);
    out.set(bytes);
    return out;
  };
  const entriesBytes = (tail - 1) * sectorSize;
  const end = padded(entries, tail * sectorSize);
  end.set(header(lastLba, 1, lastLba - tail + 1), entriesBytes);
  return {
    start: [
      { offset: sectorSize, bytes: padded(header(1, lastLba, entriesLba), sectorSize) },
      { offset: entriesLba * sectorSize, bytes: padded(entries, entriesBytes) },
    ],
    end: { offset: (lastLba - tail + 1) * sectorSize, bytes: end },
  };
}

function setEntry(
  entries: Uint8Array,
  at: number,
  partition: RewrittenPartition,
  limits: { readonly sectorSize: number; readonly firstUsableLba: number; readonly lastUsableLba: number },
): void {
  const firstLba = partition.offset / limits.sectorSize;
  const lastLba = firstLba + partition.length / limits.sectorSize - 1;
  if (!Number.isInteger(firstLba) || !Number.isInteger(lastLba) || firstLba < limits.firstUsableLba || lastLba > limits.lastUsableLba || lastLba < firstLba) {
    throw new EngineError('gpt-invalid', { reason: 'entry-range', entry: partition.number });
  }
  const { type, id, name, attributes } = partition;
  const view = new DataView(entries.buffer, entries.byteOffset + at, GptEntry.size);
  const { fields } = GptEntry;
  const { type: oldType, attributes: oldAttributes, name: oldName } = GptEntry.read(entries, at);
  // A copy that disagrees with the one that the partition was read from is not worth keeping.
  if (oldType !== type || oldAttributes !== attributes || oldName !== name) {
    GptEntry.write({ type, id, firstLba: BigInt(firstLba), lastLba: BigInt(lastLba), attributes, name }, entries, at);
    return;
  }
  fields.id.set(view, fields.id.offset, id);
  fields.firstLba.set(view, fields.firstLba.offset, BigInt(firstLba));
  fields.lastLba.set(view, fields.lastLba.offset, BigInt(lastLba));
}

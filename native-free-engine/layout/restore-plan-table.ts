import { EngineError } from '../base/errors.ts';
import { readBytes } from '../io/read-bytes.ts';
import type { BlockSource } from '../io/types.ts';
import { isDataFault } from '../struct/index.ts';
import { blankGpt, gptTailSectors, readRawGpt, rewriteGpt, type PlacedBytes, type RawGpt } from '../partitions/gpt/index.ts';
import {
  MBR_SIGNATURE, MBR_TYPE, MbrEntry, MbrSector, buildMbr, isExtendedType, readMbr, rewriteMbr, type MbrEntryChange,
} from '../partitions/mbr/index.ts';
import type { DiskMap } from './disk-map.ts';
import type { GptRoom, RestoredPartition, RestoreLayout } from './restore-plan-types.ts';

/** The MBR's entries count sectors in 32 bits. */
const MAX_MBR_SECTORS = 0xffffffff;

/**
 * Room that the image's own GPT takes, for `planRestore`. Null without a GPT.
 * @throws errors of reading as they come
 */
export async function gptRoomOf(image: TableSource, map: DiskMap): Promise<GptRoom | null> {
  if (map.table !== 'gpt') return null;
  const raw = await rawGptOf(await asDisk(image, map.sectorSize, false));
  return { firstUsable: raw.firstUsableLba * map.sectorSize, tail: gptTailSectors(raw, map.sectorSize) * map.sectorSize };
}

/**
 * The bytes of the tables that a target gets: MBR with its boot code, both GPTs, extended boot records.
 * What the image's own tables hold besides the planned changes is kept byte by byte.
 * @param size bytes of the target
 * @throws EngineError `gpt-invalid`, `mbr-invalid` when the plan cannot be said in the table; errors of reading
 */
export async function tablesFor(image: TableSource, layout: RestoreLayout, size: number): Promise<PlacedBytes[]> {
  const { sectorSize } = layout;
  if (layout.table === 'none') return [];
  const source = await asDisk(image, sectorSize, layout.table === 'mbr');
  const sector = await readBytes(source, 0, MbrSector.size);
  if (layout.table === 'mbr') return mbrFor(source, sector, layout);

  const partitions = layout.partitions
    .filter((p) => !p.dropped)
    .map((p) => ({ number: p.number, offset: p.to, length: p.newLength, type: p.type, id: p.id, name: p.name, attributes: BigInt(p.attributes) }));
  const { start, end } = rewriteGpt(await rawGptOf(source), { diskGuid: layout.diskId, partitions }, size, sectorSize);
  return [{ offset: 0, bytes: protectiveMbr(sector, layout, size) }, ...start, end];
}

/** An image, which may be packed as one stream: then reads come in ascending order. */
export type TableSource = BlockSource & { readonly ordered: boolean };

const HEAD_BYTES = 1024 * 1024;

/**
 * An image does not tell the sector size of the disk that was; its map does.
 * @param forward of a packed image, bytes after its head may be read too, in ascending order
 */
async function asDisk(image: TableSource, sectorSize: number, forward: boolean): Promise<BlockSource> {
  const head = image.ordered ? await readBytes(image, 0, Math.min(HEAD_BYTES, image.size)) : new Uint8Array();
  return {
    size: image.size,
    sectorSize,
    readInto: async (offset, buffer) => {
      if (offset + buffer.length <= head.length) buffer.set(head.subarray(offset, offset + buffer.length));
      // The backup lies at the end: everything would have to be unpacked for it.
      else if (image.ordered && !forward) throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${buffer.length}`, available: head.length });
      else await image.readInto(offset, buffer);
    },
    close: () => Promise.resolve(),
  };
}

async function rawGptOf(disk: BlockSource): Promise<RawGpt> {
  try {
    return await readRawGpt(disk);
  } catch (error) {
    // The map was made when a copy could be read, and says all that a table needs.
    if (isDataFault(error)) return blankGpt(disk.sectorSize);
    throw error;
  }
}

const isMbr = (sector: Uint8Array): boolean => sector[510] === (MBR_SIGNATURE & 0xff) && sector[511] === MBR_SIGNATURE >> 8;

const entriesOf = (sector: Uint8Array): ReturnType<typeof MbrEntry.read>[] => {
  const { entries } = MbrSector.read(sector);
  return [0, 1, 2, 3].map((index) => MbrEntry.read(entries, index * MbrEntry.size));
};

const rangeOf = (p: RestoredPartition, sectorSize: number): { firstLba: number; sectors: number } => ({ firstLba: p.to / sectorSize, sectors: p.newLength / sectorSize });

/** Sector 0 of a GPT disk: the protecting entry as long as the new disk, those of a hybrid MBR moved with their partitions. */
function protectiveMbr(sector: Uint8Array, layout: RestoreLayout, size: number): Uint8Array {
  const { sectorSize } = layout;
  const protectedSectors = Math.min(Math.floor(size / sectorSize) - 1, MAX_MBR_SECTORS);
  if (!isMbr(sector) || !entriesOf(sector).some((entry) => entry.type === MBR_TYPE.gptProtective)) {
    const fresh = buildMbr({ diskSignature: 0, partitions: [{ offset: sectorSize, length: protectedSectors * sectorSize, type: MBR_TYPE.gptProtective }] }, sectorSize);
    return fresh;
  }
  const entries = entriesOf(sector);
  const others = entries.filter((entry) => entry.sectors > 0 && entry.type !== MBR_TYPE.gptProtective);
  const changes: MbrEntryChange[] = [];
  entries.forEach((entry, index) => {
    if (entry.sectors === 0) return;
    if (entry.type === MBR_TYPE.gptProtective) {
      if (others.length === 0) changes.push({ index, range: { firstLba: 1, sectors: protectedSectors } });
      return;
    }
    const partition = layout.partitions.find((p) => p.from === entry.firstLba * sectorSize);
    if (!partition || (!partition.dropped && !partition.moved && !partition.grown)) return;
    const range = rangeOf(partition, sectorSize);
    const sayable = !partition.dropped && range.firstLba + range.sectors <= MAX_MBR_SECTORS;
    changes.push({ index, range: sayable ? range : null });
  });
  return rewriteMbr(sector, changes);
}

/** Sector 0 and the extended boot records, as far as they change; they stay where they are. */
async function mbrFor(image: BlockSource, sector: Uint8Array, layout: RestoreLayout): Promise<PlacedBytes[]> {
  if (!isMbr(sector)) throw new EngineError('mbr-invalid', { reason: 'signature' });
  const { sectorSize } = layout;
  const table = await readMbr(image);
  const changed = (p: RestoredPartition): boolean => p.dropped || p.newLength !== p.length;
  const changes = layout.partitions
    .filter((p) => !p.logical && changed(p))
    .map((p) => ({ index: p.number - 1, range: p.dropped ? null : rangeOf(p, sectorSize) }));
  const signature = layout.newIdentifiers ? Number.parseInt(layout.diskId, 16) : undefined;
  const out: PlacedBytes[] = [{ offset: 0, bytes: rewriteMbr(sector, changes, signature) }];

  const extended = layout.partitions.find((p) => p.role === 'extended');
  if (!extended || extended.dropped) return out;
  const logical = layout.partitions.filter((p) => p.logical);
  const byNumber = new Map(logical.map((p) => [p.number, p]));
  let number = 5;
  for (const [place, offset] of table.extendedRecords.entries()) {
    const record = await readBytes(image, offset, MbrSector.size);
    if (!isMbr(record)) break;
    const entries = entriesOf(record);
    const data = entries.findIndex((e) => e.sectors > 0 && !isExtendedType(e.type) && e.type !== MBR_TYPE.empty);
    const link = entries.findIndex((e) => e.sectors > 0 && isExtendedType(e.type));
    const recordChanges: MbrEntryChange[] = [];
    if (data >= 0) {
      const own = byNumber.get(number++);
      if (own && changed(own)) {
        // In an extended boot record a partition is counted from the record.
        recordChanges.push({ index: data, range: own.dropped ? null : { firstLba: (own.to - offset) / sectorSize, sectors: own.newLength / sectorSize } });
      }
    }
    const next = table.extendedRecords[place + 1];
    const grown = next === undefined ? undefined : logical.find((p) => p.grown && p.to > next);
    if (link >= 0 && next !== undefined && grown && place + 2 === table.extendedRecords.length) {
      // And the next record's room from the start of the extended partition.
      recordChanges.push({ index: link, range: { firstLba: (next - extended.from) / sectorSize, sectors: (grown.to + grown.newLength - next) / sectorSize } });
    }
    if (recordChanges.length > 0) out.push({ offset, bytes: rewriteMbr(record, recordChanges) });
  }
  return out;
}

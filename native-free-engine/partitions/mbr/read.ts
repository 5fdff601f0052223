import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { fault, type Problem } from '../problem.ts';
import { MBR_SIGNATURE, MBR_TYPE, MbrEntry, MbrSector, isExtendedType } from './structs.ts';

interface MbrPartition {
  /** 1 to 4 for primary partitions, 5 and up for logical ones, as every tool numbers them. */
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  readonly type: number;
  readonly active: boolean;
  readonly logical: boolean;
}

export interface MbrTable {
  readonly diskSignature: number;
  /** Anything but zeros where the boot code lies. */
  readonly hasBootCode: boolean;
  /** `protective`: only there to keep old tools off a GPT; `hybrid`: a GPT and partitions of its own. */
  readonly kind: 'plain' | 'protective' | 'hybrid';
  readonly partitions: readonly MbrPartition[];
  /** Where the extended boot records lie: bytes from the start of the disk. */
  readonly extendedRecords: readonly number[];
  /** Where the chain of logical partitions broke off, if it did. */
  readonly chainProblems: readonly Problem[];
}

interface RawEntry {
  readonly index: number;
  readonly type: number;
  readonly active: boolean;
  readonly firstLba: number;
  readonly sectors: number;
}

/** Linux takes 60 at most, Windows about as many as letters; a chain longer than this is an attack. */
const MAX_LOGICAL = 128;

/**
 * Decodes sector 0 alone: no chain of logical partitions.
 * @param sector at least 512 bytes
 * @throws EngineError `mbr-invalid` without the signature or with an impossible status byte
 */
export function parseMbr(sector: Uint8Array, sectorSize: number): MbrTable {
  const mbr = MbrSector.read(sector);
  if (mbr.signature !== MBR_SIGNATURE) throw new EngineError('mbr-invalid', { reason: 'signature' });
  const entries = parseEntries(mbr.entries);
  const protective = entries.some((e) => e.type === MBR_TYPE.gptProtective);
  return {
    diskSignature: mbr.diskSignature,
    hasBootCode: mbr.bootCode.some((byte) => byte !== 0),
    kind: !protective ? 'plain' : entries.length > 1 ? 'hybrid' : 'protective',
    partitions: entries.map((e) => ({
      number: e.index + 1,
      offset: e.firstLba * sectorSize,
      length: e.sectors * sectorSize,
      type: e.type,
      active: e.active,
      logical: false,
    })),
    extendedRecords: [],
    chainProblems: [],
  };
}

/**
 * Reads an MBR with its logical partitions. Reads at most 129 sectors.
 * @throws EngineError `mbr-invalid`, `struct-out-of-bounds`
 */
export async function readMbr(source: BlockSource): Promise<MbrTable> {
  const table = parseMbr(await readBytes(source, 0, MbrSector.size), source.sectorSize);
  const extended = table.partitions.find((p) => isExtendedType(p.type));
  if (!extended) return table;
  const chain = await readChain(source, extended);
  return { ...table, partitions: [...table.partitions, ...chain.partitions], extendedRecords: chain.records, chainProblems: chain.problems };
}

function parseEntries(area: Uint8Array): RawEntry[] {
  const entries: RawEntry[] = [];
  for (let index = 0; index < 4; index++) {
    const entry = MbrEntry.read(area, index * MbrEntry.size);
    if (entry.status !== 0x00 && entry.status !== 0x80) {
      throw new EngineError('mbr-invalid', { reason: 'status', entry: index + 1, value: entry.status });
    }
    // isohybrid writes type 0 with a length; the kernel and sfdisk go by the length alone.
    if (entry.sectors === 0) continue;
    entries.push({ index, type: entry.type, active: entry.status === 0x80, firstLba: entry.firstLba, sectors: entry.sectors });
  }
  return entries;
}

/**
 * Follows the extended boot records. In each, the first entry is a logical
 * partition, counted from that record; the second is the next record, counted
 * from the extended partition. Stops with a problem instead of an error: what
 * was found before the break is still there.
 */
async function readChain(source: BlockSource, extended: MbrPartition): Promise<{ partitions: MbrPartition[]; records: number[]; problems: Problem[] }> {
  const partitions: MbrPartition[] = [];
  const visited = new Set<number>();
  const ended = (problems: Problem[]): { partitions: MbrPartition[]; records: number[]; problems: Problem[] } => ({ partitions, records: [...visited], problems });
  let at = extended.offset;
  for (;;) {
    if (visited.has(at)) return ended([fault('ebr-loop', { offset: at })]);
    if (visited.size >= MAX_LOGICAL) return ended([fault('ebr-too-many', { limit: MAX_LOGICAL })]);
    if (at + MbrSector.size > source.size) return ended([fault('ebr-out-of-range', { offset: at })]);
    visited.add(at);

    const sector = await readBytes(source, at, MbrSector.size).catch((error: unknown) => {
      if (error instanceof EngineError) return null;
      throw error;
    });
    if (!sector) return ended([fault('ebr-unreadable', { offset: at })]);
    const record = MbrSector.read(sector);
    if (record.signature !== MBR_SIGNATURE) return ended([fault('ebr-signature-missing', { offset: at })]);
    let entries: RawEntry[];
    try {
      entries = parseEntries(record.entries);
    } catch {
      return ended([fault('mbr-status-invalid', { offset: at })]);
    }
    const data = entries.find((e) => !isExtendedType(e.type) && e.type !== MBR_TYPE.empty);
    if (data) {
      partitions.push({
        number: 5 + partitions.length,
        offset: at + data.firstLba * source.sectorSize,
        length: data.sectors * source.sectorSize,
        type: data.type,
        active: data.active,
        logical: true,
      });
    }
    const next = entries.find((e) => isExtendedType(e.type));
    if (!next) return ended([]);
    at = extended.offset + next.firstLba * source.sectorSize;
  }
}

import { throwIfAborted } from '../../base/abort.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { XfsAgf, XfsAgi, XfsShortBlock, XfsShortBlockV5 } from './structs.ts';
import { agLength, checksumHolds, invalid, type XfsVolume } from './volume.ts';

/** Blocks within an allocation group, half-open. */
type OnFree = (start: number, end: number) => void;

/** The headers of one allocation group. */
export interface AgHeaders {
  readonly number: number;
  /** In blocks. */
  readonly length: number;
  readonly root: number;
  readonly levels: number;
  readonly freeBlocks: number;
  readonly longest: number;
  /** The sectors AGF and AGI: they change with whatever is allocated. */
  readonly sectors: Uint8Array;
}

/** @throws EngineError `allocation-invalid`, `struct-invalid` */
export async function readAgHeaders(source: BlockSource, volume: XfsVolume, number: number): Promise<AgHeaders> {
  const { sectorSize, v5 } = volume;
  const length = agLength(volume, number);
  const start = number * volume.agBlocks * volume.blockSize;
  const sectors = await readBytes(source, start + sectorSize, 2 * sectorSize);
  const [agfSector, agiSector] = [sectors.subarray(0, sectorSize), sectors.subarray(sectorSize)];
  const agf = XfsAgf.read(agfSector);
  const agi = XfsAgi.read(agiSector);
  if (agf.magic !== 'XAGF' || agf.number !== number || agf.length !== length) throw invalid(`AGF ${number}`);
  if (agi.magic !== 'XAGI' || agi.number !== number || agi.length !== length) throw invalid(`AGI ${number}`);
  if (v5) {
    if (!checksumHolds(agfSector, XfsAgf.fields.checksum.offset, agf.checksum) || !sameBytes(agf.uuid, volume.metaUuid)) throw invalid(`checksum of AGF ${number}`);
    if (!checksumHolds(agiSector, XfsAgi.fields.checksum.offset, agi.checksum)) throw invalid(`checksum of AGI ${number}`);
  }
  return { number, length, root: agf.root, levels: agf.levels, freeBlocks: agf.freeBlocks, longest: agf.longest, sectors };
}

/**
 * Visits the free space of an allocation group in ascending order, depth first through its B+tree by block.
 * Every block read must bring records behind all those before, so that no block can be met twice.
 * @throws EngineError `allocation-invalid` when the tree makes no sense or disagrees with the AGF
 */
export async function forEachFree(source: BlockSource, volume: XfsVolume, ag: AgHeaders, visit: OnFree, signal?: AbortSignal): Promise<void> {
  // The first blocks hold the group's four headers, a sector each.
  let behind = Math.ceil((4 * volume.sectorSize) / volume.blockSize) - 1;
  let free = 0;
  let longest = 0;

  const take = (view: DataView, at: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const start = view.getUint32(at + i * 8);
      const length = view.getUint32(at + i * 8 + 4);
      // Two that touch would have been one record.
      if (length === 0 || start <= behind || start + length > ag.length) throw invalid(`free space of group ${ag.number}`);
      behind = start + length;
      free += length;
      longest = Math.max(longest, length);
      visit(start, behind);
    }
  };

  const descend = async (block: number, level: number, firstStart: number | null): Promise<void> => {
    throwIfAborted(signal);
    const { data, header, records } = await readTreeBlock(source, volume, ag, block, level);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    // Only a whole group without free space has an empty tree: its root.
    if (records === 0 && (ag.levels > 1 || ag.freeBlocks > 0)) throw invalid(`free space of group ${ag.number}`);
    if (records > 0 && firstStart !== null && view.getUint32(header) !== firstStart) throw invalid(`free space of group ${ag.number}`);
    if (level === 0) {
      take(view, header, records);
      return;
    }
    // Keys fill the first part of the block, pointers start where the last possible key ends.
    const pointers = header + Math.floor((volume.blockSize - header) / 12) * 8;
    for (let i = 0; i < records; i++) {
      await descend(view.getUint32(pointers + i * 4), level - 1, view.getUint32(header + i * 8));
    }
  };

  await descend(ag.root, ag.levels - 1, null);
  if (free !== ag.freeBlocks || longest !== ag.longest) throw invalid(`free blocks of group ${ag.number}: ${free}, not ${ag.freeBlocks}`);
}

async function readTreeBlock(
  source: BlockSource, volume: XfsVolume, ag: AgHeaders, block: number, level: number,
): Promise<{ data: Uint8Array; header: number; records: number }> {
  const { blockSize, v5 } = volume;
  if (block === 0 || block >= ag.length) throw invalid(`free space of group ${ag.number}`);
  const offset = (ag.number * volume.agBlocks + block) * blockSize;
  const data = await readBytes(source, offset, blockSize);
  const { magic, level: found, records } = XfsShortBlock.read(data);
  const header = XfsShortBlock.size + (v5 ? XfsShortBlockV5.size : 0);
  const most = Math.floor((blockSize - header) / (level === 0 ? 8 : 12));
  if (magic !== (v5 ? 'AB3B' : 'ABTB') || found !== level || records > most) throw invalid(`free space of group ${ag.number}`);
  if (v5) {
    const more = XfsShortBlockV5.read(data, XfsShortBlock.size);
    const at = XfsShortBlock.size + XfsShortBlockV5.fields.checksum.offset;
    const fits = more.owner === ag.number && Number(more.address) * 512 === offset && sameBytes(more.uuid, volume.metaUuid);
    if (!fits || !checksumHolds(data, at, more.checksum)) throw invalid(`checksum in the free space of group ${ag.number}`);
  }
  return { data, header, records };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i]);

import { throwIfAborted } from '../../base/abort.ts';
import type { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { XfsAgf, XfsAgi, XfsShortBlock, XfsShortBlockV5 } from './structs.ts';
import { agLength, checksumHolds, invalid, type XfsVolume } from './volume.ts';

/** Blocks within an allocation group, half-open. */
type OnFree = (start: number, end: number) => void;

/** A B+tree of free space. */
interface FreeTree {
  readonly magic: string;
  /** Block within the group. */
  readonly root: number;
  readonly levels: number;
}

/** The headers of one allocation group. */
export interface AgHeaders {
  readonly number: number;
  /** In blocks. */
  readonly length: number;
  readonly byBlock: FreeTree;
  readonly bySize: FreeTree;
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
    if (!checksumHolds(agfSector, XfsAgf.fields.checksum.offset, agf.checksum) || !sameBytes(agf.uuid, volume.metaUuid)) throw invalid(`checksum AGF ${number}`);
    if (!checksumHolds(agiSector, XfsAgi.fields.checksum.offset, agi.checksum)) throw invalid(`checksum AGI ${number}`);
  }
  return {
    number, length, sectors,
    byBlock: { magic: v5 ? 'AB3B' : 'ABTB', root: agf.blockRoot, levels: agf.blockLevels },
    bySize: { magic: v5 ? 'AB3C' : 'ABTC', root: agf.sizeRoot, levels: agf.sizeLevels },
    freeBlocks: agf.freeBlocks,
    longest: agf.longest,
  };
}

/**
 * Visits the free space of an allocation group in ascending order.
 * @throws EngineError `allocation-invalid` when the B+trees make no sense or disagree with each other or the AGF
 */
export async function forEachFree(source: BlockSource, volume: XfsVolume, ag: AgHeaders, visit: OnFree, signal?: AbortSignal): Promise<void> {
  const at = { source, volume, ag, signal };
  // The first blocks hold the group's four headers, a sector each.
  let behind = Math.ceil((4 * volume.sectorSize) / volume.blockSize) - 1;
  let free = 0;
  let longest = 0;
  let sum = 0;
  await forEachRecord(at, ag.byBlock, (start, length) => {
    // Two that touch would have been one record.
    if (length === 0 || start <= behind || start + length > ag.length) throw damaged(ag);
    behind = start + length;
    free += length;
    longest = Math.max(longest, length);
    sum = mix(sum, start, length);
    visit(start, behind);
  });
  if (free !== ag.freeBlocks || longest !== ag.longest) throw invalid(`group-free-blocks ${ag.number}`);
  if (volume.v5) return;

  // Without checksums the same records in the other order are what tells damage.
  let [lastStart, lastLength, otherSum] = [0, 0, 0];
  await forEachRecord(at, ag.bySize, (start, length) => {
    if (length < lastLength || (length === lastLength && start <= lastStart)) throw damaged(ag);
    [lastStart, lastLength] = [start, length];
    otherSum = mix(otherSum, start, length);
  });
  if (sum !== otherSum) throw invalid(`group-trees-disagree ${ag.number}`);
}

/** A sum that does not depend on the order and that any change of a single record changes. */
const mix = (sum: number, start: number, length: number): number => (sum + Math.imul(start ^ Math.imul(length, 0x9e3779b1), 0x85ebca6b)) >>> 0;

const damaged = (ag: AgHeaders): EngineError => invalid(`group-free-space ${ag.number}`);

interface Place {
  readonly source: BlockSource;
  readonly volume: XfsVolume;
  readonly ag: AgHeaders;
  readonly signal: AbortSignal | undefined;
}

/**
 * Visits the records of a B+tree depth first. `visit` throws for a record that is not behind the one before,
 * and every block has a record, so that no block can be met twice.
 */
async function forEachRecord(place: Place, tree: FreeTree, visit: (start: number, length: number) => void): Promise<void> {
  const { volume, ag } = place;
  const descend = async (block: number, level: number, firstStart: number | null): Promise<void> => {
    throwIfAborted(place.signal);
    const { data, header, records } = await readTreeBlock(place, tree, block, level);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    // Only a group without free space has an empty tree: its root.
    if (records === 0 && (tree.levels > 1 || ag.freeBlocks > 0)) throw damaged(ag);
    if (records > 0 && firstStart !== null && view.getUint32(header) !== firstStart) throw damaged(ag);
    if (level === 0) {
      for (let i = 0; i < records; i++) visit(view.getUint32(header + i * 8), view.getUint32(header + i * 8 + 4));
      return;
    }
    // Keys fill the first part of the block, pointers start where the last possible key ends.
    const pointers = header + Math.floor((volume.blockSize - header) / 12) * 8;
    for (let i = 0; i < records; i++) {
      await descend(view.getUint32(pointers + i * 4), level - 1, view.getUint32(header + i * 8));
    }
  };
  await descend(tree.root, tree.levels - 1, null);
}

async function readTreeBlock(
  { source, volume, ag }: Place, tree: FreeTree, block: number, level: number,
): Promise<{ data: Uint8Array; header: number; records: number }> {
  const { blockSize, v5 } = volume;
  if (block === 0 || block >= ag.length) throw damaged(ag);
  const offset = (ag.number * volume.agBlocks + block) * blockSize;
  const data = await readBytes(source, offset, blockSize);
  const { magic, level: found, records } = XfsShortBlock.read(data);
  const header = XfsShortBlock.size + (v5 ? XfsShortBlockV5.size : 0);
  const most = Math.floor((blockSize - header) / (level === 0 ? 8 : 12));
  if (magic !== tree.magic || found !== level || records > most) throw damaged(ag);
  if (v5) {
    const more = XfsShortBlockV5.read(data, XfsShortBlock.size);
    const at = XfsShortBlock.size + XfsShortBlockV5.fields.checksum.offset;
    const fits = more.owner === ag.number && Number(more.address) * 512 === offset && sameBytes(more.uuid, volume.metaUuid);
    if (!fits || !checksumHolds(data, at, more.checksum)) throw invalid(`checksum AG ${ag.number}`);
  }
  return { data, header, records };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i]);

import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { optional } from '../optional.ts';
import type { ExtGeometry } from './geometry.ts';
import type { ExtGroups } from './groups.ts';
import type { ExtInode } from './structs.ts';
import { EXT_INODE_FLAG, EXT_MODE, ExtExtent, ExtExtentHeader, ExtExtentIndex } from './structs.ts';

export interface ExtVolume {
  readonly source: BlockSource;
  readonly geometry: ExtGeometry;
  readonly groups: ExtGroups;
}

export type Inode = ReturnType<typeof ExtInode.read>;

/** Blocks that lie one after the other. */
export interface BlockRun {
  readonly start: number;
  readonly count: number;
  /** Part of the extent tree or of the block map, not contents. */
  readonly index: boolean;
}

/** Blocks that may still be read. No sound volume runs out of it: a block belongs to one file. */
export interface BlockBudget {
  left: number;
}

const DIRECT = 12;
/** A symbolic link shorter than this lies in its inode. */
const SHORT_LINK = 60;
/** An extent longer than this is allocated but not written, and so many blocks less long. */
const MAX_WRITTEN = 32_768;

/** The bytes of one inode. @throws EngineError `struct-out-of-bounds`; errors of reading */
export function readInode({ source, geometry, groups }: ExtVolume, number: number): Promise<Uint8Array> {
  const group = Math.floor((number - 1) / geometry.inodesPerGroup);
  const index = (number - 1) % geometry.inodesPerGroup;
  const table = groups.inodeTable[group] ?? Number.NaN;
  return readBytes(source, table * geometry.blockSize + index * geometry.inodeSize, geometry.inodeSize);
}

/**
 * Where the contents of an inode lie, and the blocks that say so. What cannot be read or lies outside the volume is left
 * out. No deeper than an extent tree or a block map can be, and within the budget.
 * @param own of an inode that the file system keeps for itself, whatever its mode
 */
export function inodeRuns(volume: ExtVolume, inode: Inode, own: boolean, budget: BlockBudget): AsyncIterable<BlockRun> | readonly BlockRun[] {
  const type = inode.mode & EXT_MODE.mask;
  if (inode.flags & EXT_INODE_FLAG.inlineData) return [];
  if (!own && type !== EXT_MODE.file && type !== EXT_MODE.directory && type !== EXT_MODE.link) return [];
  if (inode.flags & EXT_INODE_FLAG.extents) return extentRuns(volume, inode.block, null, budget);
  if (type === EXT_MODE.link && inode.sizeHigh === 0 && inode.sizeLow < SHORT_LINK) return [];
  return mapRuns(volume, inode.block, budget);
}

/** @param depth that the node must have, null for the root */
async function* extentRuns(volume: ExtVolume, node: Uint8Array, depth: number | null, budget: BlockBudget): AsyncGenerator<BlockRun> {
  const header = await optional(() => ExtExtentHeader.read(node), null);
  if (!header || (depth !== null && header.depth !== depth)) return;
  const entries = Math.min(header.entries, Math.floor(node.length / ExtExtentHeader.size) - 1);
  for (let i = 1; i <= entries; i++) {
    if (header.depth > 0) {
      const index = ExtExtentIndex.read(node, i * ExtExtentIndex.size);
      const block = index.leafLow + index.leafHigh * 2 ** 32;
      const child = await readIndex(volume, block, budget);
      if (isInside(volume, block, 1)) yield { start: block, count: 1, index: true };
      if (child) yield* extentRuns(volume, child, header.depth - 1, budget);
      continue;
    }
    const extent = ExtExtent.read(node, i * ExtExtent.size);
    const start = extent.startLow + extent.startHigh * 2 ** 32;
    const count = extent.length > MAX_WRITTEN ? extent.length - MAX_WRITTEN : extent.length;
    if (isInside(volume, start, count)) yield { start, count, index: false };
  }
}

async function* mapRuns(volume: ExtVolume, map: Uint8Array, budget: BlockBudget): AsyncGenerator<BlockRun> {
  yield* pointerRuns(volume, map.subarray(0, DIRECT * 4));
  const view = new DataView(map.buffer, map.byteOffset);
  for (let level = 1; level <= 3; level++) yield* indirectRuns(volume, view.getUint32((DIRECT + level - 1) * 4, true), level, budget);
}

async function* indirectRuns(volume: ExtVolume, block: number, level: number, budget: BlockBudget): AsyncGenerator<BlockRun> {
  if (block === 0 || !isInside(volume, block, 1)) return;
  yield { start: block, count: 1, index: true };
  const pointers = await readIndex(volume, block, budget);
  if (!pointers) return;
  if (level === 1) {
    yield* pointerRuns(volume, pointers);
    return;
  }
  const view = new DataView(pointers.buffer, pointers.byteOffset);
  for (let at = 0; at < pointers.length; at += 4) yield* indirectRuns(volume, view.getUint32(at, true), level - 1, budget);
}

function* pointerRuns(volume: ExtVolume, pointers: Uint8Array): Generator<BlockRun> {
  const view = new DataView(pointers.buffer, pointers.byteOffset);
  let start = 0;
  let count = 0;
  for (let at = 0; at < pointers.length; at += 4) {
    const block = view.getUint32(at, true);
    if (count > 0 && block === start + count) {
      count++;
      continue;
    }
    if (count > 0) yield { start, count, index: false };
    start = block;
    count = block !== 0 && isInside(volume, block, 1) ? 1 : 0;
  }
  if (count > 0) yield { start, count, index: false };
}

async function readIndex({ source, geometry }: ExtVolume, block: number, budget: BlockBudget): Promise<Uint8Array | null> {
  if (budget.left <= 0) return null;
  budget.left--;
  return optional(() => readBytes(source, block * geometry.blockSize, geometry.blockSize), null);
}

const isInside = ({ geometry }: ExtVolume, start: number, count: number): boolean =>
  count > 0 && start >= geometry.firstDataBlock && start + count <= geometry.blocks;

import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import type { FileFragments } from '../fragments.ts';
import { readExtGeometry } from './geometry.ts';
import { readGroups } from './groups.ts';
import { inodeRuns, type BlockBudget, type ExtVolume, type Inode } from './inode.ts';
import { inodesOfGroup } from './inode-table.ts';
import { EXT_MODE, EXT_SUPERBLOCK_OFFSET, ExtSuperblock } from './structs.ts';

interface Limits {
  /** Inodes that are looked at before it is enough. */
  readonly inodes?: number;
  /** Blocks of extent trees and block maps that are read before it is enough: each is a move of the heads. */
  readonly indexBlocks?: number;
  /** Asked from file to file: whether it took long enough. */
  readonly enough?: () => boolean;
  readonly signal?: AbortSignal | undefined;
}

const MOST_INODES = 500_000;
const MOST_INDEX_BLOCKS = 20_000;

/**
 * Counts, from the extent trees and block maps of inodes, in how many pieces the files of an ext2, ext3 or ext4 volume
 * lie. Blocks that follow one another are one piece. Where that would take too long, block groups from all over the volume
 * are a sample of it, and `share` says of how much.
 * @throws EngineError `allocation-invalid`, `struct-invalid`, `struct-out-of-bounds`; errors of reading; AbortError
 */
export async function extFragments(source: BlockSource, { inodes: mostInodes = MOST_INODES, indexBlocks = MOST_INDEX_BLOCKS, enough = () => false, signal }: Limits = {}): Promise<FileFragments> {
  const geometry = readExtGeometry(await readBytes(source, EXT_SUPERBLOCK_OFFSET, ExtSuperblock.size), source.size);
  const volume: ExtVolume = { source, geometry, groups: await readGroups(source, geometry, { signal }) };
  const firstOrdinary = geometry.superblock.revision === 0 ? 11 : geometry.superblock.firstInode;
  const used = volume.groups.inodes.reduce((sum, count) => sum + count, 0);
  const budget: BlockBudget = { left: indexBlocks };
  let looked = 0;
  let files = 0;
  let fragmentedFiles = 0;
  let fragments = 0;
  const done = (): boolean => looked >= mostInodes || budget.left <= 0 || (files > 0 && enough());
  for (const group of spread(geometry.groups)) {
    if (done()) break;
    const before = looked;
    for await (const { number, inode } of inodesOfGroup(volume, group, signal)) {
      looked = before + ((number - 1) % geometry.inodesPerGroup) + 1;
      if (number < firstOrdinary || inode.links === 0 || (inode.mode & EXT_MODE.mask) !== EXT_MODE.file) continue;
      const pieces = await piecesOf(volume, inode, budget);
      // A file that the budget ended in is not known.
      if (budget.left > 0 && pieces > 0) {
        files++;
        fragments += pieces;
        if (pieces > 1) fragmentedFiles++;
      }
      if (done()) break;
    }
    if (!done()) looked = before + (volume.groups.inodes[group] ?? 0);
  }
  return { files, fragmentedFiles, fragments, share: used === 0 ? 1 : Math.min(1, looked / used) };
}

async function piecesOf(volume: ExtVolume, inode: Inode, budget: BlockBudget): Promise<number> {
  let pieces = 0;
  let next = -1;
  for await (const { start, count, index } of inodeRuns(volume, inode, false, budget)) {
    if (index) continue;
    if (start !== next) pieces++;
    next = start + count;
  }
  return pieces;
}

/** All numbers below `count`, so that any first part of them lies spread over the whole. */
function* spread(count: number): Generator<number> {
  let step = Math.max(1, Math.round(count * 0.618));
  while (!coprime(step, count)) step++;
  for (let i = 0, at = 0; i < count; i++, at = (at + step) % count) yield at;
}

function coprime(a: number, b: number): boolean {
  while (b !== 0) [a, b] = [b, a % b];
  return a === 1;
}

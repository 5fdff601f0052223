import { throwIfAborted } from '../../base/abort.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import type { AllocationReader, VolumeCondition } from '../allocation-types.ts';
import { forEachRun } from '../bitmap-runs.ts';
import { countBits } from '../bitmap.ts';
import { groupLength, groupStart, headLength, readExtGeometry, type ExtGeometry } from './geometry.ts';
import { readGroups, type ExtGroups } from './groups.ts';
import { EXT_RECOVER, EXT_STATE, EXT_SUPERBLOCK_OFFSET, ExtSuperblock } from './structs.ts';

/** Bytes of block bitmaps read at once where they lie together (flex_bg). */
const PIECE = 1024 * 1024;

/**
 * ext2, ext3 and ext4: what the block bitmaps say, and the places of all structures. Groups whose bitmap was never written
 * (BLOCK_UNINIT) have their superblock, descriptors, bitmaps and inode tables in use and nothing else; those of other
 * groups that lie among them under flex_bg count as well.
 *
 * The free clusters of each group must be as many as its descriptor says, unless the volume was not unmounted cleanly.
 * While changes wait in the journal (`journal`), the bitmaps may lack what was allocated last.
 * @throws EngineError as {@link AllocationReader}
 */
export const extAllocation: AllocationReader = async (source, { signal }) => {
  const superblock = await readBytes(source, EXT_SUPERBLOCK_OFFSET, ExtSuperblock.size);
  const geometry = readExtGeometry(superblock, source.size);
  const { blockSize, clusterRatio, firstDataBlock } = geometry;
  const conditions = conditionsOf(geometry);
  const hasher = createHasher('sha256');
  hasher.update(superblock);
  const groups = await readGroups(source, geometry, { onPiece: (piece) => hasher.update(piece), signal });
  const structures = new Structures(geometry, groups);
  const bitmaps = new BitmapReader(source, geometry, groups);
  const blank = new Uint8Array(blockSize);
  const used = new ExtentBuilder();
  used.add(0, (firstDataBlock + 1) * blockSize);

  for (let group = 0; group < geometry.groups; group++) {
    throwIfAborted(signal);
    const start = groupStart(geometry, group);
    const length = groupLength(geometry, group);
    const clusters = Math.ceil(length / clusterRatio);
    const uninit = groups.blockUninit[group] === 1;
    const map = uninit ? blank.fill(0) : await bitmaps.read(group);
    let free = 0;
    if (!uninit) {
      hasher.update(map);
      free = clusters - countBits(map, clusters);
    }
    structures.mark(group, map);
    if (uninit) free = clusters - countBits(map, clusters);
    if (conditions.length === 0 && free !== groups.free[group]) {
      throw new EngineError('allocation-invalid', { kind: 'ext', reason: `group-free-blocks ${group}` });
    }
    forEachRun(map, clusters, (first, count) => {
      const from = start + first * clusterRatio;
      const to = Math.min(from + count * clusterRatio, start + length);
      used.add(from * blockSize, (to - from) * blockSize);
    });
  }
  return { unit: blockSize * clusterRatio, used: used.build(), leftOut: [], conditions, fingerprint: hasher.hex() };
};

function conditionsOf({ superblock: sb }: ExtGeometry): VolumeCondition[] {
  const conditions: VolumeCondition[] = [];
  if (!(sb.state & EXT_STATE.clean) || sb.state & EXT_STATE.error) conditions.push('dirty');
  if (sb.featuresIncompatible & EXT_RECOVER) conditions.push('journal');
  return conditions;
}

/** Reads block bitmaps in the order of the groups, several at once where they lie one after the other. */
class BitmapReader {
  readonly #source: BlockSource;
  readonly #geometry: ExtGeometry;
  readonly #groups: ExtGroups;
  #piece: Uint8Array = new Uint8Array(0);
  /** The block at which the piece starts, and the one after it. */
  #from = 0;
  #to = 0;

  constructor(source: BlockSource, geometry: ExtGeometry, groups: ExtGroups) {
    this.#source = source;
    this.#geometry = geometry;
    this.#groups = groups;
  }

  /** The bitmap of a group; to be changed at will until the next call. */
  async read(group: number): Promise<Uint8Array> {
    const { blockSize } = this.#geometry;
    const block = this.#groups.blockBitmap[group] ?? 0;
    if (block < this.#from || block >= this.#to) {
      const count = this.#together(group, block);
      this.#piece = await readBytes(this.#source, block * blockSize, count * blockSize);
      this.#from = block;
      this.#to = block + count;
    }
    // A copy: two groups of a damaged volume may claim one bitmap.
    return this.#piece.slice((block - this.#from) * blockSize, (block - this.#from + 1) * blockSize);
  }

  #together(group: number, block: number): number {
    const limit = PIECE / this.#geometry.blockSize;
    let count = 1;
    while (count < limit && this.#groups.blockBitmap[group + count] === block + count && !this.#groups.blockUninit[group + count]) count++;
    return count;
  }
}

/** Marks where structures lie, group by group in ascending order, whichever group they belong to. */
class Structures {
  readonly #geometry: ExtGeometry;
  readonly #bitmaps: Float64Array;
  readonly #tables: Float64Array;
  #bitmap = 0;
  #table = 0;

  constructor(geometry: ExtGeometry, groups: ExtGroups) {
    this.#geometry = geometry;
    this.#bitmaps = new Float64Array(geometry.groups * 2);
    this.#bitmaps.set(groups.blockBitmap);
    this.#bitmaps.set(groups.inodeBitmap, geometry.groups);
    this.#bitmaps.sort();
    this.#tables = groups.inodeTable.toSorted();
  }

  mark(group: number, map: Uint8Array): void {
    const start = groupStart(this.#geometry, group);
    const end = start + groupLength(this.#geometry, group);
    const tableBlocks = this.#geometry.inodeTableBlocks;
    const set = (from: number, to: number): void => {
      const first = Math.floor((Math.max(from, start) - start) / this.#geometry.clusterRatio);
      const last = Math.floor((Math.min(to, end) - 1 - start) / this.#geometry.clusterRatio);
      for (let bit = first; bit <= last; bit++) map[bit >> 3] = (map[bit >> 3] ?? 0) | (1 << (bit & 7));
    };
    set(start, start + headLength(this.#geometry, group));
    for (; (this.#bitmaps[this.#bitmap] ?? Infinity) < end; this.#bitmap++) {
      const block = this.#bitmaps[this.#bitmap] ?? 0;
      set(block, block + 1);
    }
    // One that goes on into the next group is looked at there again.
    for (; (this.#tables[this.#table] ?? Infinity) < end; this.#table++) {
      const table = this.#tables[this.#table] ?? 0;
      set(table, table + tableBlocks);
      if (table + tableBlocks > end) break;
    }
  }
}

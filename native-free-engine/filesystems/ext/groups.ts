import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { descriptorBlock, type ExtGeometry } from './geometry.ts';
import { EXT_GROUP_FLAG, ExtGroup, ExtGroupHigh } from './structs.ts';

/** What the descriptors of all groups say; one number a group, blocks unless said otherwise. */
export interface ExtGroups {
  readonly blockBitmap: Float64Array;
  readonly inodeBitmap: Float64Array;
  readonly inodeTable: Float64Array;
  /** Clusters. */
  readonly free: Float64Array;
  /** Inodes at the table's start that may be in use. */
  readonly inodes: Float64Array;
  /** 1: the block bitmap was never written. */
  readonly blockUninit: Uint8Array;
}

/** Bytes of descriptors read at once. */
const PIECE = 1024 * 1024;

/**
 * Reads all group descriptors.
 * @param onPiece gets them as they lie on the disk
 * @throws EngineError `allocation-invalid` for places outside the volume; errors of reading
 */
export async function readGroups(
  source: BlockSource,
  geometry: ExtGeometry,
  { onPiece, signal }: { readonly onPiece?: (piece: Uint8Array) => void; readonly signal?: AbortSignal | undefined },
): Promise<ExtGroups> {
  const { blockSize, groups: count, descriptorBlocks, descriptorSize, descriptorsPerBlock, firstMetaBlock } = geometry;
  const groups: ExtGroups = {
    blockBitmap: new Float64Array(count),
    inodeBitmap: new Float64Array(count),
    inodeTable: new Float64Array(count),
    free: new Float64Array(count),
    inodes: new Float64Array(count),
    blockUninit: new Uint8Array(count),
  };
  for (let index = 0; index < descriptorBlocks; ) {
    throwIfAborted(signal);
    const together = index < firstMetaBlock ? Math.min(PIECE / blockSize, firstMetaBlock - index) : 1;
    const piece = await readBytes(source, descriptorBlock(geometry, index) * blockSize, together * blockSize);
    const first = index * descriptorsPerBlock;
    const here = Math.min(together * descriptorsPerBlock, count - first);
    onPiece?.(piece.subarray(0, here * descriptorSize));
    for (let i = 0; i < here; i++) decode(piece, i * descriptorSize, geometry, groups, first + i);
    index += together;
  }
  return groups;
}

function decode(piece: Uint8Array, at: number, geometry: ExtGeometry, groups: ExtGroups, group: number): void {
  const low = ExtGroup.read(piece, at);
  const high = geometry.descriptorSize >= ExtGroup.size + ExtGroupHigh.size ? ExtGroupHigh.read(piece, at + ExtGroup.size) : null;
  const place = (name: string, lowPart: number, highPart: number | undefined, length: number): number => {
    const block = lowPart + (highPart ?? 0) * 2 ** 32;
    if (block <= geometry.firstDataBlock || block + length > geometry.blocks) {
      throw new EngineError('allocation-invalid', { kind: 'ext', reason: `${name} ${group}` });
    }
    return block;
  };
  groups.blockBitmap[group] = place('blockBitmap', low.blockBitmapLow, high?.blockBitmapHigh, 1);
  groups.inodeBitmap[group] = place('inodeBitmap', low.inodeBitmapLow, high?.inodeBitmapHigh, 1);
  groups.inodeTable[group] = place('inodeTable', low.inodeTableLow, high?.inodeTableHigh, geometry.inodeTableBlocks);
  groups.free[group] = low.freeBlocksLow + (high?.freeBlocksHigh ?? 0) * 65_536;
  const flags = geometry.groupFlags ? low.flags : 0;
  const unused = geometry.groupFlags ? low.unusedInodesLow + (high?.unusedInodesHigh ?? 0) * 65_536 : 0;
  groups.inodes[group] = flags & EXT_GROUP_FLAG.inodeUninit ? 0 : Math.max(0, geometry.inodesPerGroup - unused);
  groups.blockUninit[group] = flags & EXT_GROUP_FLAG.blockUninit ? 1 : 0;
}

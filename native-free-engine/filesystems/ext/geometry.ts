import { EngineError } from '../../base/errors.ts';
import { crc32c } from '../../codecs/crc32c.ts';
import {
  EXT_64BIT,
  EXT_BIGALLOC,
  EXT_GROUP_CHECKSUM,
  EXT_JOURNAL_DEVICE,
  EXT_KNOWN_INCOMPATIBLE,
  EXT_MAGIC,
  EXT_META_BG,
  EXT_METADATA_CHECKSUM,
  EXT_SPARSE_SUPER,
  EXT_SPARSE_SUPER2,
  ExtGroup,
  ExtSuperblock,
} from './structs.ts';

type Superblock = ReturnType<typeof ExtSuperblock.read>;

/** How an ext2, ext3 or ext4 volume is divided; in blocks unless said otherwise. */
export interface ExtGeometry {
  readonly superblock: Superblock;
  /** Bytes. */
  readonly blockSize: number;
  readonly blocks: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly groups: number;
  /** Blocks that one bit of a block bitmap stands for: more than 1 under bigalloc. */
  readonly clusterRatio: number;
  readonly inodesPerGroup: number;
  /** Bytes. */
  readonly inodeSize: number;
  readonly inodeTableBlocks: number;
  /** Bytes. */
  readonly descriptorSize: number;
  readonly descriptorsPerBlock: number;
  readonly descriptorBlocks: number;
  /** Descriptor blocks from this one on lie in their own groups (META_BG). */
  readonly firstMetaBlock: number;
  /** Flags of group descriptors count. */
  readonly groupFlags: boolean;
}

/** mke2fs makes no smaller groups; with fewer blocks each, reading their bitmaps would be reading the volume. */
const MIN_BLOCKS_PER_GROUP = 256;
const MAX_DESCRIPTOR = 1024;
const CHECKSUM_AT = 0x3fc;

const invalid = (reason: string): EngineError => new EngineError('allocation-invalid', { kind: 'ext', reason });
const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/**
 * Decodes the superblock and checks it against itself and against the `size` of the volume in bytes, as the kernel does
 * when mounting (`fs/ext4/super.c`).
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `allocation-invalid`
 */
export function readExtGeometry(data: Uint8Array, size: number): ExtGeometry {
  const sb = ExtSuperblock.read(data);
  if (sb.magic !== EXT_MAGIC || sb.featuresIncompatible & EXT_JOURNAL_DEVICE) throw invalid('no-signature');
  if (sb.featuresIncompatible & ~EXT_KNOWN_INCOMPATIBLE) throw invalid('features-unknown');
  if (sb.featuresReadOnly & EXT_METADATA_CHECKSUM && ~crc32c(data.subarray(0, CHECKSUM_AT)) >>> 0 !== sb.checksum) throw invalid('superblock-checksum');

  const blockSize = 1024 * 2 ** sb.logBlockSize;
  const wide = (sb.featuresIncompatible & EXT_64BIT) !== 0;
  const blocks = sb.blocksLow + (wide ? sb.blocksHigh * 2 ** 32 : 0);
  const bigalloc = (sb.featuresReadOnly & EXT_BIGALLOC) !== 0;
  const clusterRatio = bigalloc ? 2 ** (sb.logClusterSize - sb.logBlockSize) : 1;
  const { firstDataBlock, blocksPerGroup, inodesPerGroup } = sb;
  const inodeSize = sb.revision === 0 ? 128 : sb.inodeSize;
  const descriptorSize = wide ? sb.descriptorSize : ExtGroup.size;

  if (clusterRatio < 1 || sb.logClusterSize > 19 && bigalloc) throw invalid('clusterSize');
  if (firstDataBlock !== (blockSize === 1024 && clusterRatio === 1 ? 1 : 0)) throw invalid('firstDataBlock');
  if (blocks <= firstDataBlock || blocks * blockSize > size) throw invalid('larger-than-partition');
  if (blocksPerGroup < MIN_BLOCKS_PER_GROUP || blocksPerGroup > 8 * blockSize * clusterRatio) throw invalid('blocksPerGroup');
  if (blocksPerGroup % clusterRatio !== 0 || sb.clustersPerGroup !== blocksPerGroup / clusterRatio) throw invalid('clustersPerGroup');
  if (!isPowerOfTwo(inodeSize) || inodeSize < 128 || inodeSize > blockSize) throw invalid('inodeSize');
  if (inodesPerGroup < 1 || inodesPerGroup > 8 * blockSize) throw invalid('inodesPerGroup');
  if (!isPowerOfTwo(descriptorSize) || descriptorSize > MAX_DESCRIPTOR || descriptorSize < (wide ? 64 : 32)) throw invalid('descriptorSize');

  const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
  if (sb.inodesCount !== groups * inodesPerGroup) throw invalid('inodeCount');
  const descriptorsPerBlock = blockSize / descriptorSize;
  const descriptorBlocks = Math.ceil(groups / descriptorsPerBlock);
  const meta = (sb.featuresIncompatible & EXT_META_BG) !== 0;
  if (meta && sb.firstMetaGroup > descriptorBlocks) throw invalid('metaGroups');
  return {
    superblock: sb,
    blockSize,
    blocks,
    firstDataBlock,
    blocksPerGroup,
    groups,
    clusterRatio,
    inodesPerGroup,
    inodeSize,
    inodeTableBlocks: Math.ceil((inodesPerGroup * inodeSize) / blockSize),
    descriptorSize,
    descriptorsPerBlock,
    descriptorBlocks,
    firstMetaBlock: meta ? sb.firstMetaGroup : descriptorBlocks,
    groupFlags: (sb.featuresReadOnly & EXT_GROUP_CHECKSUM) !== 0,
  };
}

export const groupStart = (geometry: ExtGeometry, group: number): number => geometry.firstDataBlock + group * geometry.blocksPerGroup;

/** How many blocks a group has: the last one mostly fewer. */
export const groupLength = (geometry: ExtGeometry, group: number): number =>
  Math.min(geometry.blocksPerGroup, geometry.blocks - groupStart(geometry, group));

/** Whether a group starts with a copy of the superblock (kernel: `ext4_bg_has_super`). */
export function hasSuperblock({ superblock: sb }: ExtGeometry, group: number): boolean {
  if (group === 0) return true;
  if (sb.featuresCompatible & EXT_SPARSE_SUPER2) return group === sb.backupGroup0 || group === sb.backupGroup1;
  if (group === 1 || !(sb.featuresReadOnly & EXT_SPARSE_SUPER)) return true;
  return [3, 5, 7].some((root) => isPowerOf(group, root));
}

function isPowerOf(n: number, root: number): boolean {
  let power = root;
  while (power < n) power *= root;
  return power === n;
}

/**
 * Blocks at the start of a group that superblock and group descriptors take, those kept for more descriptors included
 * (kernel: `ext4_num_base_meta_clusters`).
 */
export function headLength(geometry: ExtGeometry, group: number): number {
  const { descriptorsPerBlock, firstMetaBlock, superblock } = geometry;
  // Where group 0 starts at block 0 of 1 KiB, the boot block comes before the superblock.
  const boot = group === 0 && geometry.blockSize === 1024 && geometry.firstDataBlock === 0 ? 1 : 0;
  const own = hasSuperblock(geometry, group) ? 1 : 0;
  if (group < firstMetaBlock * descriptorsPerBlock) return own ? boot + own + firstMetaBlock + superblock.reservedGdtBlocks : 0;
  const inMeta = group % descriptorsPerBlock;
  return boot + own + (inMeta === 0 || inMeta === 1 || inMeta === descriptorsPerBlock - 1 ? 1 : 0);
}

/** Where a block of group descriptors lies (kernel: `descriptor_loc`). */
export function descriptorBlock(geometry: ExtGeometry, index: number): number {
  const boot = geometry.blockSize === 1024 && geometry.firstDataBlock === 0 ? 1 : 0;
  if (index < geometry.firstMetaBlock) return geometry.firstDataBlock + boot + 1 + index;
  const group = index * geometry.descriptorsPerBlock;
  return groupStart(geometry, group) + (hasSuperblock(geometry, group) ? 1 : 0) + (index === 0 ? boot : 0);
}

import { bytes, struct, u16le, u32le, u8 } from '../../struct/index.ts';

const SPEC = 'Linux kernel documentation, ext4';

/** At byte 1024, whatever the block size. */
export const ExtSuperblock = struct('ExtSuperblock', 1024, `${SPEC}, "The Super Block"`, {
  inodesCount: u32le(0x000),
  blocksLow: u32le(0x004, { unit: 'blocks' }),
  freeBlocksLow: u32le(0x00c, { unit: 'blocks' }),
  /** 1 where blocks are of 1 KiB: the first one is left to boot loaders. */
  firstDataBlock: u32le(0x014, { unit: 'blocks' }),
  /** The block size is 1024 shifted by this. */
  logBlockSize: u32le(0x018, { max: 6 }),
  /** As {@link logBlockSize}, of the pieces that a bitmap counts under bigalloc. */
  logClusterSize: u32le(0x01c),
  blocksPerGroup: u32le(0x020, { unit: 'blocks' }),
  clustersPerGroup: u32le(0x024, { unit: 'clusters' }),
  inodesPerGroup: u32le(0x028),
  magic: u16le(0x038),
  /** See {@link EXT_STATE}. */
  state: u16le(0x03a),
  /** 0: inodes have 128 bytes. */
  revision: u32le(0x04c),
  /** The first inode that is not the file system's own. */
  firstInode: u32le(0x054),
  inodeSize: u16le(0x058, { unit: 'bytes' }),
  featuresCompatible: u32le(0x05c),
  featuresIncompatible: u32le(0x060),
  featuresReadOnly: u32le(0x064),
  uuid: bytes(0x068, 16),
  label: bytes(0x078, 16),
  /** Where it was mounted last: `/` for the root of a system. */
  lastMounted: bytes(0x088, 64),
  /** Blocks after each copy of the group descriptors, kept free for more of them. */
  reservedGdtBlocks: u16le(0x0ce, { unit: 'blocks' }),
  journalInode: u32le(0x0e0),
  /** Bytes of a group descriptor under 64BIT. */
  descriptorSize: u16le(0x0fe, { unit: 'bytes' }),
  /** Under META_BG: descriptor blocks before this one lie together, the others each in their own group. */
  firstMetaGroup: u32le(0x104),
  blocksHigh: u32le(0x150, { unit: 'blocks' }),
  freeBlocksHigh: u32le(0x158, { unit: 'blocks' }),
  userQuotaInode: u32le(0x240),
  groupQuotaInode: u32le(0x244),
  /** Under SPARSE_SUPER2: the groups that have a copy of the superblock besides group 0; 0 for none. */
  backupGroup0: u32le(0x24c),
  backupGroup1: u32le(0x250),
  projectQuotaInode: u32le(0x26c),
  orphanFileInode: u32le(0x280),
  /** CRC-32C of all before it, under METADATA_CSUM. */
  checksum: u32le(0x3fc),
});

export const EXT_SUPERBLOCK_OFFSET = 1024;
export const EXT_MAGIC = 0xef53;

export const EXT_STATE = { clean: 0x1, error: 0x2 } as const;

export const EXT_HAS_JOURNAL = 0x4;
export const EXT_SPARSE_SUPER2 = 0x200;

export const EXT_RECOVER = 0x4;
export const EXT_JOURNAL_DEVICE = 0x8;
export const EXT_META_BG = 0x10;
export const EXT_64BIT = 0x80;
/**
 * Incompatible features that change nothing about where bitmaps and inodes lie, or are followed here: file types,
 * recovery, meta groups, extents, 64 bit, MMP, flexible groups, inodes for attributes, data in directories, checksum
 * seed, large directories, inline data, encryption, case folding.
 */
export const EXT_KNOWN_INCOMPATIBLE = 0x2 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;

export const EXT_SPARSE_SUPER = 0x1;
/** Group descriptors have a checksum, and flags that count. */
export const EXT_GROUP_CHECKSUM = 0x10 | 0x400;
export const EXT_BIGALLOC = 0x200;
export const EXT_METADATA_CHECKSUM = 0x400;

/** Every feature that the ext2 and ext3 drivers knew: file types, recovery, meta groups. */
export const EXT3_INCOMPATIBLE = 0x2 | 0x4 | 0x10;
/** Sparse superblocks, large files, btree directories. */
export const EXT3_READ_ONLY = 0x1 | 0x2 | 0x4;

const GROUPS = `${SPEC}, "Block Group Descriptors"`;

export const ExtGroup = struct('ExtGroup', 32, GROUPS, {
  blockBitmapLow: u32le(0x00, { unit: 'blocks' }),
  inodeBitmapLow: u32le(0x04, { unit: 'blocks' }),
  inodeTableLow: u32le(0x08, { unit: 'blocks' }),
  freeBlocksLow: u16le(0x0c, { unit: 'clusters' }),
  freeInodesLow: u16le(0x0e),
  /** See {@link EXT_GROUP_FLAG}. */
  flags: u16le(0x12),
  /** Inodes at the table's end that were never used. */
  unusedInodesLow: u16le(0x1c),
  checksum: u16le(0x1e),
});

/** What follows {@link ExtGroup} under 64BIT. */
export const ExtGroupHigh = struct('ExtGroupHigh', 32, GROUPS, {
  blockBitmapHigh: u32le(0x00, { unit: 'blocks' }),
  inodeBitmapHigh: u32le(0x04, { unit: 'blocks' }),
  inodeTableHigh: u32le(0x08, { unit: 'blocks' }),
  freeBlocksHigh: u16le(0x0c, { unit: 'clusters' }),
  unusedInodesHigh: u16le(0x12),
});

/** The inode table, or the block bitmap, was never written: what lies there means nothing. */
export const EXT_GROUP_FLAG = { inodeUninit: 0x1, blockUninit: 0x2 } as const;

export const ExtInode = struct('ExtInode', 128, `${SPEC}, "Index Nodes"`, {
  mode: u16le(0x00),
  sizeLow: u32le(0x04, { unit: 'bytes' }),
  deletedAt: u32le(0x14),
  links: u16le(0x1a),
  /** See {@link EXT_INODE_FLAG}. */
  flags: u32le(0x20),
  /** Block map, extent tree, a short symbolic link, or data. */
  block: bytes(0x28, 60),
  attributesLow: u32le(0x68, { unit: 'blocks' }),
  sizeHigh: u32le(0x6c, { unit: 'bytes' }),
  attributesHigh: u16le(0x76, { unit: 'blocks' }),
});

export const EXT_INODE_FLAG = { extents: 0x80000, attributeInode: 0x200000, inlineData: 0x10000000 } as const;
export const EXT_MODE = { mask: 0xf000, directory: 0x4000, file: 0x8000, link: 0xa000 } as const;

const EXTENTS = `${SPEC}, "Extent Tree"`;

export const ExtExtentHeader = struct('ExtExtentHeader', 12, EXTENTS, {
  magic: u16le(0x00, { min: 0xf30a, max: 0xf30a }),
  entries: u16le(0x02),
  max: u16le(0x04),
  /** 0: the entries are extents. */
  depth: u16le(0x06, { max: 5 }),
});

export const ExtExtentIndex = struct('ExtExtentIndex', 12, EXTENTS, {
  leafLow: u32le(0x04, { unit: 'blocks' }),
  leafHigh: u16le(0x08, { unit: 'blocks' }),
});

export const ExtExtent = struct('ExtExtent', 12, EXTENTS, {
  fileBlock: u32le(0x00, { unit: 'blocks' }),
  /** More than 32768: so many less that, allocated but not written. */
  length: u16le(0x04, { unit: 'blocks' }),
  startHigh: u16le(0x06, { unit: 'blocks' }),
  startLow: u32le(0x08, { unit: 'blocks' }),
});

export const ExtDirEntry = struct('ExtDirEntry', 8, `${SPEC}, "Directory Entries"`, {
  inode: u32le(0x00),
  length: u16le(0x04, { unit: 'bytes' }),
  nameLength: u8(0x06),
  fileType: u8(0x07),
});

/** File type of a directory entry; 0 where the feature is off. */
export const EXT_TYPE_DIRECTORY = 2;

export const ExtAttribute = struct('ExtAttribute', 16, `${SPEC}, "Extended Attributes"`, {
  nameLength: u8(0x00),
  /** 7: `system.` */
  nameIndex: u8(0x01),
  valueOffset: u16le(0x02, { unit: 'bytes' }),
  valueInode: u32le(0x04),
  valueSize: u32le(0x08, { unit: 'bytes' }),
});

export const EXT_ATTRIBUTE_MAGIC = 0xea020000;
export const EXT_ATTRIBUTE_SYSTEM = 7;

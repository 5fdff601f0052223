import { bytes, struct, u16le, u32le } from '../../struct/index.ts';

/** At byte 1024, whatever the block size. */
export const ExtSuperblock = struct('ExtSuperblock', 1024, 'Linux kernel documentation, ext4, "The Super Block"', {
  inodesCount: u32le(0x000),
  blocksLow: u32le(0x004, { unit: 'blocks' }),
  freeBlocksLow: u32le(0x00c, { unit: 'blocks' }),
  /** The block size is 1024 shifted by this. */
  logBlockSize: u32le(0x018, { max: 6 }),
  magic: u16le(0x038),
  featuresCompatible: u32le(0x05c),
  featuresIncompatible: u32le(0x060),
  featuresReadOnly: u32le(0x064),
  uuid: bytes(0x068, 16),
  label: bytes(0x078, 16),
  /** Where it was mounted last: `/` for the root of a system. */
  lastMounted: bytes(0x088, 64),
  blocksHigh: u32le(0x150, { unit: 'blocks' }),
  freeBlocksHigh: u32le(0x158, { unit: 'blocks' }),
});

export const EXT_SUPERBLOCK_OFFSET = 1024;
export const EXT_MAGIC = 0xef53;

export const EXT_HAS_JOURNAL = 0x4;
export const EXT_JOURNAL_DEVICE = 0x8;
export const EXT_64BIT = 0x80;
/** Every feature that the ext2 and ext3 drivers knew: file types, recovery, meta groups. */
export const EXT3_INCOMPATIBLE = 0x2 | 0x4 | 0x10;
/** Sparse superblocks, large files, btree directories. */
export const EXT3_READ_ONLY = 0x1 | 0x2 | 0x4;

import { ascii, bytes, struct, u64le } from '../../struct/index.ts';

export const BTRFS_SUPERBLOCK_OFFSET = 64 * 1024;

/** The first superblock; later copies do not count without it. */
export const BtrfsSuperblock = struct('BtrfsSuperblock', 0x22b, 'btrfs documentation, "On-disk Format", Superblock', {
  fsid: bytes(0x020, 16),
  /** Its own place, in bytes. */
  physicalAddress: u64le(0x030, { unit: 'bytes' }),
  magic: ascii(0x040, 8),
  totalBytes: u64le(0x070, { unit: 'bytes' }),
  bytesUsed: u64le(0x078, { unit: 'bytes' }),
  label: bytes(0x12b, 256),
});

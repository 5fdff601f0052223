import { ascii, bytes, struct, u16be, u32be, u64be, u8 } from '../../struct/index.ts';

const SPEC = 'Microsoft, Virtual Hard Disk Image Format Specification 1.0';

/** Ends every VHD; a dynamic one begins with a copy of it. Big endian. */
export const VhdFooter = struct('VhdFooter', 512, `${SPEC}, "Hard Disk Footer Format"`, {
  cookie: ascii(0, 8),
  features: u32be(8),
  formatVersion: u32be(12),
  /** Of the dynamic disk header; all ones in a fixed disk. */
  dataOffset: u64be(16, { unit: 'bytes' }),
  /** Seconds since 2000-01-01 00:00 UTC. */
  timestamp: u32be(24, { unit: 'seconds' }),
  creatorApplication: ascii(28, 4),
  creatorVersion: u32be(32),
  creatorHostOs: ascii(36, 4),
  originalSize: u64be(40, { unit: 'bytes' }),
  currentSize: u64be(48, { unit: 'bytes' }),
  cylinders: u16be(56),
  heads: u8(58),
  sectorsPerTrack: u8(59),
  diskType: u32be(60),
  checksum: u32be(64),
  uniqueId: bytes(68, 16),
  savedState: u8(84),
});

export const VhdDynamicHeader = struct('VhdDynamicHeader', 1024, `${SPEC}, "Dynamic Disk Header Format"`, {
  cookie: ascii(0, 8),
  /** All ones. */
  dataOffset: u64be(8),
  /** Of the block allocation table. */
  tableOffset: u64be(16, { unit: 'bytes' }),
  headerVersion: u32be(24),
  maxTableEntries: u32be(28),
  blockSize: u32be(32, { unit: 'bytes' }),
  checksum: u32be(36),
  parentUniqueId: bytes(40, 16),
});

export const FOOTER_COOKIE = 'conectix';
export const DYNAMIC_COOKIE = 'cxsparse';
/** Byte offset of the checksum in the footer and in the dynamic header. */
export const FOOTER_CHECKSUM_AT = 64;
export const DYNAMIC_CHECKSUM_AT = 36;

export const VHD_TYPE = { fixed: 2, dynamic: 3, differencing: 4 } as const;
export const VHD_VERSION = 0x0001_0000;
export const ALL_ONES = 0xffff_ffff_ffff_ffffn;
/** Entry of the block allocation table: no such block, reads as zeros. */
export const NO_BLOCK = 0xffff_ffff;
export const SECTOR = 512;

/** One's complement of the sum of all bytes but the checksum's own four. */
export function vhdChecksum(data: Uint8Array, checksumAt: number): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) if (i < checksumAt || i >= checksumAt + 4) sum += data[i]!;
  return ~sum >>> 0;
}

/** Sectors of the bitmap in front of each block, of which every bit stands for a sector. */
export const bitmapBytes = (blockSize: number): number => Math.ceil(blockSize / SECTOR / 8 / SECTOR) * SECTOR;

import { ascii, bytes, reserved, struct, u16be, u16le, u32le, u64le, u8 } from '../../struct/index.ts';

// There is no specification but the project's own page and its sources; field names are theirs.
const SPEC = 'partclone, IMAGE_FORMATS.md';

export const PARTCLONE_FORMAT = 'partclone';
export const PARTCLONE_MAGIC = 'partclone-image';

/** What both versions share, and what tells them apart. */
export const PartcloneStart = struct('PartcloneStart', 36, `${SPEC}, image header`, {
  magic: ascii(0, 15),
  version: ascii(30, 4),
});

export const PartcloneHeaderV1 = struct('PartcloneHeaderV1', 4160, `${SPEC}, format 0001`, {
  magic: ascii(0, 15),
  fs: ascii(15, 15),
  version: ascii(30, 4),
  padding: reserved(34, 2),
  blockSize: u32le(36, { unit: 'bytes' }),
  deviceSize: u64le(40, { unit: 'bytes' }),
  totalBlock: u64le(48, { unit: 'blocks' }),
  usedBlocks: u64le(56, { unit: 'blocks' }),
  buff: reserved(64, 4096),
});

/** Its CRC covers all bytes before it. */
export const PartcloneHeaderV2 = struct('PartcloneHeaderV2', 110, `${SPEC}, format 0002`, {
  magic: bytes(0, 16),
  ptcVersion: bytes(16, 14),
  version: ascii(30, 4),
  /** 0xDEC0 when its maker was a little-endian computer, read as it lies there. */
  endianness: u16be(34),
  fs: ascii(36, 16),
  deviceSize: u64le(52, { unit: 'bytes' }),
  totalBlock: u64le(60, { unit: 'blocks' }),
  /** By the superblock; `usedBitmap` counts the bits. */
  usedBlocks: u64le(68, { unit: 'blocks' }),
  usedBitmap: u64le(76, { unit: 'blocks' }),
  blockSize: u32le(84, { unit: 'bytes' }),
  featureSize: u32le(88, { unit: 'bytes' }),
  imageVersion: u16le(92),
  cpuBits: u16le(94),
  checksumMode: u16le(96),
  checksumSize: u16le(98, { unit: 'bytes' }),
  blocksPerChecksum: u32le(100, { unit: 'blocks' }),
  reseedChecksum: u8(104, { max: 1 }),
  bitmapMode: u8(105),
  crc: u32le(106),
});

export const LITTLE_ENDIAN = 0xdec0;
export const CHECKSUM_MODE = { none: 0x00, crc32: 0x20 } as const;
export const BITMAP_MODE = { none: 0x00, bit: 0x01, byte: 0x08 } as const;

/** Behind the byte map of version 1. */
export const BITMAP_MAGIC = 'BiTmAgIc';
export const CRC_BYTES = 4;

import { ascii, bytes, struct, u16be, u32be, u32le, u64be, u8 } from '../../struct/index.ts';

/** At byte 0, big endian as everything in XFS but its checksums. */
export const XfsSuperblock = struct('XfsSuperblock', 264, 'XFS Algorithms & Data Structures, "Superblocks"', {
  magic: ascii(0x00, 4),
  blockSize: u32be(0x04, { unit: 'bytes', min: 512, max: 65536 }),
  dataBlocks: u64be(0x08, { unit: 'blocks' }),
  realtimeBlocks: u64be(0x10, { unit: 'blocks' }),
  uuid: bytes(0x20, 16),
  /** A file system block; 0 when the log is on a device of its own. */
  logStart: u64be(0x30),
  agBlocks: u32be(0x54, { unit: 'blocks' }),
  agCount: u32be(0x58),
  logBlocks: u32be(0x60, { unit: 'blocks' }),
  /** The low four bits are the version. */
  version: u16be(0x64),
  sectorSize: u16be(0x66, { unit: 'bytes', min: 512, max: 32768 }),
  label: bytes(0x6c, 12),
  blockLog: u8(0x78),
  /** log2 of `agBlocks`, rounded up: where the AG's number begins in a file system block's number. */
  agBlockLog: u8(0x7c),
  inProgress: u8(0x7e),
  freeDataBlocks: u64be(0x90, { unit: 'blocks' }),
  // From here on version 5 only.
  featuresRoCompat: u32be(0xd4),
  featuresIncompat: u32be(0xd8),
  checksum: u32le(0xe0),
  /** Of metadata, when it is not `uuid`. */
  metaUuid: bytes(0xf8, 16),
});

/** Second sector of an allocation group. */
export const XfsAgf = struct('XfsAgf', 224, 'XFS Algorithms & Data Structures, "AG Free Space Management"', {
  magic: ascii(0x00, 4),
  version: u32be(0x04, { min: 1, max: 1 }),
  number: u32be(0x08),
  length: u32be(0x0c, { unit: 'blocks' }),
  /** Of the B+trees of free space, by block and by size. */
  blockRoot: u32be(0x10),
  sizeRoot: u32be(0x14),
  blockLevels: u32be(0x1c, { min: 1, max: 9 }),
  sizeLevels: u32be(0x20, { min: 1, max: 9 }),
  freeBlocks: u32be(0x34, { unit: 'blocks' }),
  longest: u32be(0x38, { unit: 'blocks' }),
  // From here on version 5 only.
  uuid: bytes(0x40, 16),
  checksum: u32le(0xd8),
});

/** Third sector of an allocation group. */
export const XfsAgi = struct('XfsAgi', 344, 'XFS Algorithms & Data Structures, "AG Inode Management"', {
  magic: ascii(0x00, 4),
  version: u32be(0x04, { min: 1, max: 1 }),
  number: u32be(0x08),
  length: u32be(0x0c, { unit: 'blocks' }),
  // Version 5 only.
  checksum: u32le(0x138),
});

/** Head of a block of a B+tree whose pointers lie within one allocation group. */
export const XfsShortBlock = struct('XfsShortBlock', 16, 'XFS Algorithms & Data Structures, "Short Format B+trees"', {
  magic: ascii(0x00, 4),
  level: u16be(0x04),
  records: u16be(0x06),
});

/** What follows it in version 5. */
export const XfsShortBlockV5 = struct('XfsShortBlockV5', 40, 'XFS Algorithms & Data Structures, "Self Describing Metadata"', {
  /** In sectors of 512 bytes from the start of the volume. */
  address: u64be(0x00, { unit: 'sectors of 512 bytes' }),
  uuid: bytes(0x10, 16),
  /** The allocation group. */
  owner: u32be(0x20),
  checksum: u32le(0x24),
});

/** Begins every record of the log, in a sector of 512 bytes. */
export const XfsLogRecord = struct('XfsLogRecord', 328, 'XFS Algorithms & Data Structures, "Journaling Log", Log Records', {
  magic: u32be(0x00),
  cycle: u32be(0x04),
  /** 1 or 2, as bits. */
  version: u32be(0x08),
  /** Of what follows the header, in bytes. */
  length: u32be(0x0c, { unit: 'bytes' }),
  /** Cycle in the high 32 bits, sector of the log in the low ones. */
  lsn: u64be(0x10),
  operations: u32be(0x28),
  /** Size of the buffer it came from; version 2 only. Says how many sectors the header has. */
  bufferSize: u32be(0x140, { unit: 'bytes' }),
});

/** Begins every operation in a record of the log. */
export const XfsLogOperation = struct('XfsLogOperation', 12, 'XFS Algorithms & Data Structures, "Journaling Log", Log Operations', {
  length: u32be(0x04, { unit: 'bytes' }),
  clientId: u8(0x08),
  flags: u8(0x09),
});

import { ascii, bytes, struct, u16le, u32le, u64le, u8 } from '../../struct/index.ts';

export const BTRFS_SUPERBLOCK_OFFSET = 64 * 1024;
/** Where its copies lie, on devices large enough for them; bytes. */
export const BTRFS_SUPERBLOCK_COPIES = [64 * 1024, 64 * 1024 ** 2, 256 * 1024 ** 3] as const;
/** All of it, what no field uses included. */
export const BTRFS_SUPERBLOCK_BYTES = 4096;

/** The first superblock; later copies do not count without it. */
export const BtrfsSuperblock = struct('BtrfsSuperblock', 0xb2b, 'btrfs documentation, "On-disk Format", Superblock', {
  checksum: bytes(0x000, 32),
  fsid: bytes(0x020, 16),
  /** Its own place, in bytes. */
  physicalAddress: u64le(0x030, { unit: 'bytes' }),
  flags: u64le(0x038),
  magic: ascii(0x040, 8),
  generation: u64le(0x048),
  /** Logical addresses of the roots of trees, in bytes. */
  root: u64le(0x050, { unit: 'bytes' }),
  chunkRoot: u64le(0x058, { unit: 'bytes' }),
  /** 0 when nothing was fsynced since the last commit. */
  logRoot: u64le(0x060, { unit: 'bytes' }),
  totalBytes: u64le(0x070, { unit: 'bytes' }),
  bytesUsed: u64le(0x078, { unit: 'bytes' }),
  devices: u64le(0x088),
  sectorSize: u32le(0x090, { unit: 'bytes' }),
  nodeSize: u32le(0x094, { unit: 'bytes' }),
  systemChunkBytes: u32le(0x0a0, { unit: 'bytes' }),
  chunkRootGeneration: u64le(0x0a4),
  compatRo: u64le(0x0b4),
  incompat: u64le(0x0bc),
  checksumType: u16le(0x0c4),
  rootLevel: u8(0x0c6),
  chunkRootLevel: u8(0x0c7),
  logRootLevel: u8(0x0c8),
  deviceId: u64le(0x0c9),
  deviceBytes: u64le(0x0d1, { unit: 'bytes' }),
  label: bytes(0x12b, 256),
  /** Of metadata, when it is not `fsid`. */
  metadataUuid: bytes(0x23b, 16),
  /** Pairs of key and chunk: where the chunk tree lies. */
  systemChunks: bytes(0x32b, 2048),
});

/** Begins every block of a tree. */
export const BtrfsHeader = struct('BtrfsHeader', 101, 'btrfs documentation, "On-disk Format", Header', {
  checksum: bytes(0x00, 32),
  fsid: bytes(0x20, 16),
  /** Its own logical address. */
  address: u64le(0x30, { unit: 'bytes' }),
  generation: u64le(0x50),
  items: u32le(0x60),
  level: u8(0x64),
});

/** Without its stripes. */
export const BtrfsChunk = struct('BtrfsChunk', 48, 'btrfs documentation, "On-disk Format", Chunk item', {
  length: u64le(0x00, { unit: 'bytes' }),
  type: u64le(0x18),
  stripes: u16le(0x2c, { min: 1 }),
});

export const BtrfsStripe = struct('BtrfsStripe', 32, 'btrfs documentation, "On-disk Format", Chunk item', {
  deviceId: u64le(0x00),
  /** On the device. */
  offset: u64le(0x08, { unit: 'bytes' }),
});

export const BtrfsRootItem = struct('BtrfsRootItem', 239, 'btrfs documentation, "On-disk Format", Root item', {
  generation: u64le(0xa0),
  /** Logical, of the tree's topmost block. */
  address: u64le(0xb0, { unit: 'bytes' }),
  level: u8(0xee, { max: 7 }),
});

/** An extent of a file that is not stored in the tree itself. */
export const BtrfsFileExtent = struct('BtrfsFileExtent', 53, 'btrfs documentation, "On-disk Format", Extent data item', {
  /** 0 inline, 1 regular, 2 preallocated. */
  type: u8(0x14),
  /** Logical; 0 is a hole. */
  address: u64le(0x15, { unit: 'bytes' }),
  length: u64le(0x1d, { unit: 'bytes' }),
});

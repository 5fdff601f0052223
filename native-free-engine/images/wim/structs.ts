import { ascii, bytes, guid, reserved, struct, u16le, u32le, u64le } from '../../struct/index.ts';

const SPEC = 'Microsoft, Windows Imaging File Format (WIM) white paper, 2007';

export const WIM_MAGIC = 'MSWIM\0\0\0';
/** Of a WIM that wimlib wrote to be piped: resources in another order, their chunk tables interleaved. */
export const PIPABLE_MAGIC = 'WLPWM\0\0\0';

/** Bytes of the header that everything else lies behind. */
export const WIM_HEADER_BYTES = 208;
export const WIM_VERSION = { plain: 0x10d00, solid: 0xe00 } as const;

/** Each 24 bytes of a resource header stand in their own structure: {@link WimResourceHeader}. */
export const WimHeader = struct('WimHeader', WIM_HEADER_BYTES, `${SPEC}, WIM header`, {
  magic: ascii(0x00, 8),
  headerSize: u32le(0x08, { unit: 'bytes', min: WIM_HEADER_BYTES, max: WIM_HEADER_BYTES }),
  version: u32le(0x0c),
  flags: u32le(0x10),
  /** Bytes before packing; 0 where nothing is packed. */
  chunkSize: u32le(0x14, { unit: 'bytes' }),
  guid: guid(0x18),
  partNumber: u16le(0x28),
  partCount: u16le(0x2a),
  imageCount: u32le(0x2c),
  lookupTable: bytes(0x30, 24),
  xmlData: bytes(0x48, 24),
  bootMetadata: bytes(0x60, 24),
  /** The image that boots, from 1; 0: none. */
  bootIndex: u32le(0x78),
  integrity: bytes(0x7c, 24),
  unused: reserved(0x94, 60),
});

export const WIM_FLAG = {
  compressed: 0x2,
  readOnly: 0x4,
  spanned: 0x8,
  resourceOnly: 0x10,
  metadataOnly: 0x20,
  writeInProgress: 0x40,
  reparseFixed: 0x80,
  xpress: 0x20000,
  lzx: 0x40000,
  lzms: 0x80000,
  xpress2: 0x200000,
} as const;

/** Where a resource lies: `RESHDR_DISK_SHORT`. The stored size takes seven bytes, the flags the eighth. */
export const WimResourceHeader = struct('WimResourceHeader', 24, `${SPEC}, resource header`, {
  storedSizeLow: u32le(0x00, { unit: 'bytes' }),
  /** Bits 0 to 23: the upper bits of the stored size; 24 to 31: flags. */
  storedSizeHighAndFlags: u32le(0x04),
  offset: u64le(0x08, { unit: 'bytes' }),
  size: u64le(0x10, { unit: 'bytes' }),
});

export const RESOURCE_FLAG = { free: 0x1, metadata: 0x2, compressed: 0x4, spanned: 0x8, solid: 0x10 } as const;

/** In place of its size, the sign that an entry describes a solid resource and not a stream. */
export const SOLID_RESOURCE_SIZE = 0x1_0000_0000;

export const WimLookupEntry = struct('WimLookupEntry', 50, `${SPEC}, lookup table`, {
  resource: bytes(0x00, 24),
  partNumber: u16le(0x18),
  references: u32le(0x1a),
  sha1: bytes(0x1e, 20),
});

/** In front of the chunk table of a solid resource; not in the white paper, as wimlib's `alt_chunk_table_header_disk`. */
export const WimSolidHeader = struct('WimSolidHeader', 16, 'wimlib, resource.c', {
  size: u64le(0x0, { unit: 'bytes' }),
  chunkSize: u32le(0x8, { unit: 'bytes' }),
  /** {@link SOLID_COMPRESSION}. */
  compression: u32le(0xc, { max: 3 }),
});

export const SOLID_COMPRESSION = ['none', 'xpress', 'lzx', 'lzms'] as const;

/** Followed by `entryCount` lengths of 8 bytes, then by the descriptors. */
export const WimSecurityHeader = struct('WimSecurityHeader', 8, `${SPEC}, security data`, {
  /** With this header, rounded up to 8; some writers leave 0. */
  totalLength: u32le(0x0, { unit: 'bytes' }),
  entryCount: u32le(0x4),
});

/** The fixed part; name, short name and tagged items follow, each name with a zero behind it unless it is empty. */
export const WimDirectoryEntry = struct('WimDirectoryEntry', 102, `${SPEC}, directory entry`, {
  /** With names and tagged items, without the streams behind; a length of 8 or less ends a folder. */
  length: u64le(0x00, { unit: 'bytes' }),
  attributes: u32le(0x08),
  /** Index in the security data; 0xFFFFFFFF: none. */
  securityId: u32le(0x0c),
  /** Where the entries of this folder begin, from the start of the metadata; 0: none. */
  subdirectoryOffset: u64le(0x10, { unit: 'bytes' }),
  unused1: u64le(0x18),
  unused2: u64le(0x20),
  created: u64le(0x28, { unit: '100 ns since 1601' }),
  accessed: u64le(0x30, { unit: '100 ns since 1601' }),
  modified: u64le(0x38, { unit: '100 ns since 1601' }),
  sha1: bytes(0x40, 20),
  unknown54: u32le(0x54),
  /** Of a reparse point: its tag (4 bytes), reserved (2) and flags (2); else the group of hard links. */
  reparseOrLink: u64le(0x58),
  streamCount: u16le(0x60),
  shortNameBytes: u16le(0x62, { unit: 'bytes' }),
  nameBytes: u16le(0x64, { unit: 'bytes' }),
});

/** The fixed part; the name follows, with a zero behind it unless it is empty. */
export const WimStreamEntry = struct('WimStreamEntry', 38, `${SPEC}, stream entry`, {
  length: u64le(0x00, { unit: 'bytes' }),
  unused: u64le(0x08),
  sha1: bytes(0x10, 20),
  nameBytes: u16le(0x24, { unit: 'bytes' }),
});

/** REPARSE_DATA_BUFFER of a symbolic link, without its head; the names follow, offsets are counted from there. */
export const WimSymlinkData = struct('WimSymlinkData', 12, 'Microsoft, [MS-FSCC] 2.1.2.4', {
  /** The target as NTFS keeps it. */
  storedOffset: u16le(0x0, { unit: 'bytes' }),
  storedBytes: u16le(0x2, { unit: 'bytes' }),
  /** The target as it is shown to people. */
  shownOffset: u16le(0x4, { unit: 'bytes' }),
  shownBytes: u16le(0x6, { unit: 'bytes' }),
  /** 1: relative to the folder of the link. */
  flags: u32le(0x8),
});

/** Of reparse points. */
export const REPARSE_TAG_SYMLINK = 0xa000_000c;

export const NO_SECURITY = 0xffff_ffff;
export const ATTRIBUTE = { readOnly: 0x1, hidden: 0x2, system: 0x4, folder: 0x10, archive: 0x20, normal: 0x80, reparse: 0x400, encrypted: 0x4000 } as const;

/** Followed by one SHA-1 a chunk of what lies between the header and the end of the lookup table. */
export const WimIntegrityHeader = struct('WimIntegrityHeader', 12, `${SPEC}, integrity table`, {
  size: u32le(0x0, { unit: 'bytes' }),
  entryCount: u32le(0x4),
  chunkSize: u32le(0x8, { unit: 'bytes', min: 1 }),
});

export const SHA1_BYTES = 20;

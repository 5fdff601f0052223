import { ascii, bytes, guid, reserved, struct, u16le, u32le, u64le } from '../../struct/index.ts';

const SPEC = '[MS-VHDX] v20230920';

/** What stands where before any table says so, in bytes. */
export const VHDX_PLACE = {
  identifier: 0,
  headers: [64 << 10, 128 << 10],
  regionTables: [192 << 10, 256 << 10],
  /** Everything else lies behind the first MiB. */
  end: 1 << 20,
} as const;

export const MIB = 1 << 20;
export const KIB_4 = 4096;
export const VHDX_FORMAT = 'VHDX';

export const VhdxIdentifier = struct('VhdxIdentifier', 520, `${SPEC}, 2.2.1`, {
  signature: ascii(0, 8),
  creator: bytes(8, 512),
});

/** Its checksum covers {@link VHDX_HEADER_BYTES}. */
export const VhdxHeader = struct('VhdxHeader', 80, `${SPEC}, 2.2.2`, {
  signature: ascii(0, 4),
  checksum: u32le(4),
  sequenceNumber: u64le(8),
  fileWriteGuid: guid(16),
  dataWriteGuid: guid(32),
  logGuid: guid(48),
  logVersion: u16le(64),
  version: u16le(66),
  logLength: u32le(68, { unit: 'bytes' }),
  logOffset: u64le(72, { unit: 'bytes' }),
});
export const VHDX_HEADER_BYTES = 4096;

/** Its checksum covers {@link REGION_TABLE_BYTES}. */
export const RegionTableHeader = struct('RegionTableHeader', 16, `${SPEC}, 2.2.3.1`, {
  signature: ascii(0, 4),
  checksum: u32le(4),
  entryCount: u32le(8, { max: 2047 }),
  reserved: reserved(12, 4),
});
export const REGION_TABLE_BYTES = 64 << 10;

export const RegionTableEntry = struct('RegionTableEntry', 32, `${SPEC}, 2.2.3.2`, {
  guid: guid(0),
  fileOffset: u64le(16, { unit: 'bytes' }),
  length: u32le(24, { unit: 'bytes' }),
  /** Bit 0: who does not know this region must not open the file. */
  required: u32le(28),
});

export const REGION = {
  bat: '2DC27766-F623-4200-9D64-115E9BFD4A08',
  metadata: '8B7CA206-4790-4B9A-B8FE-575F050F886E',
} as const;

export const LogEntryHeader = struct('LogEntryHeader', 64, `${SPEC}, 2.3.1.1`, {
  signature: ascii(0, 4),
  checksum: u32le(4),
  entryLength: u32le(8, { unit: 'bytes' }),
  /** Offset into the log of the oldest entry still needed. */
  tail: u32le(12, { unit: 'bytes' }),
  sequenceNumber: u64le(16),
  descriptorCount: u32le(24),
  reserved: reserved(28, 4),
  logGuid: guid(32),
  flushedFileOffset: u64le(48, { unit: 'bytes' }),
  lastFileOffset: u64le(56, { unit: 'bytes' }),
});

/** A descriptor of either kind; the signature tells which. */
export const LogDescriptor = struct('LogDescriptor', 32, `${SPEC}, 2.3.1.2 and 2.3.1.3`, {
  signature: ascii(0, 4),
  /** `desc`: the last four bytes of the sector. */
  trailing: bytes(4, 4),
  /** `desc`: the first eight bytes of the sector; `zero`: bytes to zero, as a 64-bit number. */
  leading: bytes(8, 8),
  fileOffset: u64le(16, { unit: 'bytes' }),
  sequenceNumber: u64le(24),
});

export const LogDataSector = struct('LogDataSector', 4096, `${SPEC}, 2.3.1.4`, {
  signature: ascii(0, 4),
  sequenceHigh: u32le(4),
  data: bytes(8, 4084),
  sequenceLow: u32le(4092),
});

export const MetadataTableHeader = struct('MetadataTableHeader', 32, `${SPEC}, 2.6.1.1`, {
  signature: ascii(0, 8),
  reserved: reserved(8, 2),
  entryCount: u16le(10, { max: 2047 }),
});
export const METADATA_TABLE_BYTES = 64 << 10;

export const MetadataTableEntry = struct('MetadataTableEntry', 32, `${SPEC}, 2.6.1.2`, {
  itemId: guid(0),
  /** From the start of the region. */
  offset: u32le(16, { unit: 'bytes' }),
  length: u32le(20, { unit: 'bytes', max: MIB }),
  flags: u32le(24),
});

export const METADATA_FLAG = { user: 1, virtualDisk: 2, required: 4 } as const;

export const METADATA = {
  fileParameters: 'CAA16737-FA36-4D43-B3B6-33F0AA44E76B',
  virtualDiskSize: '2FA54224-CD1B-4876-B211-5DBED83BF4B8',
  virtualDiskId: 'BECA12AB-B2E6-4523-93EF-C309E000C746',
  logicalSectorSize: '8141BF1D-A96F-4709-BA47-F233A8FAAB5F',
  physicalSectorSize: 'CDA348C7-445D-4471-9CC9-E9885251C556',
  parentLocator: 'A8D35F2D-B30B-454D-ABF7-D3D84834AB0C',
} as const;

export const FileParameters = struct('FileParameters', 8, `${SPEC}, 2.6.2.1`, {
  blockSize: u32le(0, { unit: 'bytes', min: MIB, max: 256 * MIB }),
  flags: u32le(4),
});
export const FILE_PARAMETER = { leaveBlocksAllocated: 1, hasParent: 2 } as const;

/** States of a payload block: section 2.5.1.1. */
export const BLOCK = { notPresent: 0, undefined: 1, zero: 2, unmapped: 3, fullyPresent: 6, partiallyPresent: 7 } as const;
export const BAT_ENTRY_BYTES = 8;

/** Sectors that one sector bitmap block covers: section 2.5. */
export const SECTORS_PER_CHUNK = 2 ** 23;

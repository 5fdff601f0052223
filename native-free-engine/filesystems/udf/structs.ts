import { ascii, bytes, struct, u16le, u32le, u64le, u8 } from '../../struct/index.ts';

const SPEC = 'ECMA-167';

/** Stands in front of every descriptor. */
export const UdfTag = struct('UdfTag', 16, `${SPEC} 3/7.2`, {
  id: u16le(0x00),
  version: u16le(0x02),
  /** The sum of the other fifteen bytes. */
  checksum: u8(0x04),
  serial: u16le(0x06),
  /** CRC-16 of as many bytes behind the tag as `crcLength` says. */
  crc: u16le(0x08),
  crcLength: u16le(0x0a, { unit: 'bytes' }),
  location: u32le(0x0c, { unit: 'blocks' }),
});

export const UDF_TAG = {
  primary: 1,
  anchor: 2,
  implementationUse: 4,
  partition: 5,
  logicalVolume: 6,
  unallocatedSpace: 7,
  terminator: 8,
  integrity: 9,
  fileSet: 256,
  fileIdentifier: 257,
  allocationExtent: 258,
  fileEntry: 261,
  extendedFileEntry: 266,
} as const;

/** At block 256, at the last block, or 256 before it: two of the three. */
export const UdfAnchor = struct('UdfAnchor', 32, `${SPEC} 3/10.2`, {
  tag: bytes(0x00, 16),
  mainLength: u32le(0x10, { unit: 'bytes' }),
  mainLocation: u32le(0x14, { unit: 'blocks' }),
  reserveLength: u32le(0x18, { unit: 'bytes' }),
  reserveLocation: u32le(0x1c, { unit: 'blocks' }),
});

export const UdfPrimaryVolume = struct('UdfPrimaryVolume', 512, `${SPEC} 3/10.1`, {
  tag: bytes(0x000, 16),
  sequence: u32le(0x010),
  number: u32le(0x014),
  volumeId: bytes(0x018, 32),
  volumeSequence: u16le(0x038),
  maximumVolumeSequence: u16le(0x03a),
  interchangeLevel: u16le(0x03c),
  maximumInterchangeLevel: u16le(0x03e),
  characterSets: u32le(0x040),
  maximumCharacterSets: u32le(0x044),
  volumeSetId: bytes(0x048, 128),
  descriptorCharacterSet: bytes(0x0c8, 64),
  explanatoryCharacterSet: bytes(0x108, 64),
  application: bytes(0x158, 32),
  recorded: bytes(0x178, 12),
  implementation: bytes(0x184, 32),
});

export const UdfPartition = struct('UdfPartition', 512, `${SPEC} 3/10.5`, {
  tag: bytes(0x000, 16),
  sequence: u32le(0x010),
  flags: u16le(0x014),
  number: u16le(0x016),
  contents: bytes(0x018, 32),
  accessType: u32le(0x0b8),
  start: u32le(0x0bc, { unit: 'blocks' }),
  length: u32le(0x0c0, { unit: 'blocks' }),
  implementation: bytes(0x0c4, 32),
});

export const UdfLogicalVolume = struct('UdfLogicalVolume', 440, `${SPEC} 3/10.6`, {
  tag: bytes(0x000, 16),
  sequence: u32le(0x010),
  characterSet: bytes(0x014, 64),
  identifier: bytes(0x054, 128),
  blockSize: u32le(0x0d4, { unit: 'bytes' }),
  domain: bytes(0x0d8, 32),
  /** Where the file set descriptor lies: a long allocation descriptor. */
  fileSet: bytes(0x0f8, 16),
  mapTableLength: u32le(0x108, { unit: 'bytes' }),
  mapCount: u32le(0x10c),
  implementation: bytes(0x110, 32),
  integrityLength: u32le(0x1b0, { unit: 'bytes' }),
  integrityLocation: u32le(0x1b4, { unit: 'blocks' }),
});

/** Type 1: a partition as it lies there. Type 2 (64 bytes) has a name at 0x04 that says how it is translated. */
export const UdfPartitionMap = struct('UdfPartitionMap', 6, `${SPEC} 3/10.7.2`, {
  type: u8(0x00),
  length: u8(0x01, { unit: 'bytes' }),
  volumeSequence: u16le(0x02),
  partition: u16le(0x04),
});

export const UdfFileSet = struct('UdfFileSet', 512, `${SPEC} 4/14.1`, {
  tag: bytes(0x000, 16),
  recorded: bytes(0x010, 12),
  interchangeLevel: u16le(0x01c),
  maximumInterchangeLevel: u16le(0x01e),
  characterSets: u32le(0x020),
  maximumCharacterSets: u32le(0x024),
  volumeCharacterSet: bytes(0x030, 64),
  volumeId: bytes(0x070, 128),
  fileSetCharacterSet: bytes(0x0f0, 64),
  fileSetId: bytes(0x130, 32),
  rootIcb: bytes(0x190, 16),
  domain: bytes(0x1a0, 32),
});

export const UdfLongAllocation = struct('UdfLongAllocation', 16, `${SPEC} 4/14.14.2`, {
  /** The two highest bits say what kind of extent it is. */
  length: u32le(0x00, { unit: 'bytes' }),
  block: u32le(0x04, { unit: 'blocks of the partition' }),
  partition: u16le(0x08),
  implementation: bytes(0x0a, 6),
});

/** The shared start of a file entry and an extended one. */
export const UdfFileEntry = struct('UdfFileEntry', 64, `${SPEC} 4/14.9 and 4/14.17`, {
  tag: bytes(0x00, 16),
  /** 4: the entry itself; 4096: a chain of newer and newer entries. */
  strategy: u16le(0x14),
  maximumEntries: u16le(0x18),
  fileType: u8(0x1b),
  /** The lowest three bits: 0 short, 1 long, 2 extended allocation descriptors, 3 the data itself. */
  icbFlags: u16le(0x22),
  owner: u32le(0x24),
  group: u32le(0x28),
  permissions: u32le(0x2c),
  links: u16le(0x30),
  size: u64le(0x38, { unit: 'bytes' }),
});

/** What follows in a file entry. */
export const UdfFileEntryRest = struct('UdfFileEntryRest', 176, `${SPEC} 4/14.9`, {
  blocks: u64le(0x40, { unit: 'blocks' }),
  accessed: bytes(0x48, 12),
  modified: bytes(0x54, 12),
  attributesChanged: bytes(0x60, 12),
  checkpoint: u32le(0x6c),
  implementation: bytes(0x80, 32),
  uniqueId: u64le(0xa0),
  attributesLength: u32le(0xa8, { unit: 'bytes' }),
  allocationLength: u32le(0xac, { unit: 'bytes' }),
});

/** What follows in an extended file entry. */
export const UdfExtendedFileEntryRest = struct('UdfExtendedFileEntryRest', 216, `${SPEC} 4/14.17`, {
  modified: bytes(0x5c, 12),
  attributesLength: u32le(0xd0, { unit: 'bytes' }),
  allocationLength: u32le(0xd4, { unit: 'bytes' }),
});

/** Allocation descriptors that had no room in the entry. */
export const UdfAllocationExtent = struct('UdfAllocationExtent', 24, `${SPEC} 4/14.5`, {
  allocationLength: u32le(0x14, { unit: 'bytes' }),
});

export const UdfFileIdentifier = struct('UdfFileIdentifier', 38, `${SPEC} 4/14.4`, {
  tag: bytes(0x00, 16),
  version: u16le(0x10),
  characteristics: u8(0x12),
  nameLength: u8(0x13, { unit: 'bytes' }),
  icb: bytes(0x14, 16),
  implementationLength: u16le(0x24, { unit: 'bytes' }),
});

export const UDF_NAME = { hidden: 0x01, folder: 0x02, deleted: 0x04, parent: 0x08 } as const;
export const UDF_FILE_TYPE = { unspecified: 0, folder: 4, file: 5, link: 12, realTime: 249 } as const;
/** What an extent is, in the two highest bits of its length (ECMA-167 4/14.14.1.1). */
export const UDF_EXTENT = { recorded: 0, allocated: 1, hole: 2, next: 3 } as const;

/** A name of 23 characters with a version: which standard or which program (ECMA-167 1/7.4). */
export const UdfEntityId = struct('UdfEntityId', 32, `${SPEC} 1/7.4`, {
  flags: u8(0x00),
  identifier: ascii(0x01, 23),
  suffix: bytes(0x18, 8),
});

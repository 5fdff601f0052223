import { bytes, struct, u16le, u32le, u8 } from '../../struct/index.ts';

const SPEC = 'ECMA-167';

export const UdfTag = struct('UdfTag', 16, `${SPEC} 3/7.2`, {
  id: u16le(0x00),
  version: u16le(0x02),
  checksum: u8(0x04),
  location: u32le(0x0c, { unit: 'blocks' }),
});

export const UDF_TAG = {
  primary: 1,
  anchor: 2,
  partition: 5,
  logicalVolume: 6,
  terminator: 8,
  fileSet: 256,
  fileIdentifier: 257,
  fileEntry: 261,
  extendedFileEntry: 266,
} as const;

/** At block 256. */
export const UdfAnchor = struct('UdfAnchor', 32, `${SPEC} 3/10.2`, {
  mainLength: u32le(0x10, { unit: 'bytes' }),
  mainLocation: u32le(0x14, { unit: 'blocks' }),
});

export const UdfPrimaryVolume = struct('UdfPrimaryVolume', 512, `${SPEC} 3/10.1`, {
  volumeId: bytes(0x018, 32),
  volumeSetId: bytes(0x048, 128),
});

export const UdfPartition = struct('UdfPartition', 512, `${SPEC} 3/10.5`, {
  number: u16le(0x016),
  start: u32le(0x0bc, { unit: 'blocks' }),
  length: u32le(0x0c0, { unit: 'blocks' }),
});

export const UdfLogicalVolume = struct('UdfLogicalVolume', 440, `${SPEC} 3/10.6`, {
  identifier: bytes(0x054, 128),
  blockSize: u32le(0x0d4, { unit: 'bytes' }),
  /** Where the file set descriptor lies: a long allocation descriptor. */
  fileSet: bytes(0x0f8, 16),
});

export const UdfFileSet = struct('UdfFileSet', 512, `${SPEC} 4/14.1`, {
  rootIcb: bytes(0x190, 16),
});

export const UdfLongAllocation = struct('UdfLongAllocation', 16, `${SPEC} 4/14.14.2`, {
  /** The two highest bits say what kind of extent it is. */
  length: u32le(0x00, { unit: 'bytes' }),
  block: u32le(0x04, { unit: 'blocks of the partition' }),
  partition: u16le(0x08),
});

/** The shared start of a file entry and an extended one. */
export const UdfFileEntry = struct('UdfFileEntry', 64, `${SPEC} 4/14.9 and 4/14.17`, {
  /** The lowest three bits: 0 short, 1 long allocation descriptors, 3 the data itself. */
  icbFlags: u16le(0x22),
  size: u32le(0x38, { unit: 'bytes' }),
  sizeHigh: u32le(0x3c),
});

export const UdfFileIdentifier = struct('UdfFileIdentifier', 38, `${SPEC} 4/14.4`, {
  /** Bit 3: the parent directory. */
  characteristics: u8(0x12),
  nameLength: u8(0x13, { unit: 'bytes' }),
  icb: bytes(0x14, 16),
  implementationLength: u16le(0x24, { unit: 'bytes' }),
});

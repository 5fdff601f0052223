import { ascii, i32le, struct, u16le, u32le, u64le } from '../struct/index.ts';

// Microsoft publishes no specification; the layout is that of M. Suhanov's "Windows registry file format
// specification" (version 1.x), as libhivex and others follow it. Offsets of cells count from the end of the base block.
const SPEC = 'Windows registry file format specification';

/** The file's first 4096 bytes begin with it. */
export const HiveBaseBlock = struct('HiveBaseBlock', 512, `${SPEC}, "Base block"`, {
  magic: ascii(0x000, 4),
  /** Both the same once everything was written: else the log files beside the hive hold more. */
  primarySequence: u32le(0x004),
  secondarySequence: u32le(0x008),
  /** A FILETIME. */
  lastWritten: u64le(0x00c),
  majorVersion: u32le(0x014, { min: 1, max: 1 }),
  minorVersion: u32le(0x018, { min: 3, max: 6 }),
  fileType: u32le(0x01c),
  rootCell: u32le(0x024, { unit: 'bytes' }),
  binsSize: u32le(0x028, { unit: 'bytes', min: 4096 }),
  /** XOR of the 127 words before it. */
  checksum: u32le(0x1fc),
});

/** Bins follow each other to the end; cells fill what a bin holds behind this. */
export const HiveBin = struct('HiveBin', 0x20, `${SPEC}, "Hive bin"`, {
  magic: ascii(0x00, 4),
  /** Of the bin, from the end of the base block. */
  offset: u32le(0x04, { unit: 'bytes' }),
  size: u32le(0x08, { unit: 'bytes' }),
});

/** A change that waits in a log; its pages' places follow, then the pages. */
export const HiveLogEntry = struct('HiveLogEntry', 0x28, `${SPEC}, "Log entries"`, {
  magic: ascii(0x00, 4),
  size: u32le(0x04, { unit: 'bytes' }),
  sequence: u32le(0x0c),
  /** Of the hive once this was applied. */
  binsSize: u32le(0x10, { unit: 'bytes' }),
  pageCount: u32le(0x14),
  /** Marvin32 of all that follows this head. */
  pagesHashLow: u32le(0x18),
  pagesHashHigh: u32le(0x1c),
  /** Marvin32 of the 32 bytes before it. */
  headHashLow: u32le(0x20),
  headHashHigh: u32le(0x24),
});

/** Where a page of a log entry belongs. */
export const HiveLogPage = struct('HiveLogPage', 8, `${SPEC}, "Log entries"`, {
  /** From the end of the base block. */
  offset: u32le(0x00, { unit: 'bytes' }),
  size: u32le(0x04, { unit: 'bytes' }),
});

/** Stands before every cell. */
export const HiveCellHeader = struct('HiveCellHeader', 4, `${SPEC}, "Cells"`, {
  /** This header included; negative for a cell in use. */
  size: i32le(0x00, { unit: 'bytes' }),
});

/** The name follows. */
export const HiveKeyNode = struct('HiveKeyNode', 0x4c, `${SPEC}, "Key node"`, {
  magic: ascii(0x00, 2),
  flags: u16le(0x02),
  /** A FILETIME. */
  lastWritten: u64le(0x04),
  parent: u32le(0x10, { unit: 'bytes' }),
  subkeyCount: u32le(0x14),
  subkeyList: u32le(0x1c, { unit: 'bytes' }),
  /** Keys that live in memory only; nothing on a disk. */
  volatileList: u32le(0x20, { unit: 'bytes' }),
  valueCount: u32le(0x24),
  valueList: u32le(0x28, { unit: 'bytes' }),
  securityCell: u32le(0x2c, { unit: 'bytes' }),
  classCell: u32le(0x30, { unit: 'bytes' }),
  /** Longest name of a subkey, as UTF-16; the upper half of the word has flags. */
  longestSubkey: u16le(0x34, { unit: 'bytes' }),
  /** Longest name of a value, as UTF-16. */
  longestValueName: u32le(0x3c, { unit: 'bytes' }),
  longestValue: u32le(0x40, { unit: 'bytes' }),
  nameLength: u16le(0x48, { unit: 'bytes', min: 0, max: 512 }),
  classLength: u16le(0x4a, { unit: 'bytes' }),
});

/** The name follows; none for the default value. */
export const HiveKeyValue = struct('HiveKeyValue', 0x14, `${SPEC}, "Key value"`, {
  magic: ascii(0x00, 2),
  nameLength: u16le(0x02, { unit: 'bytes' }),
  /** Highest bit: up to four bytes of data stand in `dataCell` itself. */
  dataSize: u32le(0x04, { unit: 'bytes' }),
  dataCell: u32le(0x08, { unit: 'bytes' }),
  type: u32le(0x0c),
  flags: u16le(0x10),
});

/** Elements follow: `lf` and `lh` have eight bytes (cell, hint), `li` and `ri` four (cell). */
export const HiveListHeader = struct('HiveListHeader', 4, `${SPEC}, "Index leaf", "Fast leaf", "Hash leaf", "Index root"`, {
  magic: ascii(0x00, 2),
  count: u16le(0x02),
});

/** Whose key it is, shared by all keys that say the same. */
export const HiveSecurity = struct('HiveSecurity', 0x14, `${SPEC}, "Key security"`, {
  magic: ascii(0x00, 2),
  references: u32le(0x0c),
});

/** Data of more than 16,344 bytes, in segments. */
export const HiveBigData = struct('HiveBigData', 8, `${SPEC}, "Big data"`, {
  magic: ascii(0x00, 2),
  segments: u16le(0x02, { min: 2 }),
  segmentList: u32le(0x04, { unit: 'bytes' }),
});

export const HIVE = {
  baseBlock: 4096,
  /** No cell. */
  none: 0xffffffff,
  /** In `HiveKeyNode.flags`: the name has one byte a character. */
  keyNameIsLatin: 0x0020,
  /** The same in `HiveKeyValue.flags`. */
  valueNameIsLatin: 0x0001,
  /** In `HiveKeyValue.dataSize`. */
  dataInPlace: 0x80000000,
  /** Bytes that a key takes at least. */
  smallestKey: 80,
  /** What one segment of big data holds at most. */
  segment: 16_344,
} as const;

/** Types of values that are read here; see winnt.h. */
export const REG = { none: 0, sz: 1, expandSz: 2, binary: 3, dword: 4, dwordBigEndian: 5, multiSz: 7, qword: 11 } as const;

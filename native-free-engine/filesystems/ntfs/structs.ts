import { ascii, bytes, i8, struct, u16le, u32le, u64le, u8 } from '../../struct/index.ts';

// Microsoft publishes no specification; the layout is that of the Linux-NTFS documentation
// and of Windows's own headers (ntifs.h), as every other implementation follows it.
const SPEC = 'Linux-NTFS project, NTFS documentation';

export const NtfsBootSector = struct('NtfsBootSector', 512, `${SPEC}, $Boot`, {
  jump: bytes(0x000, 3),
  oemId: ascii(0x003, 8),
  bytesPerSector: u16le(0x00b, { unit: 'bytes', min: 256, max: 4096 }),
  /** Above 0x80: a negative power of two, for clusters beyond 64 KiB. */
  sectorsPerCluster: u8(0x00d, { min: 1 }),
  totalSectors: u64le(0x028, { unit: 'sectors' }),
  mftCluster: u64le(0x030, { unit: 'clusters' }),
  mirrorCluster: u64le(0x038, { unit: 'clusters' }),
  /** Clusters when positive; else the record's size is 2 to the power of its absolute value. */
  clustersPerRecord: i8(0x040),
  serial: u64le(0x048),
});

export const NtfsRecordHeader = struct('NtfsRecordHeader', 0x30, `${SPEC}, FILE record`, {
  magic: ascii(0x00, 4),
  fixupOffset: u16le(0x04, { unit: 'bytes' }),
  fixupCount: u16le(0x06),
  firstAttribute: u16le(0x14, { unit: 'bytes' }),
  flags: u16le(0x16),
  usedSize: u32le(0x18, { unit: 'bytes' }),
});

/** What resident and non-resident attributes share. */
export const NtfsAttributeHeader = struct('NtfsAttributeHeader', 0x10, `${SPEC}, attribute header`, {
  type: u32le(0x00),
  length: u32le(0x04, { unit: 'bytes' }),
  nonResident: u8(0x08, { max: 1 }),
  nameLength: u8(0x09),
  nameOffset: u16le(0x0a, { unit: 'bytes' }),
  flags: u16le(0x0c),
  id: u16le(0x0e),
});

export const NtfsResidentHeader = struct('NtfsResidentHeader', 0x08, `${SPEC}, resident attribute, from byte 0x10`, {
  valueLength: u32le(0x00, { unit: 'bytes' }),
  valueOffset: u16le(0x04, { unit: 'bytes' }),
});

export const NtfsNonResidentHeader = struct('NtfsNonResidentHeader', 0x30, `${SPEC}, non-resident attribute, from byte 0x10`, {
  firstVcn: u64le(0x00),
  lastVcn: u64le(0x08),
  runlistOffset: u16le(0x10, { unit: 'bytes' }),
  allocatedSize: u64le(0x18, { unit: 'bytes' }),
  dataSize: u64le(0x20, { unit: 'bytes' }),
  initializedSize: u64le(0x28, { unit: 'bytes' }),
});

export const NtfsIndexHeader = struct('NtfsIndexHeader', 0x10, `${SPEC}, index header`, {
  /** Counted from this header. */
  firstEntry: u32le(0x00, { unit: 'bytes' }),
  usedSize: u32le(0x04, { unit: 'bytes' }),
  allocatedSize: u32le(0x08, { unit: 'bytes' }),
  flags: u8(0x0c),
});

export const NtfsIndexEntry = struct('NtfsIndexEntry', 0x10, `${SPEC}, index entry`, {
  fileReference: u64le(0x00),
  length: u16le(0x08, { unit: 'bytes', min: 0x10 }),
  keyLength: u16le(0x0a, { unit: 'bytes' }),
  /** Bit 1: the last entry, without a key. */
  flags: u16le(0x0c),
});

export const NTFS_ATTRIBUTE = { volumeName: 0x60, data: 0x80, indexRoot: 0x90, indexAllocation: 0xa0, end: 0xffffffff } as const;
export const NTFS_FILE = { volume: 3, root: 5, bitmap: 6 } as const;

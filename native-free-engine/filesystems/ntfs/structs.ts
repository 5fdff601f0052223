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
  /** Counts how often the record was given to another file. */
  sequence: u16le(0x10),
  firstAttribute: u16le(0x14, { unit: 'bytes' }),
  /** Bit 0: in use; bit 1: a directory. */
  flags: u16le(0x16),
  usedSize: u32le(0x18, { unit: 'bytes' }),
  /** Of an extension record: the file it belongs to; else zero. */
  baseReference: u64le(0x20),
});

/** What resident and non-resident attributes share. */
export const NtfsAttributeHeader = struct('NtfsAttributeHeader', 0x10, `${SPEC}, attribute header`, {
  type: u32le(0x00),
  length: u32le(0x04, { unit: 'bytes' }),
  nonResident: u8(0x08, { max: 1 }),
  nameLength: u8(0x09),
  nameOffset: u16le(0x0a, { unit: 'bytes' }),
  /** The low byte: compressed; 0x4000: encrypted; 0x8000: sparse. */
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
  /** Of a compressed value: two to the power of it clusters are packed together. */
  compressionUnit: u8(0x12),
  allocatedSize: u64le(0x18, { unit: 'bytes' }),
  dataSize: u64le(0x20, { unit: 'bytes' }),
  initializedSize: u64le(0x28, { unit: 'bytes' }),
});

/** Where each attribute of a file that takes several records lies. */
export const NtfsAttributeListEntry = struct('NtfsAttributeListEntry', 0x1a, `${SPEC}, $ATTRIBUTE_LIST`, {
  type: u32le(0x00),
  length: u16le(0x04, { unit: 'bytes', min: 0x1a }),
  nameLength: u8(0x06),
  nameOffset: u8(0x07, { unit: 'bytes' }),
  firstVcn: u64le(0x08, { unit: 'clusters' }),
  fileReference: u64le(0x10),
  id: u16le(0x18),
});

/** The name follows, in UTF-16. Also the key of a directory's index. */
export const NtfsFileName = struct('NtfsFileName', 0x42, `${SPEC}, $FILE_NAME`, {
  parentReference: u64le(0x00),
  nameLength: u8(0x40),
  nameSpace: u8(0x41),
});

export const NtfsVolumeInformation = struct('NtfsVolumeInformation', 0x0c, `${SPEC}, $VOLUME_INFORMATION`, {
  majorVersion: u8(0x08),
  minorVersion: u8(0x09),
  flags: u16le(0x0a),
});

/** The index header of {@link NtfsIndexHeader} follows. */
export const NtfsIndexRoot = struct('NtfsIndexRoot', 0x10, `${SPEC}, $INDEX_ROOT`, {
  type: u32le(0x00),
  collation: u32le(0x04),
  blockSize: u32le(0x08, { unit: 'bytes', min: 512, max: 64 * 1024 }),
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

/** Two of them stand at the start of $LogFile, the second one page behind the first. */
export const NtfsRestartPage = struct('NtfsRestartPage', 0x1e, `${SPEC}, $LogFile, restart page header`, {
  magic: ascii(0x00, 4),
  fixupOffset: u16le(0x04, { unit: 'bytes' }),
  fixupCount: u16le(0x06),
  chkdskLsn: u64le(0x08),
  systemPageSize: u32le(0x10, { unit: 'bytes', min: 512, max: 64 * 1024 }),
  logPageSize: u32le(0x14, { unit: 'bytes' }),
  restartAreaOffset: u16le(0x18, { unit: 'bytes' }),
  minorVersion: u16le(0x1a),
  majorVersion: u16le(0x1c),
});

export const NtfsRestartArea = struct('NtfsRestartArea', 0x10, `${SPEC}, $LogFile, restart area`, {
  currentLsn: u64le(0x00),
  clients: u16le(0x08),
  firstFreeClient: u16le(0x0a),
  /** 0xffff: nobody has the log open. */
  firstClientInUse: u16le(0x0c),
  /** Bit 1: the volume was dismounted cleanly. */
  flags: u16le(0x0e),
});

/** The reparse point of a file that CompactOS packed; the header of every reparse point is its first 8 bytes. */
export const WofReparse = struct('WofReparse', 0x18, '[MS-FSCC] section 2.1.2.1; WOF_EXTERNAL_INFO and FILE_PROVIDER_EXTERNAL_INFO_V1', {
  tag: u32le(0x00),
  version: u32le(0x08),
  provider: u32le(0x0c),
  fileVersion: u32le(0x10),
  algorithm: u32le(0x14),
});
export const WOF = { tag: 0x80000017, version: 1, file: 2, stream: 'WofCompressedData' } as const;

export const NTFS_ATTRIBUTE = {
  attributeList: 0x20,
  fileName: 0x30,
  volumeName: 0x60,
  volumeInformation: 0x70,
  data: 0x80,
  indexRoot: 0x90,
  indexAllocation: 0xa0,
  bitmap: 0xb0,
  reparsePoint: 0xc0,
  end: 0xffffffff,
} as const;
/** Numbers of the records that hold the file system's own files. `extend` is the last of those that every volume has. */
export const NTFS_FILE = { mft: 0, mirror: 1, logFile: 2, volume: 3, root: 5, bitmap: 6, boot: 7, badClusters: 8, extend: 11 } as const;
export const NTFS_DATA_FLAG = { compressed: 0x00ff, encrypted: 0x4000 } as const;

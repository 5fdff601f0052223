import { ascii, struct, u16le, u32le, u64le, u8 } from '../../struct/index.ts';

const SPEC = 'VMware, Virtual Disk Format 5.0';

/** The head of a hosted sparse extent; a stream-optimised one has it again near its end, as the footer. */
export const VmdkSparseHeader = struct('VmdkSparseHeader', 512, `${SPEC}, "Hosted Sparse Extent Header"`, {
  magic: ascii(0, 4),
  version: u32le(4),
  flags: u32le(8),
  capacity: u64le(12, { unit: 'sectors' }),
  grainSize: u64le(20, { unit: 'sectors' }),
  descriptorOffset: u64le(28, { unit: 'sectors' }),
  descriptorSize: u64le(36, { unit: 'sectors' }),
  entriesPerTable: u32le(44),
  redundantDirectoryOffset: u64le(48, { unit: 'sectors' }),
  directoryOffset: u64le(56, { unit: 'sectors' }),
  /** What the metadata in front of the first grain takes. */
  overhead: u64le(64, { unit: 'sectors' }),
  uncleanShutdown: u8(72),
  /** Four characters that a transfer as text would change. */
  lineEnds: ascii(73, 4),
  compressAlgorithm: u16le(77),
});

/** In front of each packed grain; its data follows at once. */
export const VmdkGrainMarker = struct('VmdkGrainMarker', 12, `${SPEC}, "Grain Marker"`, {
  /** Where on the disk the grain begins. */
  sector: u64le(0, { unit: 'sectors' }),
  size: u32le(8, { unit: 'bytes' }),
});

/** In front of tables and the footer, and at the end of a stream-optimised extent. */
export const VmdkMetadataMarker = struct('VmdkMetadataMarker', 512, `${SPEC}, "Metadata markers"`, {
  /** Of what follows. */
  sectors: u64le(0, { unit: 'sectors' }),
  /** Zero: tells it from a grain marker. */
  size: u32le(8),
  type: u32le(12),
});

export const VMDK_MAGIC = 'KDMV';
export const LINE_ENDS = '\n \r\n';
export const SECTOR = 512;

export const VMDK_FLAG = {
  validNewLines: 1 << 0,
  /** A grain table entry of 1 means zeros. */
  zeroedGrains: 1 << 2,
  compressed: 1 << 16,
  markers: 1 << 17,
} as const;

export const MARKER = { endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3 } as const;
/** In the head: the grain directory's place stands in the footer. */
export const DIRECTORY_AT_END = 0xffff_ffff_ffff_ffffn;
export const COMPRESSION = { none: 0, deflate: 1 } as const;

import { bytes, struct, u32be, u64be, u8 } from '../../struct/index.ts';

const SPEC = 'QEMU, docs/interop/qcow2.txt';

/** "QFI\xfb". */
export const QCOW2_MAGIC = 0x51_46_49_fb;

/** What versions 2 and 3 share. */
const common = {
  magic: u32be(0),
  version: u32be(4),
  /** 0: no backing file. */
  backingFileOffset: u64be(8, { unit: 'bytes' }),
  /** Length of the name, which no zero ends; at most {@link MAX_BACKING_NAME}. */
  backingFileSize: u32be(16, { unit: 'bytes' }),
  clusterBits: u32be(20),
  /** Of the disk. */
  size: u64be(24, { unit: 'bytes' }),
  cryptMethod: u32be(32),
  /** Entries of 8 bytes. */
  l1Size: u32be(36),
  l1TableOffset: u64be(40, { unit: 'bytes' }),
  refcountTableOffset: u64be(48, { unit: 'bytes' }),
  refcountTableClusters: u32be(56, { unit: 'clusters' }),
  nbSnapshots: u32be(60),
  snapshotsOffset: u64be(64, { unit: 'bytes' }),
};

/** The head of a version 2 image; header extensions follow at byte 72. */
export const Qcow2HeaderV2 = struct('Qcow2HeaderV2', 72, `${SPEC}, "Header"`, common);

/**
 * The head of a version 3 image. Its `headerLength` is 104 where the field `compressionType` is left out
 * (deflate), else 112; header extensions follow there.
 */
export const Qcow2Header = struct('Qcow2Header', 112, `${SPEC}, "Header" and "Additional fields (version 3 and higher)"`, {
  ...common,
  incompatibleFeatures: u64be(72),
  compatibleFeatures: u64be(80),
  autoclearFeatures: u64be(88),
  /** A refcount has 2 to the power of this bits; 4 is the default, 16 bits. */
  refcountOrder: u32be(96),
  headerLength: u32be(100, { unit: 'bytes' }),
  compressionType: u8(104),
  padding: bytes(105, 7),
});

/** The head of one header extension; its data follows, padded to a multiple of 8 bytes. */
export const Qcow2HeaderExtension = struct('Qcow2HeaderExtension', 8, `${SPEC}, "Header extensions"`, {
  type: u32be(0),
  length: u32be(4, { unit: 'bytes' }),
});

/** Types of header extensions. */
export const QCOW2_EXTENSION = {
  end: 0,
  /** The format of the backing file as text: `qcow2`, `raw`. */
  backingFormat: 0xe2_79_2a_ca,
  featureNames: 0x68_03_f8_57,
  bitmaps: 0x23_85_28_75,
  fullDiskEncryption: 0x05_37_be_77,
  externalDataFile: 0x44_41_54_41,
  /** Ours, "WBKI": the 16 bytes of the image's identity. Other programs ignore types they do not know. */
  imageId: 0x57_42_4b_49,
} as const;

/** Bits of `incompatibleFeatures`: who does not know one of those that are set must not open the image. */
export const QCOW2_INCOMPATIBLE = {
  /** Refcounts may be wrong; of no concern to who only reads. */
  dirty: 1n << 0n,
  corrupt: 1n << 1n,
  externalDataFile: 1n << 2n,
  /** `compressionType` is not deflate. */
  compressionType: 1n << 3n,
  extendedL2: 1n << 4n,
} as const;

export const QCOW2_COMPRESSION = { deflate: 0, zstd: 1 } as const;

/** In L1 and L2 entries: the refcount of what it points to is exactly one. Never set in a compressed entry. */
export const FLAG_COPIED = 1n << 63n;
export const L2_COMPRESSED = 1n << 62n;
/** In an L2 entry of a version 3 image: reads as zeros, whatever else it says. */
export const L2_ZERO = 1n;

/**
 * Low bits of a compressed L2 entry that hold the byte offset in the file; the bits above, up to 61, count the
 * 512-byte sectors that the data touches after the first.
 */
export const compressedOffsetBits = (clusterBits: number): number => 62 - (clusterBits - 8);

export const MIN_CLUSTER_BITS = 9;
export const MAX_CLUSTER_BITS = 21;
/** Bytes; as QEMU has it. */
export const MAX_L1_BYTES = 32 * 1024 * 1024;
/** Bytes; as QEMU has it. */
export const MAX_REFCOUNT_TABLE_BYTES = 8 * 1024 * 1024;
/** Bytes. */
export const MAX_BACKING_NAME = 1023;

import { ascii, bytes, reserved, struct, u16le, u32le, u8 } from '../../struct/index.ts';

const SPEC = 'Microsoft FAT specification (fatgen103), section 3 "Boot Sector and BPB"';

/** The part of the boot sector that all FATs share. */
export const FatBpb = struct('FatBpb', 36, SPEC, {
  jump: bytes(0x00, 3),
  oemName: ascii(0x03, 8),
  bytesPerSector: u16le(0x0b, { unit: 'bytes', min: 512, max: 4096 }),
  sectorsPerCluster: u8(0x0d, { min: 1 }),
  reservedSectors: u16le(0x0e, { unit: 'sectors', min: 1 }),
  fatCount: u8(0x10, { min: 1, max: 4 }),
  /** 0 on FAT32, whose root directory is a chain of clusters. */
  rootEntries: u16le(0x11),
  totalSectors16: u16le(0x13, { unit: 'sectors' }),
  media: u8(0x15, { min: 0xf0 }),
  /** 0 on FAT32. */
  fatSectors16: u16le(0x16, { unit: 'sectors' }),
  sectorsPerTrack: u16le(0x18),
  heads: u16le(0x1a),
  /** Sectors before this volume on its disk. */
  hiddenSectors: u32le(0x1c, { unit: 'sectors' }),
  totalSectors32: u32le(0x20, { unit: 'sectors' }),
});

/** What follows the shared part on FAT12 and FAT16. */
export const Fat16Ebpb = struct('Fat16Ebpb', 26, SPEC, {
  driveNumber: u8(0x00),
  /** Bit 0: mounted for writing, or not unmounted since. */
  state: u8(0x01),
  /** 0x29: the three fields after it are there. */
  bootSignature: u8(0x02),
  volumeId: u32le(0x03),
  label: ascii(0x07, 11),
  fileSystemType: ascii(0x12, 8),
});

/** What follows the shared part on FAT32. */
export const Fat32Ebpb = struct('Fat32Ebpb', 54, SPEC, {
  fatSectors: u32le(0x00, { unit: 'sectors' }),
  /** Bit 7: only one FAT is kept up to date, the one whose number the low four bits have. */
  flags: u16le(0x04),
  version: u16le(0x06),
  rootCluster: u32le(0x08, { unit: 'clusters' }),
  fsInfoSector: u16le(0x0c, { unit: 'sectors' }),
  backupBootSector: u16le(0x0e, { unit: 'sectors' }),
  reserved: reserved(0x10, 12),
  driveNumber: u8(0x1c),
  /** As in {@link Fat16Ebpb}. */
  state: u8(0x1d),
  bootSignature: u8(0x1e),
  volumeId: u32le(0x1f),
  label: ascii(0x23, 11),
  fileSystemType: ascii(0x2e, 8),
});

/** `state`: Linux and fsck.fat keep it; Windows NT has it as well. */
export const FAT_STATE_DIRTY = 0x01;

export const FAT32_ONE_FAT = 0x80;
export const FAT32_ACTIVE_FAT = 0x0f;

export const FatFsInfo = struct('FatFsInfo', 512, 'fatgen103, section 5 "FAT32 FSInfo Sector Structure"', {
  leadSignature: u32le(0x000),
  reserved: reserved(0x004, 480),
  structSignature: u32le(0x1e4),
  /** 0xFFFFFFFF: not known. */
  freeClusters: u32le(0x1e8, { unit: 'clusters' }),
  nextFree: u32le(0x1ec, { unit: 'clusters' }),
  reserved1: reserved(0x1f0, 12),
  trailSignature: u32le(0x1fc),
});

export const FSINFO_LEAD = 0x41615252;
export const FSINFO_STRUCT = 0x61417272;
export const FSINFO_TRAIL = 0xaa550000;

export const FatDirEntry = struct('FatDirEntry', 32, 'fatgen103, section 6 "FAT Directory Structure"', {
  name: ascii(0x00, 11),
  attributes: u8(0x0b),
  reserved: reserved(0x0c, 8),
  clusterHigh: u16le(0x14),
  writeTime: u16le(0x16),
  writeDate: u16le(0x18),
  clusterLow: u16le(0x1a),
  size: u32le(0x1c, { unit: 'bytes' }),
});

/** One piece of a long name: thirteen UTF-16 units in three places. The pieces stand before the entry that they name, the last one first. */
export const FatLongEntry = struct('FatLongEntry', 32, 'fatgen103, section 7 "Long File Name Implementation"', {
  /** From 1; bit 6 marks the last piece. */
  order: u8(0x00),
  name1: bytes(0x01, 10),
  attributes: u8(0x0b),
  type: u8(0x0c),
  /** Of the short name. */
  checksum: u8(0x0d),
  name2: bytes(0x0e, 12),
  /** Always 0. */
  cluster: u16le(0x1a),
  name3: bytes(0x1c, 4),
});

export const ATTR_VOLUME_LABEL = 0x08;
export const ATTR_DIRECTORY = 0x10;
/** All four low attributes together mark a piece of a long name. */
export const ATTR_LONG_NAME = 0x0f;

/** What a file may have: read-only, hidden, system, archive. */
export const ATTR_OF_FILE = 0x27;
export const ATTR_ARCHIVE = 0x20;

export const FAT_BOOT_SIGNATURE = 0xaa55;
/** Fewer clusters than this make a FAT12, fewer than the next a FAT16: the count alone decides (fatgen103, section 3.5). */
export const FAT16_MIN_CLUSTERS = 4085;
export const FAT32_MIN_CLUSTERS = 65_525;
/** The numbers from 0x0FFFFFF7 on have meanings of their own. */
export const FAT32_MAX_CLUSTERS = 0x0ffffff5;

import { ascii, bytes, reserved, struct, u16le, u32le, u64le, u8, utf16le } from '../../struct/index.ts';

const SPEC = 'Microsoft exFAT file system specification';

export const ExfatBootSector = struct('ExfatBootSector', 512, `${SPEC}, 3.1`, {
  jump: bytes(0x000, 3),
  fileSystemName: ascii(0x003, 8),
  /** Where a FAT has its BPB: zeros, so that nobody takes this for one. */
  mustBeZero: bytes(0x00b, 53),
  /** Sectors before this volume on its disk; 0: not told. */
  partitionOffset: u64le(0x040, { unit: 'sectors' }),
  volumeLength: u64le(0x048, { unit: 'sectors' }),
  fatOffset: u32le(0x050, { unit: 'sectors' }),
  fatLength: u32le(0x054, { unit: 'sectors' }),
  clusterHeapOffset: u32le(0x058, { unit: 'sectors' }),
  clusterCount: u32le(0x05c, { unit: 'clusters', min: 1, max: 0xfffffff5 }),
  rootCluster: u32le(0x060, { unit: 'clusters', min: 2 }),
  volumeSerial: u32le(0x064),
  revision: u16le(0x068),
  flags: u16le(0x06a),
  bytesPerSectorShift: u8(0x06c, { min: 9, max: 12 }),
  sectorsPerClusterShift: u8(0x06d, { max: 16 }),
  numberOfFats: u8(0x06e, { min: 1, max: 2 }),
  driveSelect: u8(0x06f),
  /** 0xFF: not known. */
  percentInUse: u8(0x070),
  reserved: reserved(0x071, 7),
  bootCode: bytes(0x078, 390),
  bootSignature: u16le(0x1fe),
});

/** Of `flags` (3.1.13). Of a single FAT the first flag is 0. */
export const EXFAT_FLAG = { secondFat: 0x1, dirty: 0x2 } as const;
/** Main boot region and backup boot region have as many each (3). */
export const EXFAT_BOOT_REGION_SECTORS = 12;

export const EXFAT_NAME = 'EXFAT   ';
export const EXFAT_BOOT_SIGNATURE = 0xaa55;
/** Ends each of the eight sectors after the boot sector (3.2). */
export const EXFAT_EXTENDED_SIGNATURE = 0xaa550000;

/** Volume label directory entry. */
export const ExfatLabelEntry = struct('ExfatLabelEntry', 32, `${SPEC}, 7.3`, {
  type: u8(0x00),
  characters: u8(0x01, { max: 11 }),
  label: utf16le(0x02, 22),
  reserved: reserved(0x18, 8),
});

export const ExfatBitmapEntry = struct('ExfatBitmapEntry', 32, `${SPEC}, 7.1`, {
  type: u8(0x00),
  /** Bit 0: the second bitmap. */
  flags: u8(0x01),
  reserved: reserved(0x02, 18),
  firstCluster: u32le(0x14, { unit: 'clusters' }),
  length: u64le(0x18, { unit: 'bytes' }),
});

export const ExfatUpcaseEntry = struct('ExfatUpcaseEntry', 32, `${SPEC}, 7.2`, {
  type: u8(0x00),
  reserved: reserved(0x01, 3),
  checksum: u32le(0x04),
  reserved1: reserved(0x08, 12),
  firstCluster: u32le(0x14, { unit: 'clusters' }),
  length: u64le(0x18, { unit: 'bytes' }),
});

export const EXFAT_ENTRY = { end: 0x00, bitmap: 0x81, upcase: 0x82, label: 0x83 } as const;

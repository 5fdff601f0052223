import { bytes, struct, u16le, u32le, u8 } from '../../struct/index.ts';

const SPEC = 'UEFI specification 2.10, 5.2.1 "Legacy Master Boot Record"';

/** One of the four partition entries. */
export const MbrEntry = struct('MbrEntry', 16, SPEC, {
  /** 0x80 for the active partition, else 0. Every other value means that this is no partition table. */
  status: u8(0x00),
  /** Cylinder, head and sector of the first sector; only for BIOSes of long ago. */
  chsFirst: bytes(0x01, 3),
  type: u8(0x04),
  chsLast: bytes(0x05, 3),
  firstLba: u32le(0x08, { unit: 'sectors' }),
  sectors: u32le(0x0c, { unit: 'sectors' }),
});

/** Sector 0, whatever the sector size; an extended boot record has the same shape. */
export const MbrSector = struct('MbrSector', 512, SPEC, {
  bootCode: bytes(0x000, 440),
  /** What Windows knows the disk by. */
  diskSignature: u32le(0x1b8),
  /** 0x5A5A: write protected; else 0. */
  copyProtection: u16le(0x1bc),
  entries: bytes(0x1be, 64),
  signature: u16le(0x1fe),
});

export const MBR_SIGNATURE = 0xaa55;

export const MBR_TYPE = {
  empty: 0x00,
  ntfsOrExfat: 0x07,
  fat32Lba: 0x0c,
  efiSystem: 0xef,
  gptProtective: 0xee,
} as const;

/** The three types whose partition holds a chain of logical ones: CHS, LBA, Linux. */
export const isExtendedType = (type: number): boolean => type === 0x05 || type === 0x0f || type === 0x85;

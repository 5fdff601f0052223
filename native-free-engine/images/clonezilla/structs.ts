import { ascii, bytes, struct, u32le, u64le, u8 } from '../../struct/index.ts';

export const CLONEZILLA_FORMAT = 'Clonezilla';

/** One entry of a partition table of four, in a master or an extended boot record. */
export const TableEntry = struct('TableEntry', 16, 'Microsoft, MBR partition table entry', {
  active: u8(0),
  firstChs: bytes(1, 3),
  type: u8(4),
  lastChs: bytes(5, 3),
  firstSector: u32le(8, { unit: 'sectors' }),
  sectors: u32le(12, { unit: 'sectors' }),
});
export const TABLE_OFFSET = 446;
export const BOOT_RECORD_BYTES = 512;
export const EXTENDED_TYPES: readonly number[] = [0x05, 0x0f, 0x85];

/** What has to be known of a GPT header to put it back in its place. */
export const GptPlace = struct('GptPlace', 92, 'UEFI 2.10, 5.3.2', {
  signature: ascii(0, 8),
  headerSize: u32le(12, { unit: 'bytes', min: 92, max: 512 }),
  headerCrc: u32le(16),
  myLba: u64le(24, { unit: 'sectors' }),
  alternateLba: u64le(32, { unit: 'sectors' }),
  entriesLba: u64le(72, { unit: 'sectors' }),
  entryCount: u32le(80, { min: 1, max: 4096 }),
  entrySize: u32le(84, { unit: 'bytes', min: 128, max: 1024 }),
  entriesCrc: u32le(88),
});

export const GptEntryPlace = struct('GptEntryPlace', 128, 'UEFI 2.10, 5.3.3', {
  typeGuid: bytes(0, 16),
  firstLba: u64le(32, { unit: 'sectors' }),
  lastLba: u64le(40, { unit: 'sectors' }),
});

/** The page that makes a partition swap space. */
export const SwapPage = struct('SwapPage', 4096, 'Linux include/linux/swap.h, union swap_header, 4 KiB pages', {
  version: u32le(1024),
  lastPage: u32le(1028, { unit: 'pages' }),
  uuid: bytes(1036, 16),
  label: bytes(1052, 16),
  magic: ascii(4086, 10),
});

import { ascii, guid, reserved, struct, u32le, u64le, utf16le } from '../../struct/index.ts';

/** At LBA 1, and once more in the disk's last sector. */
export const GptHeader = struct('GptHeader', 92, 'UEFI specification 2.10, 5.3.2 "GPT Header", table 5.5', {
  signature: ascii(0x00, 8),
  revision: u32le(0x08),
  headerSize: u32le(0x0c, { unit: 'bytes', min: 92, max: 4096 }),
  /** Of the first `headerSize` bytes, with this field zero. */
  headerCrc: u32le(0x10),
  reserved: reserved(0x14, 4),
  myLba: u64le(0x18, { unit: 'sectors' }),
  alternateLba: u64le(0x20, { unit: 'sectors' }),
  firstUsableLba: u64le(0x28, { unit: 'sectors' }),
  /** Inclusive. */
  lastUsableLba: u64le(0x30, { unit: 'sectors' }),
  diskGuid: guid(0x38),
  entriesLba: u64le(0x48, { unit: 'sectors' }),
  entryCount: u32le(0x50, { min: 1 }),
  entrySize: u32le(0x54, { unit: 'bytes', min: 128 }),
  entriesCrc: u32le(0x58),
});

export const GptEntry = struct('GptEntry', 128, 'UEFI specification 2.10, 5.3.3 "GPT Partition Entry Array", table 5.6', {
  /** All zeros: the entry is not used. */
  type: guid(0x00),
  id: guid(0x10),
  firstLba: u64le(0x20, { unit: 'sectors' }),
  /** Inclusive. */
  lastLba: u64le(0x28, { unit: 'sectors' }),
  /** Bit 0 required, 1 hidden from the firmware, 2 legacy bootable, 48 and up belong to the type. */
  attributes: u64le(0x30),
  name: utf16le(0x38, 72),
});

export const GPT_SIGNATURE = 'EFI PART';
export const GPT_REVISION = 0x00010000;

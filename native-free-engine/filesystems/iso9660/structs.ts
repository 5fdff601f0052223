import { ascii, bytes, struct, u16both, u16le, u32be, u32both, u32le, u8 } from '../../struct/index.ts';

const SPEC = 'ECMA-119';

export const ISO_SECTOR = 2048;
/** The first volume descriptor lies in sector 16; what comes before belongs to the system: boot code, an MBR, a GPT. */
export const ISO_DESCRIPTORS_OFFSET = 16 * ISO_SECTOR;

export const IsoVolumeDescriptor = struct('IsoVolumeDescriptor', 2048, `${SPEC}, 8.4 and 8.5`, {
  type: u8(0x000),
  identifier: ascii(0x001, 5),
  version: u8(0x006),
  systemId: ascii(0x008, 32),
  label: bytes(0x028, 32),
  sectors: u32both(0x050, { unit: 'logical blocks' }),
  /** Which characters a supplementary descriptor uses: `%/@`, `%/C`, `%/E` are Joliet. */
  escapeSequences: ascii(0x058, 32),
  volumeSetSize: u16both(0x078),
  volumeSequence: u16both(0x07c),
  blockSize: u16both(0x080, { unit: 'bytes' }),
  pathTableSize: u32both(0x084, { unit: 'bytes' }),
  /** Where the path tables lie: little endian, and big. */
  pathTableL: u32le(0x08c, { unit: 'logical blocks' }),
  pathTableM: u32be(0x094, { unit: 'logical blocks' }),
  rootRecord: bytes(0x09c, 34),
  volumeSet: ascii(0x0be, 128),
  publisher: ascii(0x13e, 128),
  preparer: ascii(0x1be, 128),
  application: ascii(0x23e, 128),
  /** Names of a copyright notice, an abstract and a bibliography: 37 bytes each. */
  notices: ascii(0x2be, 111),
  /** `YYYYMMDDhhmmsscc` and an offset from UTC. */
  created: ascii(0x32d, 17),
  modified: ascii(0x33e, 17),
  expires: ascii(0x34f, 17),
  effective: ascii(0x360, 17),
  structureVersion: u8(0x371),
});

export const IsoBootRecord = struct('IsoBootRecord', 75, `${SPEC}, 8.2; El Torito 1.0, figure 7`, {
  type: u8(0x00),
  identifier: ascii(0x01, 5),
  version: u8(0x06),
  bootSystem: ascii(0x07, 32),
  catalogue: u32le(0x47, { unit: 'sectors of 2048' }),
});

export const IsoDirectoryRecord = struct('IsoDirectoryRecord', 33, `${SPEC}, 9.1`, {
  length: u8(0x00, { unit: 'bytes' }),
  /** Blocks at the start of the extent that are not the file's. */
  attributeBlocks: u8(0x01, { unit: 'logical blocks' }),
  extent: u32both(0x02, { unit: 'logical blocks' }),
  size: u32both(0x0a, { unit: 'bytes' }),
  /** Years since 1900, month, day, hour, minute, second, quarters of an hour from UTC. */
  recorded: bytes(0x12, 7),
  flags: u8(0x19),
  /** Both zero unless the file is interleaved with others. */
  unitSize: u8(0x1a),
  gapSize: u8(0x1b),
  volumeSequence: u16both(0x1c),
  nameLength: u8(0x20),
});

/** Bytes of an entry in a system use area, which tells its length in one (IEEE P1281, 4.1). */
export const SUSP_ENTRY_MAX = 255;

export const ISO_FLAG = { hidden: 0x01, directory: 0x02, associated: 0x04, moreExtents: 0x80 } as const;
export const ISO_DESCRIPTOR = { boot: 0, primary: 1, supplementary: 2, terminator: 255 } as const;
export const EL_TORITO = 'EL TORITO SPECIFICATION';

/** The first entry of a boot catalogue; its sixteen words add up to zero. */
export const BootValidation = struct('BootValidation', 32, 'El Torito 1.0, figure 2', {
  header: u8(0x00),
  platform: u8(0x01),
  name: ascii(0x04, 24),
  checksum: u16le(0x1c),
  signature: u16le(0x1e),
});

/** The default entry and those of sections. */
export const BootEntry = struct('BootEntry', 32, 'El Torito 1.0, figures 3 and 5', {
  /** 0x88: bootable; 0: not. */
  indicator: u8(0x00),
  /** Low four bits: 0 no emulation, 1 to 3 a floppy, 4 a hard disk; bit 5: another entry follows. */
  media: u8(0x01),
  loadSegment: u16le(0x02),
  systemType: u8(0x04),
  sectors: u16le(0x06, { unit: 'sectors of 512' }),
  start: u32le(0x08, { unit: 'sectors of 2048' }),
});

export const BootSection = struct('BootSection', 32, 'El Torito 1.0, figure 4', {
  /** 0x90: more sections follow; 0x91: the last. */
  header: u8(0x00),
  platform: u8(0x01),
  entries: u16le(0x02),
  name: ascii(0x04, 28),
});

export const BOOT_SIGNATURE = 0xaa55;
export const BOOTABLE = 0x88;
export const BOOT_PLATFORM = { bios: 0x00, efi: 0xef } as const;

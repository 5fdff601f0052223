import { ascii, bytes, struct, u32le, u8 } from '../../struct/index.ts';

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
  /** Both-endian; this is the little half. */
  sectors: u32le(0x050, { unit: 'sectors of 2048' }),
  /** Which characters a supplementary descriptor uses: `%/@`, `%/C`, `%/E` are Joliet. */
  escapeSequences: ascii(0x058, 32),
  rootRecord: bytes(0x09c, 34),
  volumeSet: ascii(0x0be, 128),
  publisher: ascii(0x13e, 128),
  preparer: ascii(0x1be, 128),
  application: ascii(0x23e, 128),
  /** `YYYYMMDDhhmmsscc` and an offset from UTC. */
  created: ascii(0x32d, 17),
  modified: ascii(0x33e, 17),
});

export const IsoBootRecord = struct('IsoBootRecord', 71, `${SPEC}, 8.2; El Torito 1.0, figure 7`, {
  type: u8(0x00),
  identifier: ascii(0x01, 5),
  version: u8(0x06),
  bootSystem: ascii(0x07, 32),
});

export const IsoDirectoryRecord = struct('IsoDirectoryRecord', 33, `${SPEC}, 9.1`, {
  length: u8(0x00, { unit: 'bytes' }),
  extent: u32le(0x02, { unit: 'sectors of 2048' }),
  size: u32le(0x0a, { unit: 'bytes' }),
  /** Bit 1: a directory. */
  flags: u8(0x19),
  nameLength: u8(0x20),
});

export const ISO_DESCRIPTOR = { boot: 0, primary: 1, supplementary: 2, terminator: 255 } as const;
export const EL_TORITO = 'EL TORITO SPECIFICATION';

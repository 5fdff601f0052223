import { ascii, bytes, struct, u16le, u32le, u64le } from '../../struct/index.ts';

// Microsoft publishes no specification; the layout is that of libbde's "BitLocker Drive Encryption (BDE) format
// specification" and of cryptsetup's lib/bitlk, which agree.
const SPEC = 'libbde, BDE format specification';

/** The boot sector of Windows 7 and later. */
export const BitlockerHeader = struct('BitlockerHeader', 512, `${SPEC}, "Volume header"`, {
  signature: ascii(0x003, 8),
  identifier: bytes(0x0a0, 16),
  metadata1: u64le(0x0b0, { unit: 'bytes' }),
  metadata2: u64le(0x0b8, { unit: 'bytes' }),
  metadata3: u64le(0x0c0, { unit: 'bytes' }),
});

/** The block's header and, from byte 0x40, that of the metadata proper. Entries follow. */
export const BitlockerMetadata = struct('BitlockerMetadata', 0x70, `${SPEC}, "FVE metadata block header", "FVE metadata header"`, {
  signature: ascii(0x00, 8),
  version: u16le(0x0a),
  state: u16le(0x0c),
  nextState: u16le(0x0e),
  /** How much of the volume is encrypted. */
  encryptedSize: u64le(0x10, { unit: 'bytes' }),
  metadataSize: u32le(0x40, { unit: 'bytes', min: 0x30 }),
  metadataHeaderSize: u32le(0x48, { unit: 'bytes', min: 0x30, max: 0x1000 }),
});

export const BitlockerEntry = struct('BitlockerEntry', 8, `${SPEC}, "FVE metadata entry"`, {
  size: u16le(0x00, { unit: 'bytes' }),
  type: u16le(0x02),
  valueType: u16le(0x04),
});

/** A volume master key: what protects it. */
export const BitlockerKey = struct('BitlockerKey', 0x1c, `${SPEC}, "FVE Volume Master Key (VMK)"`, {
  identifier: bytes(0x00, 16),
  protection: u16le(0x1a),
});

export const BITLOCKER = {
  signature: '-FVE-FS-',
  blockHeader: 0x40,
  /** States, as the driver counts them. */
  decrypted: 1,
  encrypted: 4,
  paused: 5,
  /** In `BitlockerEntry.type`. */
  keyEntry: 2,
  /** In `BitlockerKey.protection`. */
  clearKey: 0,
} as const;

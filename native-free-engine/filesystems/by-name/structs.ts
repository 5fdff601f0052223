import { ascii, bytes, struct, u16be, u32be, u32le, u64be, u64le } from '../../struct/index.ts';

/** LUKS 1 and 2 agree on these. */
export const LuksHeader = struct('LuksHeader', 208, 'LUKS2 On-Disk Format Specification 1.1.2, 2.1 "Binary Header"', {
  magic: bytes(0x00, 6),
  version: u16be(0x06, { min: 1, max: 2 }),
  /** Version 2 only; version 1 has the cipher's name here. */
  label: bytes(0x18, 48),
  uuid: bytes(0xa8, 40),
});

export const LvmLabel = struct('LvmLabel', 64, 'LVM2 lib/label/label.h, struct label_header, and pv_header after it', {
  id: ascii(0x00, 8),
  sector: u64le(0x08, { unit: 'sectors of 512' }),
  type: ascii(0x18, 8),
  physicalVolumeId: ascii(0x20, 32),
});

/** Version 1.0, 1.1 and 1.2 differ only in where it lies. */
export const RaidSuperblock1 = struct('RaidSuperblock1', 256, 'Linux include/uapi/linux/raid/md_p.h, struct mdp_superblock_1', {
  magic: u32le(0x00),
  majorVersion: u32le(0x04),
  setUuid: bytes(0x10, 16),
  setName: bytes(0x20, 32),
});

/** Version 0.90, in the byte order of the machine that made it; nearly always little endian. */
export const RaidSuperblock0 = struct('RaidSuperblock0', 68, 'Linux include/uapi/linux/raid/md_p.h, struct mdp_superblock_s', {
  magic: u32le(0x00),
  majorVersion: u32le(0x04),
  minorVersion: u32le(0x08),
  uuid0: u32le(0x14),
  uuid1: u32le(0x34),
  uuid2: u32le(0x38),
  uuid3: u32le(0x3c),
});

export const RAID_MAGIC = 0xa92b4efc;

/** In the second to last sector of each disk of an Intel RST array; the version follows the signature. */
export const IMSM_SIGNATURE = 'Intel Raid ISM Cfg Sig. ';

/** As anchor in the last sector of each disk of the array, and as primary header in front of what it describes. Big endian. */
export const DdfHeader = struct('DdfHeader', 128, 'SNIA Common RAID Disk Data Format 2.0, 4.1 "DDF Header"', {
  signature: u32be(0x00),
  guid: bytes(0x08, 24),
  primaryLba: u64be(0x60, { unit: 'sectors' }),
});

export const DDF_MAGIC = 0xde11de11;

export const ApfsContainer = struct('ApfsContainer', 88, 'Apple File System Reference, "nx_superblock_t"', {
  magic: ascii(0x20, 4),
  blockSize: u32le(0x24, { unit: 'bytes' }),
  uuid: bytes(0x48, 16),
});

/** At byte 1024, big endian. */
export const HfsPlusHeader = struct('HfsPlusHeader', 112, 'Apple Technical Note TN1150, "Volume Header"', {
  signature: ascii(0x00, 2),
  blockSize: u32be(0x28, { unit: 'bytes' }),
  totalBlocks: u32be(0x2c, { unit: 'blocks' }),
  freeBlocks: u32be(0x30, { unit: 'blocks' }),
});

export const SquashfsSuperblock = struct('SquashfsSuperblock', 96, 'Linux fs/squashfs/squashfs_fs.h, struct squashfs_super_block', {
  magic: ascii(0x00, 4),
  bytesUsed: u64le(0x28, { unit: 'bytes' }),
});

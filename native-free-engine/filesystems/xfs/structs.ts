import { ascii, bytes, struct, u32be, u64be } from '../../struct/index.ts';

/** At byte 0, big endian as everything in XFS. */
export const XfsSuperblock = struct('XfsSuperblock', 208, 'XFS Algorithms & Data Structures, 4 "Superblocks"', {
  magic: ascii(0x00, 4),
  blockSize: u32be(0x04, { unit: 'bytes', min: 512, max: 65536 }),
  dataBlocks: u64be(0x08, { unit: 'blocks' }),
  uuid: bytes(0x20, 16),
  label: bytes(0x6c, 12),
  freeDataBlocks: u64be(0x90, { unit: 'blocks' }),
});

import { ascii, reserved, struct, u32le, u64le } from '../../struct/index.ts';

/** The head of the file of hashes beside an image. */
export const SumsHeader = struct('SumsHeader', 64, 'docs/formats/image.md, "The file of hashes"', {
  magic: ascii(0x00, 8),
  version: u32le(0x08, { min: 1, max: 1 }),
  clusterSize: u32le(0x0c, { unit: 'bytes', min: 512 }),
  virtualSize: u64le(0x10, { unit: 'bytes' }),
  extentCount: u64le(0x18),
  clusterCount: u64le(0x20),
  reserved: reserved(0x28, 24),
});

/** One used extent of the disk. */
export const SumsExtent = struct('SumsExtent', 16, 'docs/formats/image.md, "The file of hashes"', {
  offset: u64le(0x00, { unit: 'bytes' }),
  length: u64le(0x08, { unit: 'bytes' }),
});

export const SUMS_MAGIC = 'WBKSUMS1';
export const SUM_BYTES = 32;

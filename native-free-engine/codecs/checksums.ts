import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

export type ChecksumAlgorithm = 'sha256' | 'sha1' | 'md5';

/** CRC-32 (IEEE 802.3) of `data`, continued from `previous`. */
export function crc32(data: Uint8Array, previous = 0): number {
  return zlibCrc32(data, previous);
}

/** A running checksum. */
export interface Hasher {
  update(data: Uint8Array): void;
  /** Lower-case hexadecimal; ends the hasher. */
  hex(): string;
}

export function createHasher(algorithm: ChecksumAlgorithm): Hasher {
  const hash = createHash(algorithm);
  return {
    update: (data) => void hash.update(data),
    hex: () => hash.digest('hex'),
  };
}

import { promisify } from 'node:util';
import { deflate, inflateRawSync, inflateSync } from 'node:zlib';

/** Short blocks of deflate data, each on its own, as disk images hold them. */

const deflateAsync = promisify(deflate);

/** Fast: what a virtual machine's disk is packed with is unpacked again on import. */
const LEVEL = 3;

/** Packs `data` with zlib's wrapping (RFC 1950), on libuv's pool. */
export function packZlib(data: Uint8Array): Promise<Uint8Array> {
  // Room for the worst case at once: growing costs more than packing.
  return deflateAsync(data, { level: LEVEL, chunkSize: data.length + (data.length >> 9) + 128 });
}

/**
 * Unpacks deflate data in the caller's own thread; what follows the data is ignored.
 * @param wrapping `raw`: none (RFC 1951); `zlib`: RFC 1950, with its checksum
 * @param output exactly as long as the contents
 * @returns false when the data is damaged, cut short, or does not hold exactly as much
 */
export function unpackDeflate(wrapping: 'raw' | 'zlib', input: Uint8Array, output: Uint8Array): boolean {
  try {
    const unpack = wrapping === 'raw' ? inflateRawSync : inflateSync;
    const plain = unpack(input, { maxOutputLength: output.length, chunkSize: Math.max(64, output.length) });
    if (plain.length !== output.length) return false;
    output.set(plain);
    return true;
  } catch {
    return false;
  }
}

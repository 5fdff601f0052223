import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';

const compress = promisify(zstdCompress);

/**
 * Compresses `block` as a Zstandard frame (RFC 8878) of its own, with its size
 * and a checksum, on libuv's pool: call it for several blocks at once to use
 * several cores. Frames one after the other make a file that any tool unpacks;
 * 4 to 8 MiB a frame cost little compression and let it be unpacked on all
 * cores. The block must not change until this resolves.
 */
export function compressFrame(block: Uint8Array, level = 3): Promise<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  // The bound of ZSTD_compressBound: one output buffer always suffices.
  const chunkSize = block.length + (block.length >> 8) + 1024;
  // Without the pledge the frame would not say its size, and could only be unpacked as a stream.
  return compress(block, { params, chunkSize, pledgedSrcSize: block.length });
}

import { corrupt } from './faults.ts';
import type { ChunkCompressor, ChunkDecompressor, WimCompression } from './wim-chunk-types.ts';
import { LzxCompressor } from './lzx/compress.ts';
import { LzxDecompressor } from './lzx/decompress.ts';
import { LzmsDecompressor } from './lzms/decompress.ts';
import { XpressCompressor } from './xpress/compress.ts';
import { XpressDecompressor } from './xpress/decompress.ts';

export type { ChunkCompressor, ChunkDecompressor, WimCompression } from './wim-chunk-types.ts';

/** A chunk as large as what it holds is stored as it is, whatever the compression of the file. */
class ChunkReader implements ChunkDecompressor {
  readonly #format: string;
  readonly #packed: ChunkDecompressor | null;

  constructor(format: string, packed: ChunkDecompressor | null) {
    this.#format = format;
    this.#packed = packed;
  }

  decompress(input: Uint8Array, output: Uint8Array): void {
    if (input.length === output.length) output.set(input);
    else if (input.length > output.length || !this.#packed) throw corrupt(this.#format);
    else this.#packed.decompress(input, output);
  }
}

/**
 * @param chunkSize of the resource in bytes, a power of two; for LZX it sets the window
 * @param memory of a {@link LzmsPlace}, for LZMS: what lies there is unpacked where it lies
 * @throws EngineError `image-format-unsupported` for a chunk size that the compression does not have
 */
export function createChunkDecompressor(compression: WimCompression, chunkSize: number, memory?: WebAssembly.Memory): ChunkDecompressor {
  if (compression === 'none') return new ChunkReader('WIM', null);
  if (compression === 'xpress') return new ChunkReader(compression, new XpressDecompressor());
  if (compression === 'lzx') return new ChunkReader(compression, new LzxDecompressor(chunkSize));
  return new ChunkReader(compression, new LzmsDecompressor(chunkSize, memory));
}

/**
 * @param chunkSize in bytes
 * @throws EngineError `image-format-unsupported` for a chunk size that the compression does not have
 */
export function createChunkCompressor(compression: 'xpress' | 'lzx', chunkSize: number): ChunkCompressor {
  return compression === 'xpress' ? new XpressCompressor(chunkSize) : new LzxCompressor(chunkSize);
}

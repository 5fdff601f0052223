/** How the resources of a WIM file are packed, chunk by chunk. */
export type WimCompression = 'none' | 'xpress' | 'lzx' | 'lzms';

/** Unpacks one chunk after another; its tables and windows are kept between the calls. */
export interface ChunkDecompressor {
  /**
   * Unpacks the chunk `input` and fills `output` exactly: its length says how much the chunk holds.
   * Never reads or writes outside the two, and ends whatever the input holds.
   * @throws EngineError `image-corrupt` with the compression as `format`; `output` then holds anything
   */
  decompress(input: Uint8Array, output: Uint8Array): void;
}

/** Packs one chunk after another; its tables are kept between the calls. */
export interface ChunkCompressor {
  /**
   * @param input at most the chunk size it was made for, in bytes
   * @returns the packed chunk, or null when it would not be smaller: then the chunk is stored as it is
   */
  compress(input: Uint8Array): Uint8Array | null;
}

/**
 * Writes a disk into an image file of some format. What is not written reads as zeros.
 *
 * Chunks come in ascending order and do not overlap; each starts at a multiple of {@link CHUNK_ALIGNMENT}
 * and is a multiple of it long, except the one that reaches the end of the disk.
 */
export interface ImageWriter {
  /** @param offset of the disk, bytes */
  writeAt(offset: number, data: Uint8Array): Promise<void>;
  /** Writes what the format puts at the end. The caller flushes and closes the file. */
  finish(): Promise<void>;
}

/** Bytes. */
export const CHUNK_ALIGNMENT = 65_536;

/**
 * Where an {@link ImageWriter} puts its bytes: a file that grows as far as it is written;
 * places that were skipped read as zeros. Errors are named by the sink.
 */
export interface GrowingSink {
  /** Writes the whole of `data` at byte `offset`. The buffer may be used again once this resolves. */
  writeAt(offset: number, data: Uint8Array): Promise<void>;
}

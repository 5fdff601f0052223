import { tmpdir } from 'node:os';
import { throwIfAborted } from '../base/abort.ts';
import { scratchFile } from './node-scratch-file.ts';
import type { BlockSource, ByteStream } from './types.ts';

const CHUNK_BYTES = 4 << 20;

export interface SpoolOptions {
  /** Where the temporary file goes; the system's own folder by default. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Copies a stream into a temporary file, to read it at any offset. The file is
 * gone when the source is closed, when this fails, and when the program dies.
 * @throws EngineError `destination-full` before the file system is full; whatever the stream throws
 */
export async function spool(stream: ByteStream, options: SpoolOptions = {}): Promise<BlockSource> {
  const file = await scratchFile(options.folder ?? tmpdir());
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      throwIfAborted(options.signal);
      const got = await stream.read(buffer);
      if (got === 0) return file;
      await file.writeAt(file.size, buffer.subarray(0, got));
      options.onProgress?.(file.size);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
}

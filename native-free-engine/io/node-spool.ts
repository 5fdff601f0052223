import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { EngineError, errnoOf } from '../base/errors.ts';
import type { BlockSource, ByteStream } from './types.ts';

const CHUNK_BYTES = 4 << 20;
/** Space that is left free for everybody else. */
const RESERVE_BYTES = 256 << 20;

export interface SpoolOptions {
  /** Where the temporary file goes; the system's own folder by default. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Copies a stream into a temporary file, to read it at any offset. The file is
 * gone when the source is closed, and when this fails.
 * @throws EngineError `destination-full` before the file system is full; whatever the stream throws
 */
export async function spool(stream: ByteStream, options: SpoolOptions = {}): Promise<BlockSource> {
  const folder = options.folder ?? tmpdir();
  const path = join(folder, `werkbank-${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(path, 'wx+', 0o600).catch((error: unknown) => {
    throw new EngineError('destination-unwritable', { path: folder, errno: errnoOf(error) }, { cause: error });
  });
  const remove = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
  };
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    let size = 0;
    for (;;) {
      throwIfAborted(options.signal);
      const got = await stream.read(buffer);
      if (got === 0) break;
      const space = await statfs(folder);
      if (space.bavail * space.bsize < got + RESERVE_BYTES) throw new EngineError('destination-full', { path: folder });
      for (let done = 0; done < got; ) done += (await file.write(buffer, done, got - done, size + done)).bytesWritten;
      size += got;
      options.onProgress?.(size);
    }
    return {
      size,
      sectorSize: 512,
      async readInto(offset, target) {
        for (let done = 0; done < target.length; ) {
          const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
          if (bytesRead === 0) throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${target.length}`, available: size });
          done += bytesRead;
        }
      },
      close: remove,
    };
  } catch (error) {
    await remove();
    throw errnoOf(error) === 'ENOSPC' ? new EngineError('destination-full', { path: folder }, { cause: error }) : error;
  }
}

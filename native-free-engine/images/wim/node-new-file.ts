import { lstat, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import { checkRange } from '../../io/bounds.ts';
import { destinationError } from '../../io/destination-error.ts';
import { openDirectFile, type DirectFile } from '../../io/node-direct-file.ts';
import { syncFolder } from '../../io/node-sync-folder.ts';
import type { BlockSource } from '../../io/types.ts';
import type { WimOutput } from './output.ts';

const COPY_BYTES = 4 << 20;

/**
 * Makes a file that has its name only when it is whole: until then it is called `PATH.partial`, and goes when making it fails.
 * @throws EngineError `destination-exists` unless `overwrite`, `destination-full`, `destination-unwritable`, and what `make` throws
 */
export async function makeFile<T>(path: string, overwrite: boolean, make: (output: WimOutput) => Promise<T>): Promise<T> {
  const made = await makeUnnamed(path, overwrite, make);
  try {
    await giveName(path);
  } catch (error) {
    await rm(unnamed(path), { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
  return made;
}

/** The first half of {@link makeFile}: all but the name, on stable storage. */
export async function makeUnnamed<T>(path: string, overwrite: boolean, make: (output: WimOutput) => Promise<T>): Promise<T> {
  const file = await create(path, unnamed(path), overwrite);
  try {
    const made = await make(new FileOutput(path, file));
    await file.handle.sync().catch(unwritable(path));
    await file.close();
    return made;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(unnamed(path), { force: true });
    throw error;
  }
}

export const unnamed = (path: string): string => `${path}.partial`;

/** The other half. The name lasts when the folder is put on stable storage too. */
export const giveName = (path: string): Promise<void> => rename(unnamed(path), path).catch(unwritable(path));

/** @throws EngineError `destination-exists` unless `overwrite` */
export async function checkFree(path: string, overwrite: boolean): Promise<void> {
  if (!overwrite && (await lstat(path).catch(() => null))) throw new EngineError('destination-exists', { path });
}

/** @param needed bytes @throws EngineError `destination-full`, before anything is written */
export async function checkRoom(path: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path)).catch(unwritable(path));
  if (bavail * bsize < needed) throw new EngineError('destination-full', { path, needed, available: bavail * bsize });
}

/**
 * Writes all of a source into a new file, past the page cache where that can be had: reading and writing go on side by side.
 * @param onBytes called with what was written since the last call
 * @param make {@link makeUnnamed} for one that gets its name later
 */
export async function writeWholeFile(path: string, source: BlockSource, { overwrite = false, signal, onBytes }: { overwrite?: boolean; signal?: AbortSignal | undefined; onBytes?: ((bytes: number) => void) | undefined } = {}, make: typeof makeFile = makeFile): Promise<void> {
  await checkRoom(path, source.size);
  await make(path, overwrite, async (output) => {
    const buffers = [alignedBuffer(COPY_BYTES), alignedBuffer(COPY_BYTES), alignedBuffer(COPY_BYTES)];
    const writing: Promise<void>[] = [];
    try {
      for (let at = 0, i = 0; at < source.size; at += COPY_BYTES, i = (i + 1) % buffers.length) {
        throwIfAborted(signal);
        await writing[i];
        const data = buffers[i]!.subarray(0, Math.min(COPY_BYTES, source.size - at));
        await source.readInto(at, data);
        const written = output.writeAt(at, data).then(() => onBytes?.(data.length));
        // Awaited when its buffer is needed again.
        written.catch(() => undefined);
        writing[i] = written;
      }
    } finally {
      await Promise.allSettled(writing);
    }
    await Promise.all(writing);
  });
}

class FileOutput implements WimOutput {
  readonly #path: string;
  readonly #file: DirectFile;

  constructor(path: string, file: DirectFile) {
    this.#path = path;
    this.#file = file;
  }

  async writeAt(offset: number, data: Uint8Array): Promise<void> {
    await this.#file.write(offset, data).catch(unwritable(this.#path));
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    const got = await this.#file.read(offset, buffer).catch(unwritable(this.#path));
    checkRange(this.#path, 0, buffer.length, got);
  }

  async flush(): Promise<void> {
    await this.#file.handle.sync().catch(unwritable(this.#path));
  }
}

async function create(path: string, partial: string, overwrite: boolean): Promise<DirectFile> {
  await checkFree(path, overwrite);
  // Never through a link that somebody put there.
  await rm(partial, { force: true }).catch(unwritable(path));
  const made = await open(partial, 'wx').catch(unwritable(path));
  await made.close();
  return openDirectFile(partial, { write: true, direct: true }).catch(unwritable(path));
}

export const unwritable = (path: string) => (error: unknown): never => {
  throw destinationError(path, error);
};

import { open, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buildSeekTable, compressFrame, destinationError, EngineError, giveToCaller, nonZeroRuns, ownImageWith, syncFolder, type ChunkTaker, type SeekEntry } from '../../native-free-engine/index.ts';

/** An image file in the making. It carries its own name only once it is whole. */
export interface Destination extends ChunkTaker {
  /** Bytes written to the file so far. */
  readonly stored: number;
  /** Everything on stable storage and under its final name. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/**
 * @param size bytes that a raw image will have
 * @throws EngineError `destination-full`, `destination-unwritable`, `destination-exists`
 */
export async function createDestination(path: string, format: 'raw' | 'zstd', size: number, overwrite: boolean): Promise<Destination> {
  const partial = `${path}.partial`;
  const named = nameErrors(path);
  // Made anew and never through a link: with administrator rights this would else write wherever a link leads.
  await rm(partial, { force: true });
  const file = await named(open(partial, 'wx', 0o644));
  await named(Promise.resolve(file.fd).then(giveToCaller));
  if (format === 'raw') {
    const { bavail, bsize } = await named(statfs(dirname(partial)));
    // Zeros take no room in a sparse file, but nobody knows yet how many there are: full disks are cheaper found now.
    if (bavail * bsize < size) return discardAnd(file, partial, new EngineError('destination-full', { path, needed: size, available: bavail * bsize }));
    await named(file.truncate(size));
  }
  return new ImageFile(path, partial, file, format, overwrite);
}

async function discardAnd(file: FileHandle, partial: string, error: EngineError): Promise<never> {
  await file.close();
  await rm(partial, { force: true });
  throw error;
}

const nameErrors =
  (path: string) =>
  async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw destinationError(path, error);
    }
  };

class ImageFile implements Destination {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  readonly #format: 'raw' | 'zstd';
  readonly #overwrite: boolean;
  readonly #named: <T>(work: Promise<T>) => Promise<T>;
  /** Frames are packed side by side and appended in order: each waits for the one before it. */
  #last: Promise<void> = Promise.resolve();
  readonly #frames: SeekEntry[] = [];
  stored = 0;

  constructor(path: string, partial: string, file: FileHandle, format: 'raw' | 'zstd', overwrite: boolean) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    this.#format = format;
    this.#overwrite = overwrite;
    this.#named = nameErrors(path);
  }

  take({ offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array }): Promise<void> {
    return this.#format === 'raw' ? this.#takeRaw(offset, bytes) : this.#takePacked(bytes);
  }

  async #takeRaw(offset: number, bytes: Uint8Array): Promise<void> {
    for (const run of nonZeroRuns(bytes)) {
      await this.#writeAll(bytes.subarray(run.offset, run.offset + run.length), offset + run.offset);
    }
  }

  async #takePacked(bytes: Uint8Array): Promise<void> {
    const frame = compressFrame(bytes);
    const before = this.#last;
    const mine = (async () => {
      await before;
      const packed = await frame;
      await this.#writeAll(packed, this.stored);
      this.#frames.push({ packed: packed.length, unpacked: bytes.length });
    })();
    this.#last = mine;
    frame.catch(() => undefined);
    await mine;
  }

  async #writeAll(data: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const { bytesWritten } = await this.#named(this.#file.write(data, done, data.length - done, position + done));
      done += bytesWritten;
    }
    this.stored += data.length;
  }

  async commit(): Promise<void> {
    // Lets a reader find any place in the image, and its size, without unpacking all of it; other tools skip it.
    if (this.#format === 'zstd') await this.#writeAll(buildSeekTable(this.#frames), this.stored);
    await this.#named(this.#file.sync());
    await this.#file.close();
    if (!this.#overwrite) await this.#refuseExisting();
    const image = await ownImageWith(this.#path);
    if (image !== null) throw new EngineError('destination-own-image', { path: this.#path, image });
    await this.#named(rename(this.#partial, this.#path));
    await syncFolder(dirname(this.#path));
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#partial, { force: true });
  }

  /** Somebody may have put a file there while the disk was being read. */
  async #refuseExisting(): Promise<void> {
    const existing = await open(this.#path, 'r').catch(() => null);
    if (!existing) return;
    await existing.close();
    throw new EngineError('destination-exists', { path: this.#path });
  }
}

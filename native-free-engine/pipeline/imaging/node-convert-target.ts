import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EngineError, errnoOf } from '../../base/errors.ts';
import type { GrowingSink } from '../../images/image-writer.ts';
import { partialPath } from '../../images/manifest/file-names.ts';
import { destinationError } from '../../io/destination-error.ts';
import { giveToCaller } from '../../io/node-caller.ts';
import { syncFolder } from '../../io/node-sync-folder.ts';
import { ownImageWith } from './node-own-files.ts';

/** An image file of another format in the making. It carries its own name only once it is whole. */
export interface ConvertTarget extends GrowingSink {
  /** The file's own name. */
  readonly name: string;
  /** Bytes written so far. */
  readonly stored: number;
  /** Makes the file `size` bytes long; what was not written takes no room. */
  resize(size: number): Promise<void>;
  /** Everything on stable storage and under its own name. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

export interface ConvertTargetOptions {
  readonly overwrite: boolean;
  /** Files that must not be replaced, whatever `overwrite` says: those that are being read. */
  readonly inUse: readonly string[];
}

/** @throws EngineError `destination-exists`, `destination-own-image`, `destination-unwritable`, `destination-full` */
export async function createConvertTarget(path: string, options: ConvertTargetOptions): Promise<ConvertTarget> {
  await refuse(path, options);
  const partial = partialPath(path);
  try {
    // Made anew and never through a link: with administrator rights this would else write wherever a link leads.
    await rm(partial, { force: true });
    const file = await open(partial, 'wx', 0o644);
    const target = new TargetFile(path, partial, file, options);
    try {
      giveToCaller(file.fd);
    } catch (error) {
      await target.discard();
      throw error;
    }
    return target;
  } catch (error) {
    throw destinationError(path, error);
  }
}

async function refuse(path: string, { overwrite, inUse }: ConvertTargetOptions): Promise<void> {
  const image = await ownImageWith(path);
  if (image !== null) throw new EngineError(overwrite ? 'destination-own-image' : 'destination-exists', { path, image });
  try {
    await stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw destinationError(path, error);
  }
  const real = await realpath(path).catch(() => path);
  const read = await Promise.all(inUse.map((file) => realpath(file).catch(() => file)));
  if (!overwrite || read.includes(real)) throw new EngineError('destination-exists', { path });
}

class TargetFile implements ConvertTarget {
  readonly name: string;
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  readonly #options: ConvertTargetOptions;
  stored = 0;

  constructor(path: string, partial: string, file: FileHandle, options: ConvertTargetOptions) {
    this.name = basename(path);
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    this.#options = options;
  }

  async writeAt(offset: number, data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const { bytesWritten } = await this.#named(this.#file.write(data, done, data.length - done, offset + done));
      done += bytesWritten;
      this.stored += bytesWritten;
    }
  }

  async resize(size: number): Promise<void> {
    await this.#named(this.#file.truncate(size));
  }

  async commit(): Promise<void> {
    await this.#named(this.#file.sync());
    await this.#named(this.#file.close());
    // Somebody may have put a file there meanwhile.
    await refuse(this.#path, this.#options);
    await this.#named(rename(this.#partial, this.#path));
    await syncFolder(dirname(this.#path));
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#partial, { force: true });
  }

  async #named<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw destinationError(this.#path, error);
    }
  }
}

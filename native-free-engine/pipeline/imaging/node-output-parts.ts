import { closeSync, constants, fsync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from '../../base/errors.ts';
import { partialPath, partPath } from '../../images/manifest/file-names.ts';
import { BUFFER_ALIGNMENT, isAligned } from '../../io/aligned-buffer.ts';
import { destinationError } from '../../io/destination-error.ts';
import { giveToCaller } from '../../io/node-caller.ts';

const sync = promisify(fsync);

/** O_RDWR | O_CREAT, and where there is such a thing not through a link. */
const CREATE = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** Past the page cache, where Node names the flag. */
const DIRECT_FLAG = constants.O_DIRECT ?? 0;

interface OpenPart {
  readonly cached: number;
  /** -1 where the file system knows no direct I/O. */
  direct: number;
}

/** An image file in the making: one file, or pieces of at most `partBytes` that are it when joined. */
export class OutputParts {
  readonly #image: string;
  readonly #partBytes: number;
  readonly #open = new Map<number, OpenPart>();

  /** @param partBytes 0 for one file */
  constructor(image: string, partBytes: number) {
    this.#image = image;
    this.#partBytes = partBytes;
  }

  /** The path of piece `index` while it is being made, and when it is done. */
  partial(index: number): string {
    return partialPath(this.final(index));
  }

  final(index: number): string {
    return this.#partBytes === 0 ? this.#image : partPath(this.#image, index);
  }

  /** How many pieces a file of `bytes` has. */
  count(bytes: number): number {
    return this.#partBytes === 0 ? 1 : Math.max(1, Math.ceil(bytes / this.#partBytes));
  }

  /**
   * Writes all of `data`: past the page cache when it starts and ends on a page, in memory and in the file.
   * @throws EngineError `destination-full`, `destination-unwritable`
   */
  write(offset: number, data: Uint8Array): void {
    let done = 0;
    while (done < data.length) {
      const at = offset + done;
      const index = this.#partBytes === 0 ? 0 : Math.floor(at / this.#partBytes);
      const within = this.#partBytes === 0 ? at : at - index * this.#partBytes;
      const room = this.#partBytes === 0 ? data.length - done : Math.min(data.length - done, this.#partBytes - within);
      try {
        done += this.#writeSome(index, within, data.subarray(done, done + room));
      } catch (error) {
        throw destinationError(this.final(index), error);
      }
    }
  }

  /** Everything written through this object and any other to the same files is on stable storage. */
  async flush(bytes: number): Promise<void> {
    for (let index = 0; index < this.count(bytes); index++) {
      try {
        await sync(this.#file(index).cached);
      } catch (error) {
        throw destinationError(this.final(index), error);
      }
    }
  }

  /** Makes each piece as long as it is to be: one that ends in a place where nothing was written is shorter until then. */
  extend(bytes: number): void {
    for (let index = 0; index < this.count(bytes); index++) {
      const length = this.#partBytes === 0 ? bytes : Math.min(this.#partBytes, bytes - index * this.#partBytes);
      try {
        ftruncateSync(this.#file(index).cached, length);
      } catch (error) {
        throw destinationError(this.final(index), error);
      }
    }
  }

  close(): void {
    for (const { cached, direct } of this.#open.values()) {
      closeSync(cached);
      if (direct >= 0) closeSync(direct);
    }
    this.#open.clear();
  }

  #writeSome(index: number, offset: number, data: Uint8Array): number {
    const file = this.#file(index);
    if (file.direct >= 0 && isAligned(data) && offset % BUFFER_ALIGNMENT === 0 && data.length % BUFFER_ALIGNMENT === 0) {
      try {
        return writeSync(file.direct, data, 0, data.length, offset);
      } catch (error) {
        if (errnoOf(error) !== 'EINVAL') throw error;
        closeSync(file.direct);
        file.direct = -1;
      }
    }
    return writeSync(file.cached, data, 0, data.length, offset);
  }

  #file(index: number): OpenPart {
    let file = this.#open.get(index);
    if (file === undefined) {
      // Never through a link and never truncating: other threads and an earlier run have written here.
      const cached = openSync(this.partial(index), CREATE, 0o644);
      giveToCaller(cached);
      file = { cached, direct: openDirect(this.partial(index)) };
      this.#open.set(index, file);
    }
    return file;
  }
}

function openDirect(path: string): number {
  if (DIRECT_FLAG === 0) return -1;
  try {
    return openSync(path, constants.O_RDWR | DIRECT_FLAG | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (errnoOf(error) === 'EINVAL') return -1;
    throw error;
  }
}

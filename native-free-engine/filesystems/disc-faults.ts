import { EngineError } from '../base/errors.ts';
import { isDataFault } from '../struct/index.ts';

/** A tree read from a disc: no directory is larger, nor all of them together. */
export const MAX_DISC_DIRECTORY_BYTES = 32 * 1024 * 1024;
export const MAX_DISC_DIRECTORIES_BYTES = 256 * 1024 * 1024;
/** What a disc may list: the largest that we know of have some 100,000 files. */
export const MAX_DISC_ENTRIES = 500_000;

/**
 * The result of `read`; what is wrong with a structure becomes a fault of the disc that says where.
 * @throws EngineError `disc-truncated`, `disc-invalid`, and whatever is no fault of the data
 */
export async function atPath<T>(path: string, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const options = { cause: error, ...(error.place ? { place: error.place } : {}) };
    throw new EngineError(error.code === 'struct-out-of-bounds' ? 'disc-truncated' : 'disc-invalid', { path: path || '/' }, options);
  }
}

/** Keeps count of the directories of a disc: none is read twice, all together are not more than the disc. */
export class DirectoryGuard {
  readonly #seen = new Set<number>();
  readonly #limit: number;
  #bytes = 0;

  /** @param size bytes of the disc */
  constructor(size: number) {
    this.#limit = Math.min(size, MAX_DISC_DIRECTORIES_BYTES);
  }

  /** @param place where the directory lies, in bytes @throws EngineError `disc-loop` */
  enter(path: string, place: number): void {
    if (this.#seen.has(place)) throw new EngineError('disc-loop', { path: path || '/' });
    this.#seen.add(place);
  }

  /** @throws EngineError `disc-invalid` */
  count(path: string, size: number): void {
    this.#bytes += size;
    if (size > MAX_DISC_DIRECTORY_BYTES || this.#bytes > this.#limit) throw new EngineError('disc-invalid', { path: path || '/' });
  }
}

import { readBytes } from '../io/read-bytes.ts';
import type { BlockSource } from '../io/types.ts';

/** Enough for the tables of 512 GiB at 256 KiB clusters; in bytes. */
const DEFAULT_LIMIT = 16 * 1024 * 1024;

interface Entry {
  readonly data: Promise<Uint8Array>;
  readonly length: number;
}

/** Mapping tables of image files, the ones used last, within a bound on their bytes. One may serve a whole chain of images. */
export class TableCache {
  readonly #limit: number;
  /** In the order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #names = new WeakMap<BlockSource, number>();
  #bytes = 0;
  #files = 0;

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** `length` bytes at `offset` of `file`. The same array for the same place while it is kept: not to be changed. */
  get(file: BlockSource, offset: number, length: number): Promise<Uint8Array> {
    const key = `${this.#nameOf(file)}:${offset}:${length}`;
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.data;
    }
    const data = readBytes(file, offset, length);
    const entry = { data, length };
    this.#entries.set(key, entry);
    this.#bytes += length;
    // A failed read is not kept: the next one may succeed.
    data.catch(() => this.#drop(key, entry));
    for (const [oldest, value] of this.#entries) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.#drop(oldest, value);
    }
    return data;
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.length;
  }

  #nameOf(file: BlockSource): number {
    let name = this.#names.get(file);
    if (name === undefined) {
      name = this.#files++;
      this.#names.set(file, name);
    }
    return name;
  }
}

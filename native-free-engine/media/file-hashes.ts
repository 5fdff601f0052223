import { createHasher, type Hasher } from '../codecs/checksums.ts';
import { sumLine } from './sum-line.ts';

/** What one file on a medium hashes to. */
export interface FileHash {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The files of a medium by their hashes. */
export interface FileHashes {
  readonly count: number;
  /** Bytes of all of them. */
  readonly bytes: number;
  /** What `sha256sum --check` takes at the root of the medium: a line each, in the order of the medium. */
  readonly sums: string;
  /** SHA-256 of that. */
  readonly sha256: string;
  /** The files one by one; null where there are too many. */
  readonly list: readonly FileHash[] | null;
}

/** So many files are listed one by one: some 3 MB. */
const MAX_LISTED = 20_000;

/** A file's place on a medium. */
export interface FilePlace {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Hashes the files of a medium while its bytes go by in order, each read once for the medium itself.
 * It keeps a line of text for each file, of which the tree that is written holds more.
 */
export class FileHasher {
  readonly #places: Iterator<FilePlace>;
  readonly #limit: number;
  readonly #digest = createHasher('sha256');
  readonly #lines: string[] = [];
  #list: FileHash[] | null = [];
  #count = 0;
  #bytes = 0;
  #place: FilePlace | null;
  #hasher: Hasher = createHasher('sha256');
  /** The next byte to come, where a file has begun. */
  #at = 0;

  /** @param places in the order of the medium, none over another; empty ones lie anywhere */
  constructor(places: Iterable<FilePlace>, limit = MAX_LISTED) {
    this.#places = places[Symbol.iterator]();
    this.#limit = limit;
    this.#place = this.#next();
  }

  /** Bytes of the medium from `offset` on; what no file holds may be left out. */
  see(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    while (this.#place) {
      const { offset: start, length } = this.#place;
      const fileEnd = start + length;
      if (this.#at < fileEnd) {
        const to = Math.min(end, fileEnd);
        if (to <= this.#at || offset > this.#at) return;
        this.#hasher.update(bytes.subarray(this.#at - offset, to - offset));
        this.#at = to;
        if (to < fileEnd) return;
      }
      this.#finish(this.#place);
    }
  }

  /** The list; null when not every file went by. */
  result(): FileHashes | null {
    while (this.#place && this.#at >= this.#place.offset + this.#place.length) this.#finish(this.#place);
    if (this.#place) return null;
    return { count: this.#count, bytes: this.#bytes, sums: this.#lines.join(''), sha256: this.#digest.hex(), list: this.#list };
  }

  #finish({ path, length }: FilePlace): void {
    const sha256 = this.#hasher.hex();
    const line = sumLine(sha256, path);
    this.#digest.update(new TextEncoder().encode(line));
    this.#lines.push(line);
    this.#count++;
    this.#bytes += length;
    if (this.#list && this.#list.length < this.#limit) this.#list.push({ path, size: length, sha256 });
    else this.#list = null;
    this.#hasher = createHasher('sha256');
    this.#place = this.#next();
  }

  #next(): FilePlace | null {
    const next = this.#places.next();
    if (next.done === true) return null;
    this.#at = next.value.offset;
    return next.value;
  }
}

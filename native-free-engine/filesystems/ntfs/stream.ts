import type { Extent } from '../../base/extent.ts';
import { checkRange } from '../../io/bounds.ts';
import type { BlockSource } from '../../io/types.ts';
import { reject } from './faults.ts';
import type { NtfsGeometry } from './geometry.ts';
import type { NtfsAttribute } from './record.ts';
import { NTFS_ATTRIBUTE, NTFS_DATA_FLAG } from './structs.ts';

/** More runs than this has no file that is read here. */
const MAX_RUNS = 250_000;

/** The value of one attribute, put together from all its parts. */
export class NtfsStream {
  readonly size: number;
  /** Bytes that were ever written; the rest reads as zeros. */
  readonly initialized: number;
  /** Compressed or encrypted: the clusters do not hold the value as it is. */
  readonly encoded: boolean;
  readonly encrypted: boolean;
  /** Bytes that are compressed together; zero where nothing is. */
  readonly unitBytes: number;
  /** Has a place for every byte: no hole, nothing that was never written. */
  readonly whole: boolean;
  readonly #source: BlockSource;
  readonly #value: Uint8Array | null;
  /** Bytes from the start of the value, and where each run lies on the volume; -1 for a hole. One more start: the end. */
  readonly #starts: number[] = [0];
  readonly #places: number[] = [];

  /**
   * @param parts of one attribute, in any order
   * @throws EngineError `struct-invalid` when they do not make a whole
   */
  constructor(source: BlockSource, geometry: NtfsGeometry, parts: readonly NtfsAttribute[]) {
    const sorted = [...parts].sort((a, b) => a.firstVcn - b.firstVcn);
    const first = sorted[0];
    if (!first || first.firstVcn !== 0 || (first.value && parts.length > 1)) throw reject('NtfsAttributeListEntry', 'firstVcn');
    this.#source = source;
    this.#value = first.value;
    this.size = first.size;
    this.initialized = Math.min(first.initializedSize, first.size);
    // A directory hands the flag on to its files, and what lies in a record is never packed.
    this.encoded = first.type === NTFS_ATTRIBUTE.data && !first.value && (first.flags & (NTFS_DATA_FLAG.compressed | NTFS_DATA_FLAG.encrypted)) !== 0;
    this.encrypted = this.encoded && (first.flags & NTFS_DATA_FLAG.encrypted) !== 0;
    this.unitBytes = first.unitClusters * geometry.clusterSize;
    let end = 0;
    for (const part of sorted) {
      if (part.firstVcn * geometry.clusterSize !== end) throw reject('NtfsAttributeListEntry', 'firstVcn');
      for (const run of part.runs) {
        end += run.length * geometry.clusterSize;
        this.#places.push(run.cluster === null ? -1 : run.cluster * geometry.clusterSize);
        this.#starts.push(end);
      }
      if (this.#places.length > MAX_RUNS || !Number.isSafeInteger(end)) throw reject('NtfsRunlist', 'length');
    }
    if (!this.#value && this.size > end) throw reject('NtfsNonResidentHeader', 'dataSize');
    this.whole = this.initialized === this.size && !this.#places.includes(-1);
  }

  /** Where it lies on the volume, in the order of the value; holes left out. */
  get extents(): Extent[] {
    return this.#places
      .map((offset, i) => ({ offset, length: this.#starts[i + 1]! - this.#starts[i]! }))
      .filter(({ offset }) => offset >= 0);
  }

  /** Fills `buffer` from byte `offset` of the value. @throws EngineError `struct-out-of-bounds`, `struct-invalid` */
  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange('stream', offset, buffer.length, this.size);
    if (this.encoded) throw reject('NtfsAttributeHeader', 'flags');
    if (this.#value) {
      buffer.set(this.#value.subarray(offset, offset + buffer.length));
      return;
    }
    const written = Math.max(0, Math.min(buffer.length, this.initialized - offset));
    buffer.fill(0, written);
    let done = 0;
    for (let run = this.#runAt(offset); done < written; run++) {
      const from = offset + done;
      const place = this.#places[run]!;
      const length = Math.min(written - done, this.#starts[run + 1]! - from);
      const piece = buffer.subarray(done, done + length);
      if (place < 0) piece.fill(0);
      else await this.#source.readInto(place + from - this.#starts[run]!, piece);
      done += length;
    }
  }

  /** The clusters of a range as they are, without its holes, which may only lie at its end. @throws EngineError `struct-invalid` */
  async stored(offset: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    let done = 0;
    let hole = false;
    for (let run = this.#runAt(offset), from = offset; run < this.#places.length && from < offset + length; run++) {
      const [place, start, end] = [this.#places[run]!, this.#starts[run]!, Math.min(this.#starts[run + 1]!, offset + length)];
      if (place < 0) hole = true;
      else {
        if (hole) throw reject('NtfsRunlist', 'compressionUnit');
        await this.#source.readInto(place + from - start, out.subarray(done, done + end - from));
        done += end - from;
      }
      from = end;
    }
    return out.subarray(0, done);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange('stream', offset, length, this.size);
    const buffer = new Uint8Array(length);
    await this.readInto(offset, buffer);
    return buffer;
  }

  /** The last run that starts at or before `offset`. */
  #runAt(offset: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

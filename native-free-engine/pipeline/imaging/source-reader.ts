import { alignDown, alignUp } from '../../base/safe-int.ts';
import { firstExtentAfter, type SharedClusterMap } from './cluster-map.ts';

/** Reads of disks go in units of this, so that they pass the page cache. Bytes. */
const GRID = 4096;

/** A gap up to this is read over rather than around, as long as the allowance lasts: one request costs a disk more than these bytes. */
const MAX_GAP = 32 * 1024;

/** Share of the used bytes that may be read for nothing. */
const ALLOWANCE = 0.015;

/** Where a worker gets the bytes of the disk from: fills `buffer` with what lies at `offset`. */
export type ReadAt = (offset: number, buffer: Uint8Array) => void;

/**
 * Reads runs of clusters into memory: the used bytes from the disk, zeros for
 * everything else, so that what was deleted never gets into an image. Small
 * gaps are read over and then wiped, within an allowance.
 */
export class SourceReader {
  readonly #map: SharedClusterMap;
  readonly #read: ReadAt;
  #used = 0;
  #wasted = 0;

  constructor(map: SharedClusterMap, read: ReadAt) {
    this.#map = map;
    this.#read = read;
  }

  /** Bytes read from the disk so far, for the account. */
  get bytesRead(): number {
    return this.#used + this.#wasted;
  }

  /**
   * @param offset of the disk, a multiple of the cluster size
   * @param buffer starts on a page; covers whole clusters
   * @returns the used bytes among them
   */
  read(offset: number, buffer: Uint8Array): number {
    const { starts, ends, virtualSize } = this.#map;
    const end = offset + buffer.length;
    let filled = offset;
    let used = 0;
    for (let i = firstExtentAfter(this.#map, offset); i < starts.length && starts[i]! < end; ) {
      // One request: this extent and those behind it across gaps worth reading.
      const first = i;
      const from = Math.max(starts[i]!, offset);
      let to = Math.min(ends[i]!, end);
      let usedHere = to - from;
      for (i++; i < starts.length && starts[i]! < end; i++) {
        const gap = starts[i]! - to;
        // What shares a unit of the grid is read at once, or the second would wipe the first.
        const shared = starts[i]! < alignUp(to, GRID);
        const wasted = this.#wasted + (starts[i]! - from - usedHere);
        if (!shared && (gap > MAX_GAP || wasted > (this.#used + usedHere) * ALLOWANCE)) break;
        to = Math.min(ends[i]!, end);
        usedHere += to - starts[i]!;
      }
      const readFrom = alignDown(from, GRID);
      const readTo = Math.min(alignUp(to, GRID), end, virtualSize);
      buffer.fill(0, filled - offset, readFrom - offset);
      this.#read(readFrom, buffer.subarray(readFrom - offset, readTo - offset));
      this.#wipe(offset, buffer, first, i, readFrom, readTo);
      filled = readTo;
      used += usedHere;
      this.#used += usedHere;
      this.#wasted += readTo - readFrom - usedHere;
    }
    buffer.fill(0, filled - offset);
    return used;
  }

  /** Zeros between the extents `first` to `next` of a request that read `from` to `to`. */
  #wipe(offset: number, buffer: Uint8Array, first: number, next: number, from: number, to: number): void {
    const { starts, ends } = this.#map;
    let position = from;
    for (let i = first; i < next; i++) {
      if (starts[i]! > position) buffer.fill(0, position - offset, starts[i]! - offset);
      position = Math.min(ends[i]!, to);
    }
    if (position < to) buffer.fill(0, position - offset, to - offset);
  }
}

import type { Extent } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { BtrfsChunk, BtrfsStripe } from './structs.ts';
import { invalid, type BtrfsVolume } from './superblock.ts';

/** At a gigabyte each, as they are on large volumes, more than 256 TiB. */
const MAX_CHUNKS = 1 << 18;
const TYPE_DUP = 0x20n;
/** RAID 0, 1, 10, 5, 6, 1C3, 1C4, and whatever comes after them. */
const TYPE_OTHER_PROFILE = ~0x27n;

/** A range of logical addresses and where on the device it lies: once, or twice under DUP. Bytes. */
export interface Chunk {
  readonly logical: number;
  readonly length: number;
  readonly physical: readonly number[];
}

/** Bytes of the chunk item that `data` begins with. */
export const chunkItemBytes = (data: Uint8Array): number => BtrfsChunk.size + BtrfsChunk.read(data).stripes * BtrfsStripe.size;

/** Where logical addresses lie on the one device of a volume. */
export class ChunkMap {
  readonly #chunks: Chunk[] = [];
  readonly #volume: BtrfsVolume;

  constructor(volume: BtrfsVolume) {
    this.#volume = volume;
  }

  /**
   * Adds a chunk item; they come in ascending order of `logical`.
   * @throws EngineError `allocation-invalid` for one that makes no sense or is of a profile over several devices
   */
  add(logicalAddress: bigint, item: Uint8Array): void {
    const chunk = BtrfsChunk.read(item);
    const logical = toSafeInt(logicalAddress, 'BtrfsChunk.logical');
    const length = toSafeInt(chunk.length, 'BtrfsChunk.length');
    const { sectorSize, deviceBytes, deviceId } = this.#volume;
    if (chunk.type & TYPE_OTHER_PROFILE) throw invalid('uses-raid');
    if (chunk.stripes !== (chunk.type & TYPE_DUP ? 2 : 1)) throw invalid(`chunk-stripes ${chunk.stripes}`);
    const last = this.#chunks.at(-1);
    if (length === 0 || length % sectorSize !== 0 || logical % sectorSize !== 0 || (last && logical < last.logical + last.length)) throw invalid(`chunk ${logical}`);
    if (this.#chunks.length >= MAX_CHUNKS) throw invalid(`too-many-chunks ${MAX_CHUNKS}`);
    const physical = Array.from({ length: chunk.stripes }, (_, i) => {
      const stripe = BtrfsStripe.read(item, BtrfsChunk.size + i * BtrfsStripe.size);
      const offset = toSafeInt(stripe.offset, 'BtrfsStripe.offset');
      if (stripe.deviceId !== deviceId || offset % sectorSize !== 0 || offset + length > deviceBytes) throw invalid(`chunk ${logical}`);
      return offset;
    });
    this.#chunks.push({ logical, length, physical });
  }

  /** The chunk that holds all of a logical range. @throws EngineError `allocation-invalid` */
  find(address: number, length: number): Chunk {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle]!.logical <= address) low = middle;
      else high = middle;
    }
    const chunk = this.#chunks[low];
    if (!chunk || address < chunk.logical || address + length > chunk.logical + chunk.length) throw invalid(`no-chunk ${address}`);
    return chunk;
  }

  /**
   * Every place on the device that a chunk takes, in ascending order, with its logical address.
   * @throws EngineError `allocation-invalid` when two of them overlap
   */
  stripes(): readonly (Extent & { readonly logical: number })[] {
    const stripes = this.#chunks.flatMap(({ logical, length, physical }) => physical.map((offset) => ({ offset, length, logical })));
    stripes.sort((a, b) => a.offset - b.offset);
    stripes.forEach((stripe, i) => {
      const next = stripes[i + 1];
      if (next && stripe.offset + stripe.length > next.offset) throw invalid(`chunks-overlap ${next.offset}`);
    });
    return stripes;
  }
}

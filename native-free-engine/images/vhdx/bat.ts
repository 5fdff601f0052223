import { endOf, type Extent, type ExtentSet } from '../../base/extent.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import type { VhdxGeometry, VhdxRegions } from './metadata.ts';
import { BAT_ENTRY_BYTES, BLOCK, MIB, SECTORS_PER_CHUNK, VHDX_FORMAT, VHDX_PLACE } from './structs.ts';

/** The table is read in pieces of this many bytes, checked once, and then looked up in the file: it may be 512 MiB. */
const PIECE_BYTES = MIB;
/** Bits 3 to 19 of an entry: reserved. */
const RESERVED = 0xffff8;

/** The block allocation table: section 2.5. */
export class BlockAllocationTable {
  readonly #file: BlockSource;
  readonly #path: string;
  readonly #region: Extent;
  readonly #geometry: VhdxGeometry;
  readonly #payloadBlocks: number;
  /** Payload blocks for each sector bitmap block, whose entry follows theirs. */
  readonly #chunkRatio: number;
  #piece: { readonly index: number; readonly bytes: Promise<Uint8Array> } | null = null;

  constructor(file: BlockSource, path: string, region: Extent, geometry: VhdxGeometry) {
    this.#file = file;
    this.#path = path;
    this.#region = region;
    this.#geometry = geometry;
    this.#payloadBlocks = Math.ceil(geometry.size / geometry.blockSize);
    this.#chunkRatio = (SECTORS_PER_CHUNK * geometry.logicalSectorSize) / geometry.blockSize;
    if (this.#entries * BAT_ENTRY_BYTES > region.length) throw this.#corrupt('the table is too short for the disk');
  }

  get #entries(): number {
    return this.#payloadBlocks + Math.floor((this.#payloadBlocks - 1) / this.#chunkRatio);
  }

  #corrupt(detail: string): Error {
    return imageCorrupt(VHDX_FORMAT, this.#path, detail);
  }

  /**
   * Checks the whole table, which has no checksum: every state is a known one, and every block lies within the
   * file, on a place of its own.
   * @returns what the present blocks hold of the disk
   */
  async check(regions: VhdxRegions, log: Extent): Promise<ExtentSet> {
    const taken = new Places(this.#file.size);
    for (const { offset, length } of [{ offset: 0, length: VHDX_PLACE.end }, regions.bat, regions.metadata, log]) taken.take(offset / MIB, length / MIB);
    const used = new ExtentBuilder();
    const { blockSize, size } = this.#geometry;
    for (let index = 0; index < this.#entries; index++) {
      const inPiece = (index * BAT_ENTRY_BYTES) % PIECE_BYTES;
      const piece = await this.#load(index);
      // The rest of the piece without waiting for each entry.
      const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
      const last = Math.min(this.#entries, index + (piece.length - inPiece) / BAT_ENTRY_BYTES);
      for (let at = inPiece; index < last; index++, at += BAT_ENTRY_BYTES) {
        const low = view.getUint32(at, true);
        const high = view.getUint32(at + 4, true);
        if (low === 0 && high === 0) continue;
        const place = this.#placeOf(index, low, high);
        if (place === null) continue;
        const block = index - Math.floor(index / (this.#chunkRatio + 1));
        const length = Math.min(blockSize, size - block * blockSize);
        if (place * MIB + length > this.#file.size) throw imageTruncated(VHDX_FORMAT, this.#path, 'payload block');
        if (!taken.take(place, blockSize / MIB)) throw this.#corrupt('two blocks in one place');
        used.add(block * blockSize, length);
      }
      index--;
    }
    return used.build();
  }

  /** Where payload block `block` lies in the file, in bytes, or null when it reads as zeros. */
  async find(block: number): Promise<number | null> {
    const index = block + Math.floor(block / this.#chunkRatio);
    const piece = await this.#load(index);
    const view = new DataView(piece.buffer, piece.byteOffset + ((index * BAT_ENTRY_BYTES) % PIECE_BYTES), BAT_ENTRY_BYTES);
    const place = this.#placeOf(index, view.getUint32(0, true), view.getUint32(4, true));
    return place === null ? null : place * MIB;
  }

  /** In MiB from the file's start. */
  #placeOf(index: number, low: number, high: number): number | null {
    const state = low & 7;
    if (low & RESERVED) throw this.#corrupt('reserved bits of the block allocation table');
    const place = high * 4096 + (low >>> 20);
    if (index % (this.#chunkRatio + 1) === this.#chunkRatio) {
      // Only a differencing disk has sector bitmaps.
      if (state !== BLOCK.notPresent) throw this.#corrupt('sector bitmap');
      return null;
    }
    switch (state) {
      case BLOCK.notPresent:
      case BLOCK.undefined:
      case BLOCK.unmapped:
        return null;
      case BLOCK.zero:
        // Hyper-V opens no file whose zero blocks have a place.
        if (place !== 0) throw this.#corrupt('a zero block with a place');
        return null;
      case BLOCK.fullyPresent:
        return place;
      case BLOCK.partiallyPresent:
        throw imageUnsupported(this.#path, 'partially present blocks (differencing VHDX)');
      default:
        throw this.#corrupt('state of a block');
    }
  }

  #load(index: number): Promise<Uint8Array> {
    const piece = Math.floor((index * BAT_ENTRY_BYTES) / PIECE_BYTES);
    if (this.#piece?.index === piece) return this.#piece.bytes;
    const offset = this.#region.offset + piece * PIECE_BYTES;
    const bytes = readBytes(this.#file, offset, Math.min(PIECE_BYTES, endOf(this.#region) - offset));
    const entry = { index: piece, bytes };
    this.#piece = entry;
    // A failed read is not kept: the next one may succeed.
    bytes.catch(() => {
      if (this.#piece === entry) this.#piece = null;
    });
    return bytes;
  }
}

/** Which MiB of the file are taken, a bit each. */
class Places {
  readonly #bits: Uint8Array;

  constructor(fileSize: number) {
    // The last block may reach past the end of the file by less than a block: the disk ends within it.
    this.#bits = new Uint8Array(Math.ceil((fileSize / MIB + 256) / 8) + 1);
  }

  /** Returns false when one of them was taken before. */
  take(first: number, count: number): boolean {
    for (let place = first; place < first + count; place++) {
      const mask = 1 << (place & 7);
      if (this.#bits[place >>> 3]! & mask) return false;
      this.#bits[place >>> 3]! |= mask;
    }
    return true;
  }
}

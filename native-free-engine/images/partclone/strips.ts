import { clusterCorrupt } from '../faults.ts';
import { register, type PartcloneHead } from './header.ts';
import { CRC_BYTES } from './structs.ts';

/** Blocks are read in units of about this many bytes where no checksum tells how many belong together. */
const UNIT_BYTES = 1 << 20;
/** A strip with one checksum that is larger than this is read in several units. */
const MAX_STRIP_BYTES = 16 << 20;
const SEED = 0xffffffff;

/** Where a unit lies: blocks that are read, and where possible checked, at once. */
export interface UnitPlace {
  readonly firstRank: number;
  readonly blocks: number;
  /** In the image, in bytes. */
  readonly offset: number;
  /** Of its blocks, in bytes. */
  readonly length: number;
  /** The unit ends its strip: a checksum follows, if there are any. */
  readonly endsStrip: boolean;
}

/** How the blocks of an image, counted by rank, are laid out in strips, each with its checksum. */
export class Strips {
  readonly #head: PartcloneHead;
  readonly #stripBlocks: number;
  readonly #unitBlocks: number;
  readonly #unitsPerStrip: number;
  readonly checksumBytes: number;

  constructor(head: PartcloneHead) {
    this.#head = head;
    const { mode, blocks } = head.checksums;
    this.checksumBytes = mode === 'none' ? 0 : CRC_BYTES;
    this.#stripBlocks = mode === 'none' ? Math.ceil(UNIT_BYTES / head.blockSize) : Math.min(blocks, Math.max(1, head.present.count));
    this.#unitBlocks = Math.min(this.#stripBlocks, Math.max(1, Math.floor(MAX_STRIP_BYTES / head.blockSize)));
    this.#unitsPerStrip = Math.ceil(this.#stripBlocks / this.#unitBlocks);
  }

  /** Every unit can be checked by itself. */
  get separable(): boolean {
    return this.#unitsPerStrip === 1;
  }

  /** Units in all. */
  get units(): number {
    const { count } = this.#head.present;
    return count === 0 ? 0 : this.unitOf(count - 1) + 1;
  }

  /** The image's size in bytes. */
  get end(): number {
    const { count } = this.#head.present;
    return this.#head.dataOffset + count * this.#head.blockSize + Math.ceil(count / this.#stripBlocks) * this.checksumBytes;
  }

  unitOf(rank: number): number {
    const strip = Math.floor(rank / this.#stripBlocks);
    return strip * this.#unitsPerStrip + Math.floor((rank % this.#stripBlocks) / this.#unitBlocks);
  }

  place(unit: number): UnitPlace {
    const { blockSize, dataOffset, present } = this.#head;
    const strip = Math.floor(unit / this.#unitsPerStrip);
    const firstRank = strip * this.#stripBlocks + (unit % this.#unitsPerStrip) * this.#unitBlocks;
    const stripEnd = Math.min((strip + 1) * this.#stripBlocks, present.count);
    const blocks = Math.min(this.#unitBlocks, stripEnd - firstRank);
    return {
      firstRank,
      blocks,
      offset: dataOffset + firstRank * blockSize + strip * this.checksumBytes,
      length: blocks * blockSize,
      endsStrip: firstRank + blocks === stripEnd,
    };
  }
}

/** The checksum as it goes from unit to unit. */
export class RunningChecksum {
  readonly #head: PartcloneHead;
  readonly #path: string;
  #register: number;
  #repeated = new Uint8Array(0);

  /** @param before the checksum before it, where that is what this one goes on from */
  constructor(head: PartcloneHead, path: string, before: number = SEED) {
    this.#head = head;
    this.#path = path;
    this.#register = before;
  }

  add(blocks: Uint8Array): void {
    const { blockSize, checksums } = this.#head;
    if (checksums.mode === 'crc32') this.#register = register(blocks, this.#register);
    if (checksums.mode !== 'first-byte') return;
    if (this.#repeated.length === 0) this.#repeated = new Uint8Array(blockSize);
    for (let at = 0; at < blocks.length; at += blockSize) this.#register = register(this.#repeated.fill(blocks[at]!), this.#register);
  }

  /**
   * @param stored the four bytes behind the strip
   * @param offset of the volume, for the message
   * @throws EngineError `image-cluster-corrupt`
   */
  check(stored: Uint8Array, offset: number): void {
    if (storedChecksum(stored) !== this.#register) throw clusterCorrupt(this.#path, offset);
    if (this.#head.checksums.reseed) this.#register = SEED;
  }
}

export const storedChecksum = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

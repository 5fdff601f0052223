import { throwIfAborted } from '../../base/abort.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { imageCorrupt, imageTruncated } from '../faults.ts';
import type { TableCache } from '../table-cache.ts';
import type { Qcow2Info } from './read-header.ts';
import { compressedOffsetBits } from './structs.ts';

/** `none`: reads from the backing file. */
export type ClusterKind = 'none' | 'zero' | 'plain' | 'packed';

export interface Cluster {
  readonly kind: ClusterKind;
  /** In the file, bytes; for `plain` and `packed`. */
  readonly host: number;
  /** Bytes that the packed data may take, rounded up to where its last sector ends. */
  readonly length: number;
}

const NONE: Cluster = { kind: 'none', host: 0, length: 0 };
const ZERO: Cluster = { kind: 'zero', host: 0, length: 0 };

/** L1 is read in pieces of this many bytes. */
const L1_PIECE = 64 * 1024;

/** The two-level map of a qcow2 file from clusters of the disk to places in the file. */
export class ClusterMap {
  /** Bytes of the disk that one L2 table maps. */
  readonly span: number;
  readonly #file: BlockSource;
  readonly #path: string;
  readonly #info: Qcow2Info;
  readonly #cache: TableCache;
  /** Of the upper half of a packed entry: bits of the offset, and the number of the bit where the count of sectors begins. */
  readonly #packedShift: number;
  readonly #tableBytes: number;

  constructor(file: BlockSource, path: string, info: Qcow2Info, cache: TableCache) {
    this.#file = file;
    this.#path = path;
    this.#info = info;
    this.#cache = cache;
    this.#tableBytes = info.clusterSize;
    this.span = info.clusterSize * (info.clusterSize / 8);
    this.#packedShift = compressedOffsetBits(Math.log2(info.clusterSize)) - 32;
  }

  /**
   * Looks at every L1 entry once. Tables of the active map are not shared, so that more of them than the file has
   * room for is a lie that would else cost hours to follow.
   */
  async checkL1(): Promise<void> {
    let tables = 0;
    for await (const { l2Offset } of this.#l1Entries()) if (l2Offset !== 0) tables++;
    if (tables * this.#tableBytes > this.#file.size) throw imageCorrupt('qcow2', this.#path, 'L1 table');
  }

  /** The L2 table that maps byte `offset` of the disk; null when there is none. */
  async tableAt(offset: number): Promise<DataView | null> {
    const index = Math.floor(offset / this.span);
    const piece = Math.floor((index * 8) / L1_PIECE) * L1_PIECE;
    const l1 = await this.#l1Piece(piece);
    const l2Offset = this.#l1Entry(l1, index * 8 - piece);
    if (l2Offset === 0) return null;
    return viewOf(await this.#cache.get(this.#file, l2Offset, this.#tableBytes));
  }

  /** What entry `index` of an L2 table says. @throws EngineError `image-corrupt`, `image-truncated` */
  entry(table: DataView | null, index: number): Cluster {
    if (!table) return NONE;
    const high = table.getUint32(index * 8);
    const low = table.getUint32(index * 8 + 4);
    if (high === 0 && low === 0) return NONE;
    return (high & 0x4000_0000) !== 0 ? this.#packed(high, low) : this.#standard(high, low);
  }

  /** All L2 tables that there are, ascending. The table's memory is used again for the next one. */
  async *tables(signal: AbortSignal | undefined): AsyncGenerator<{ readonly offset: number; readonly table: DataView }> {
    const memory = new Uint8Array(this.#tableBytes);
    const table = viewOf(memory);
    for await (const { index, l2Offset } of this.#l1Entries()) {
      if (l2Offset === 0) continue;
      throwIfAborted(signal);
      await this.#file.readInto(l2Offset, memory);
      yield { offset: index * this.span, table };
    }
  }

  async *#l1Entries(): AsyncGenerator<{ readonly index: number; readonly l2Offset: number }> {
    const end = this.#info.l1Entries * 8;
    for (let piece = 0; piece < end; piece += L1_PIECE) {
      // Past the cache: a long table would push out all that is in it.
      const l1 = viewOf(await readBytes(this.#file, this.#info.l1Offset + piece, Math.min(L1_PIECE, end - piece)));
      for (let at = 0; at < l1.byteLength; at += 8) {
        // Most of a large disk's table is empty: a step of the generator for each entry would take longer than all else.
        if (l1.getUint32(at) === 0 && l1.getUint32(at + 4) === 0) continue;
        yield { index: (piece + at) / 8, l2Offset: this.#l1Entry(l1, at) };
      }
    }
  }

  async #l1Piece(piece: number): Promise<DataView> {
    const length = Math.min(L1_PIECE, this.#info.l1Entries * 8 - piece);
    return viewOf(await this.#cache.get(this.#file, this.#info.l1Offset + piece, length));
  }

  #l1Entry(l1: DataView, at: number): number {
    const high = l1.getUint32(at);
    const low = l1.getUint32(at + 4);
    if ((high & 0x7f00_0000) !== 0 || (low & 0x1ff) !== 0) throw imageCorrupt('qcow2', this.#path, 'L1 entry');
    return this.#place(high & 0x00ff_ffff, low, this.#tableBytes, 'L2 table');
  }

  #standard(high: number, low: number): Cluster {
    if ((high & 0x3f00_0000) !== 0 || (low & 0x1fe) !== 0) throw imageCorrupt('qcow2', this.#path, 'L2 entry');
    const zero = (low & 1) !== 0;
    if (zero && this.#info.version === 2) throw imageCorrupt('qcow2', this.#path, 'L2 entry');
    // The cluster that a zero entry keeps in reserve need not be there.
    if (zero) return ZERO;
    const host = this.#place(high & 0x00ff_ffff, low, 1, 'cluster');
    return host === 0 ? NONE : { kind: 'plain', host, length: 0 };
  }

  /** The byte offset of something that must start at a multiple of the cluster size and lie in the file; 0 for nothing. */
  #place(high: number, low: number, length: number, what: string): number {
    // Compared in halves first: the sum is exact only below 2^53.
    if (high >= 0x20_0000) throw imageTruncated('qcow2', this.#path, what);
    const offset = high * 2 ** 32 + low;
    if (offset % this.#info.clusterSize !== 0) throw imageCorrupt('qcow2', this.#path, what);
    if (offset + length > this.#file.size) throw imageTruncated('qcow2', this.#path, what);
    return offset;
  }

  #packed(high: number, low: number): Cluster {
    // The refcount of what several packed clusters share is never known to be one.
    if (high >>> 31 !== 0) throw imageCorrupt('qcow2', this.#path, 'L2 entry');
    const shift = this.#packedShift;
    const upper = high & (2 ** shift - 1);
    const sectors = (high & 0x3fff_ffff) >>> shift;
    const host = upper * 2 ** 32 + low;
    if (upper >= 0x20_0000 || host >= this.#file.size) throw imageTruncated('qcow2', this.#path, 'compressed cluster');
    const length = (sectors + 1) * 512 - (host % 512);
    return { kind: 'packed', host, length: Math.min(length, this.#file.size - host) };
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

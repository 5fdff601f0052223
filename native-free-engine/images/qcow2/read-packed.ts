import { alignDown, alignUp } from '../../base/safe-int.ts';
import { unpackDeflate } from '../../codecs/deflate-block.ts';
import { FrameDecompressor } from '../../codecs/zstd-frame.ts';
import { alignedBuffer, BUFFER_ALIGNMENT } from '../../io/aligned-buffer.ts';
import type { BlockSource } from '../../io/types.ts';
import { clusterCorrupt } from '../faults.ts';
import type { Qcow2Info } from './read-header.ts';
import type { Cluster } from './read-tables.ts';

/** Bytes of the file that one read of several packed clusters may span. */
const MAX_SPAN = 4 * 1024 * 1024;
/** Bytes between two packed clusters that are read along rather than skipped. */
const MAX_GAP = 128 * 1024;
/** Read buffers kept for the next call. */
const SPARE_BUFFERS = 2;

/** Unpacks compressed clusters in the caller's thread, neighbours in the file read at once. */
export class PackedReader {
  readonly #file: BlockSource;
  readonly #path: string;
  readonly #info: Qcow2Info;
  readonly #zstd: FrameDecompressor | null;
  readonly #spare: Uint8Array[] = [];
  /** The cluster unpacked last for the sake of a part of it: small reads in sequence unpack once. */
  #kept: { readonly host: number; readonly data: Uint8Array } | null = null;

  /** @param checked false: the checksums of packed clusters are not compared */
  constructor(file: BlockSource, path: string, info: Qcow2Info, checked: boolean) {
    this.#file = file;
    this.#path = path;
    this.#info = info;
    this.#zstd = info.compression === 'zstd' ? new FrameDecompressor({ checked }) : null;
  }

  /** Whether `next` lies so close behind the last of `run` that one read serves both. */
  joins(run: readonly Cluster[], next: Cluster): boolean {
    const first = run[0]!;
    const last = run.at(-1)!;
    return next.host >= last.host && next.host - (last.host + last.length) <= MAX_GAP && next.host + next.length - first.host <= MAX_SPAN;
  }

  /**
   * @param run clusters that follow one another on the disk and join in the file
   * @param start of the first of them on the disk, bytes
   * @param position the first byte wanted, within the first of them
   * @throws EngineError `image-cluster-corrupt`
   */
  async readRun(run: readonly Cluster[], start: number, position: number, into: Uint8Array): Promise<void> {
    const { clusterSize } = this.#info;
    const kept = this.#kept;
    if (run.length === 1 && kept && kept.host === run[0]!.host) {
      into.set(kept.data.subarray(position - start, position - start + into.length));
      return;
    }
    // Rounded outwards, so that the read can go past the page cache.
    const from = alignDown(run[0]!.host, BUFFER_ALIGNMENT);
    const end = run.reduce((most, { host, length }) => Math.max(most, host + length), 0);
    const to = Math.min(this.#file.size, alignUp(end, BUFFER_ALIGNMENT));
    const buffer = this.#take(to - from);
    try {
      await this.#file.readInto(from, buffer.subarray(0, to - from));
      run.forEach((cluster, i) => {
        const packed = buffer.subarray(cluster.host - from, cluster.host - from + cluster.length);
        const clusterStart = start + i * clusterSize;
        const at = Math.max(0, position - clusterStart);
        const target = into.subarray(clusterStart + at - position, clusterStart + clusterSize - position);
        if (target.length === clusterSize) this.#unpack(packed, target, clusterStart);
        else target.set(this.#keep(cluster, packed, clusterStart).subarray(at, at + target.length));
      });
    } finally {
      if (this.#spare.length < SPARE_BUFFERS) this.#spare.push(buffer);
    }
  }

  #keep(cluster: Cluster, packed: Uint8Array, start: number): Uint8Array {
    if (this.#kept?.host === cluster.host) return this.#kept.data;
    const data = this.#kept?.data ?? new Uint8Array(this.#info.clusterSize);
    this.#kept = null;
    this.#unpack(packed, data, start);
    this.#kept = { host: cluster.host, data };
    return data;
  }

  #unpack(packed: Uint8Array, into: Uint8Array, start: number): void {
    const whole = this.#zstd ? this.#zstd.decompress(packed, into) : unpackDeflate('raw', packed, into);
    if (!whole) throw clusterCorrupt(this.#path, start);
  }

  #take(length: number): Uint8Array {
    const index = this.#spare.findIndex((buffer) => buffer.length >= length);
    if (index >= 0) return this.#spare.splice(index, 1)[0]!;
    // Too small ones make room for larger ones, up to the largest that is ever needed.
    this.#spare.length = Math.min(this.#spare.length, SPARE_BUFFERS - 1);
    return alignedBuffer(alignUp(length, 1024 * 1024));
  }
}

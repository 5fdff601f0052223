import { alignUp } from '../../base/safe-int.ts';
import { FrameCompressor, frameBound, type FrameTuning } from '../../codecs/zstd-frame.ts';
import { STORED } from '../../images/qcow2/write-index.ts';
import { alignedBuffer, BUFFER_ALIGNMENT } from '../../io/aligned-buffer.ts';
import { CLUSTER, type CaptureState } from './capture-state.ts';
import type { Control } from './control.ts';
import type { OutputParts } from './node-output-parts.ts';

/** Packed clusters are written this many bytes at a time: few calls, and what rounding them up to whole blocks wastes does not count. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** A gap that is not filled up is kept for smaller ones to come as long as it has so many bytes. */
const WORTH_KEEPING = 32 * 1024;

/** A packed cluster that waits in memory. */
interface Frame {
  readonly index: number;
  readonly from: number;
  readonly length: number;
}

/** Bytes of the image file in front of a cluster stored as it is, which must start at a multiple of its size. */
interface Gap {
  readonly start: number;
  readonly length: number;
}

/**
 * One worker's way into the image file: packs clusters and finds room for them.
 * What it writes starts and ends on whole blocks, so that it goes past the page
 * cache: copying gigabytes into that takes the compressor's time.
 */
export class ClusterWriter {
  readonly #state: CaptureState;
  readonly #clusterSize: number;
  readonly #control: Control;
  readonly #output: OutputParts;
  readonly #compressor: FrameCompressor | null;
  readonly #batch: Uint8Array;
  readonly #filling: Uint8Array;
  readonly #longestWait: number;
  #end = 0;
  #waitingSince = 0;
  #frames: Frame[] = [];
  #gaps: Gap[] = [];

  /**
   * @param tuning null to store clusters as they are
   * @param longestWait of a packed cluster in memory, milliseconds: gigabytes may pack into nothing and would be in no checkpoint
   */
  constructor(state: CaptureState, clusterSize: number, tuning: FrameTuning | null, longestWait: number, control: Control, output: OutputParts) {
    this.#longestWait = longestWait;
    this.#state = state;
    this.#clusterSize = clusterSize;
    this.#control = control;
    this.#output = output;
    this.#compressor = tuning && new FrameCompressor(tuning);
    this.#batch = alignedBuffer(tuning ? BATCH_BYTES : 0);
    this.#filling = alignedBuffer(tuning ? clusterSize : 0);
  }

  /** Packs a cluster, which is done once it was written with others; false when it must be stored as it is. */
  pack(index: number, cluster: Uint8Array): boolean {
    if (!this.#compressor) return false;
    const now = performance.now();
    if (this.#end + frameBound(cluster.length) > this.#batch.length || now - this.#waitingSince > this.#longestWait) this.flush();
    const length = this.#compressor.compress(cluster, this.#batch.subarray(this.#end));
    // Packed it must be smaller, or other readers of the format may refuse it.
    if (length >= this.#clusterSize) return false;
    if (this.#frames.length === 0) this.#waitingSince = now;
    this.#frames.push({ index, from: this.#end, length });
    this.#end += length;
    return true;
  }

  /** Writes clusters as they are, from `first` on. @param bytes starts on a page */
  store(first: number, bytes: Uint8Array): void {
    const { start, skipped } = this.#control.claimOutput(bytes.length, this.#clusterSize);
    if (skipped > 0) this.#gaps.push({ start: start - skipped, length: skipped });
    this.#output.write(start, bytes);
    for (let i = 0; i < bytes.length / this.#clusterSize; i++) this.#done(first + i, start + i * this.#clusterSize, STORED.plain);
  }

  /** Writes the clusters that wait: into gaps what fits there, the rest behind all else. */
  flush(): void {
    if (this.#frames.length === 0) return;
    for (const gap of this.#gaps.splice(0)) this.#fill(gap);
    const length = alignUp(this.#end, BUFFER_ALIGNMENT);
    this.#batch.fill(0, this.#end, length);
    const { start } = this.#control.claimOutput(length, BUFFER_ALIGNMENT);
    this.#output.write(start, this.#batch.subarray(0, length));
    for (const { index, from, length } of this.#frames) this.#done(index, start + from, length);
    this.#frames = [];
    this.#end = 0;
  }

  #fill(gap: Gap): void {
    const inside: Frame[] = [];
    const left: Frame[] = [];
    let filled = 0;
    let end = 0;
    for (const { index, from, length } of this.#frames) {
      if (filled + length <= gap.length) {
        this.#filling.set(this.#batch.subarray(from, from + length), filled);
        inside.push({ index, from: filled, length });
        filled += length;
      } else {
        this.#batch.copyWithin(end, from, from + length);
        left.push({ index, from: end, length });
        end += length;
      }
    }
    this.#frames = left;
    this.#end = end;
    const whole = Math.min(gap.length, alignUp(filled, BUFFER_ALIGNMENT));
    if (gap.length - whole >= WORTH_KEEPING) this.#gaps.push({ start: gap.start + whole, length: gap.length - whole });
    if (filled === 0) return;
    this.#output.write(gap.start, this.#filling.subarray(0, whole));
    for (const { index, from, length } of inside) this.#done(index, gap.start + from, length);
  }

  #done(index: number, offset: number, length: number): void {
    const { offsets, lengths, done } = this.#state;
    offsets[index] = offset;
    lengths[index] = length;
    Atomics.store(done, index, CLUSTER.done);
  }
}

import { hash } from 'node:crypto';
import { FrameCompressor, frameBound } from '../../codecs/zstd-frame.ts';
import { STORED } from '../../images/qcow2/write-index.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import { openSyncDevice, type SyncDevice } from '../../io/node-sync-device.ts';
import { EngineError } from '../../base/errors.ts';
import { DEAD_AFTER, readAround, type BadSectorWatch } from './bad-sectors.ts';
import { CLUSTER, type CaptureState } from './capture-state.ts';
import type { SharedClusterMap } from './cluster-map.ts';
import { runMember, type Member } from './node-crew-member.ts';
import { OutputParts } from './node-output-parts.ts';
import { SourceReader } from './source-reader.ts';
import type { DeviceAddress } from './types.ts';

/** A partition whose bytes are read from another device: a snapshot of it. */
export interface Overlay {
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly length: number;
  readonly address: DeviceAddress;
}

export interface CaptureWork {
  readonly source: DeviceAddress;
  readonly overlays: readonly Overlay[];
  readonly map: SharedClusterMap;
  readonly state: CaptureState;
  readonly image: string;
  readonly partBytes: number;
  /** zstd's, or null to store clusters as they are. */
  readonly level: number | null;
  readonly parent: { readonly index: Int32Array; readonly hashes: Uint8Array } | null;
  /** Clusters in a piece of work. */
  readonly perPiece: number;
  /** Shared by all workers: pieces found unreadable in a row. */
  readonly badInARow: Int32Array<SharedArrayBuffer>;
}

export type CaptureMessage = { readonly bad: { readonly offset: number; readonly length: number } };

/** Room for clusters stored as they are is taken for this many at a time, so that packed ones do not tear it up. */
const PLAIN_BATCH = 8;

class Worker {
  readonly #work: CaptureWork;
  readonly #member: Member<CaptureMessage>;
  readonly #devices: readonly { readonly from: number; readonly to: number; readonly device: SyncDevice }[];
  readonly #disk: SyncDevice;
  readonly #reader: SourceReader;
  readonly #output: OutputParts;
  readonly #compressor: FrameCompressor | null;
  readonly #buffer: Uint8Array;
  readonly #packed: Uint8Array;
  readonly #zeros: Buffer;
  #plainNext = 0;
  #plainLeft = 0;
  /** Room in front of a run of plain clusters, for packed ones small enough. */
  #spareNext = 0;
  #spareLeft = 0;
  /** Indexes of the clusters that lie in `#packed`. */
  readonly #pending: number[] = [];

  constructor(work: CaptureWork, member: Member<CaptureMessage>) {
    this.#work = work;
    this.#member = member;
    const { clusterSize } = work.map;
    this.#disk = openSyncDevice(work.source, { write: false });
    this.#devices = work.overlays.map(({ offset, length, address }) => ({ from: offset, to: offset + length, device: openSyncDevice(address, { write: false }) }));
    this.#reader = new SourceReader(work.map, (offset, buffer) => this.#readDisk(offset, buffer));
    this.#output = new OutputParts(work.image, work.partBytes);
    this.#compressor = work.level === null ? null : new FrameCompressor(work.level);
    this.#buffer = alignedBuffer(clusterSize * work.perPiece);
    this.#packed = new Uint8Array(frameBound(clusterSize) * work.perPiece);
    this.#zeros = Buffer.alloc(clusterSize);
  }

  run(): void {
    const { map, perPiece } = this.#work;
    const pieces = Math.ceil(map.clusters.length / perPiece);
    while (!this.#member.control.stopped) {
      const piece = this.#member.control.claim();
      if (piece >= pieces) return;
      this.#capture(piece * perPiece, Math.min(map.clusters.length, (piece + 1) * perPiece));
    }
  }

  close(): void {
    this.#output.close();
    this.#disk.close();
    for (const { device } of this.#devices) device.close();
  }

  #capture(from: number, to: number): void {
    const { map, state } = this.#work;
    const { clusterSize, clusters } = map;
    let first = from;
    while (first < to) {
      if (state.done[first] !== CLUSTER.open) {
        first++;
        continue;
      }
      let next = first + 1;
      while (next < to && state.done[next] === CLUSTER.open && clusters[next] === clusters[next - 1]! + 1) next++;
      const bytes = this.#buffer.subarray(0, (next - first) * clusterSize);
      this.#member.control.pace(bytes.length);
      const used = this.#reader.read(clusters[first]! * clusterSize, bytes);
      this.#store(first, next, bytes);
      this.#member.control.addDone(used);
      first = next;
    }
  }

  /** Hashes, packs and writes a run of clusters. */
  #store(first: number, next: number, bytes: Uint8Array): void {
    const { map, state, parent } = this.#work;
    const { clusterSize } = map;
    let packedEnd = 0;
    for (let i = first; i < next; i++) {
      const cluster = bytes.subarray((i - first) * clusterSize, (i - first + 1) * clusterSize);
      const sum = hash('sha256', cluster, 'buffer');
      state.hashes.set(sum, i * SUM_BYTES);
      const inParent = parent ? parent.index[i]! : -1;
      if (parent && inParent >= 0 && sum.equals(parent.hashes.subarray(inParent * SUM_BYTES, (inParent + 1) * SUM_BYTES))) {
        state.lengths[i] = STORED.none;
      } else if (this.#zeros.equals(cluster)) {
        state.lengths[i] = inParent >= 0 ? STORED.zero : STORED.none;
      } else {
        packedEnd = this.#pack(i, cluster, packedEnd);
      }
    }
    if (packedEnd > 0) {
      const { start } = this.#member.control.claimOutput(packedEnd);
      this.#output.write(start, this.#packed.subarray(0, packedEnd));
      for (const i of this.#pending) state.offsets[i] = start + state.offsets[i]!;
      this.#pending.length = 0;
    }
    for (let i = first; i < next; i++) Atomics.store(state.done, i, CLUSTER.done);
  }

  /** Packs a cluster into memory behind what is there already, its offset counted from there, unless it can be written at once. Returns where that memory ends now. */
  #pack(index: number, cluster: Uint8Array, packedEnd: number): number {
    const { state, map } = this.#work;
    const room = this.#packed.subarray(packedEnd, packedEnd + frameBound(map.clusterSize));
    const length = this.#compressor?.compress(cluster, room) ?? map.clusterSize;
    // Packed it must be smaller, or other readers of the format may refuse it.
    if (length >= map.clusterSize) {
      this.#storePlain(index, cluster);
      return packedEnd;
    }
    state.lengths[index] = length;
    if (length <= this.#spareLeft) {
      state.offsets[index] = this.#spareNext;
      this.#output.write(this.#spareNext, room.subarray(0, length));
      this.#spareNext += length;
      this.#spareLeft -= length;
      return packedEnd;
    }
    state.offsets[index] = packedEnd;
    this.#pending.push(index);
    return packedEnd + length;
  }

  #storePlain(index: number, cluster: Uint8Array): void {
    const { state, map } = this.#work;
    if (this.#plainLeft === 0) {
      const { start, skipped } = this.#member.control.claimOutput(PLAIN_BATCH * map.clusterSize, map.clusterSize);
      this.#plainLeft = PLAIN_BATCH;
      this.#plainNext = start;
      if (skipped > this.#spareLeft) {
        this.#spareNext = start - skipped;
        this.#spareLeft = skipped;
      }
    }
    state.offsets[index] = this.#plainNext;
    state.lengths[index] = STORED.plain;
    this.#output.write(this.#plainNext, cluster);
    this.#plainNext += map.clusterSize;
    this.#plainLeft--;
  }

  #readDisk(offset: number, buffer: Uint8Array): void {
    let done = 0;
    while (done < buffer.length) {
      const at = offset + done;
      const inside = this.#devices.find(({ from, to }) => at >= from && at < to);
      const border = inside?.to ?? Math.min(Infinity, ...this.#devices.filter(({ from }) => from > at).map(({ from }) => from));
      const part = buffer.subarray(done, Math.min(buffer.length, border - offset));
      if (inside) readAround(inside.device, at - inside.from, part, this.#watch(inside.from));
      else readAround(this.#disk, at, part, this.#watch(0));
      done += part.length;
    }
  }

  #watch(base: number): BadSectorWatch {
    const { badInARow } = this.#work;
    return {
      retrying: (now) => this.#member.control.retrying(now ? 1 : -1),
      good: () => {
        if (Atomics.load(badInARow, 0) > 0) Atomics.store(badInARow, 0, 0);
      },
      lost: (offset, length) => {
        this.#member.control.touch();
        this.#member.tell({ bad: { offset: base + offset, length } });
        if (Atomics.add(badInARow, 0, 1) >= DEAD_AFTER) {
          throw new EngineError('source-unreadable', { disk: this.#work.source.path, bytes: Atomics.load(badInARow, 0) * length });
        }
        if (this.#member.control.stopped) throw new EngineError('source-unreadable', { disk: this.#work.source.path, bytes: length });
      },
    };
  }
}

await runMember<CaptureWork, CaptureMessage>((work, member) => {
  const worker = new Worker(work, member);
  try {
    worker.run();
  } finally {
    worker.close();
  }
});

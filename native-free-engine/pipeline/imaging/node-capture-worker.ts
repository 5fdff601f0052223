import { hash } from 'node:crypto';
import type { FrameTuning } from '../../codecs/zstd-frame.ts';
import { STORED } from '../../images/qcow2/write-index.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import { openSyncDevice, type SyncDevice } from '../../io/node-sync-device.ts';
import { EngineError } from '../../base/errors.ts';
import { DEAD_AFTER, readAround, type BadSectorWatch } from './bad-sectors.ts';
import { CLUSTER, type CaptureState } from './capture-state.ts';
import type { SharedClusterMap } from './cluster-map.ts';
import { ClusterWriter } from './node-cluster-writer.ts';
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
  /** How to pack clusters, null to store them as they are. */
  readonly tuning: FrameTuning | null;
  /** Of a packed cluster that is not written yet, milliseconds. */
  readonly longestWait: number;
  readonly parent: { readonly index: Int32Array; readonly hashes: Uint8Array } | null;
  /** Clusters in a piece of work. */
  readonly perPiece: number;
  /** Shared by all workers: pieces found unreadable in a row. */
  readonly badInARow: Int32Array<SharedArrayBuffer>;
}

export type CaptureMessage = { readonly bad: { readonly offset: number; readonly length: number } };

class Worker {
  readonly #work: CaptureWork;
  readonly #member: Member<CaptureMessage>;
  readonly #devices: readonly { readonly from: number; readonly to: number; readonly device: SyncDevice }[];
  readonly #disk: SyncDevice;
  readonly #reader: SourceReader;
  readonly #output: OutputParts;
  readonly #writer: ClusterWriter;
  readonly #buffer: Uint8Array;
  readonly #zeros: Buffer;

  constructor(work: CaptureWork, member: Member<CaptureMessage>) {
    this.#work = work;
    this.#member = member;
    const { clusterSize } = work.map;
    this.#disk = openSyncDevice(work.source, { write: false });
    this.#devices = work.overlays.map(({ offset, length, address }) => ({ from: offset, to: offset + length, device: openSyncDevice(address, { write: false }) }));
    this.#reader = new SourceReader(work.map, (offset, buffer) => this.#readDisk(offset, buffer));
    this.#output = new OutputParts(work.image, work.partBytes);
    this.#writer = new ClusterWriter(work.state, clusterSize, work.tuning, work.longestWait, member.control, this.#output);
    this.#buffer = alignedBuffer(clusterSize * work.perPiece);
    this.#zeros = Buffer.alloc(clusterSize);
  }

  run(): void {
    const { map, perPiece } = this.#work;
    const pieces = Math.ceil(map.clusters.length / perPiece);
    while (!this.#member.control.stopped) {
      const piece = this.#member.control.claim();
      if (piece >= pieces) break;
      this.#capture(piece * perPiece, Math.min(map.clusters.length, (piece + 1) * perPiece));
    }
    // Also when told to stop: it can be resumed from here.
    this.#writer.flush();
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
    const { clusterSize } = this.#work.map;
    /** Where the clusters begin that are to be stored as they are; they go in one piece. */
    let plain = first;
    const storePlain = (end: number): void => {
      if (end > plain) this.#writer.store(plain, bytes.subarray((plain - first) * clusterSize, (end - first) * clusterSize));
      plain = end + 1;
    };
    for (let i = first; i < next; i++) {
      const cluster = bytes.subarray((i - first) * clusterSize, (i - first + 1) * clusterSize);
      if (this.#needless(i, cluster) || this.#writer.pack(i, cluster)) storePlain(i);
    }
    storePlain(next);
  }

  /** Hashes a cluster, and is done with it when it holds what the parent has, or nothing. */
  #needless(index: number, cluster: Uint8Array): boolean {
    const { state, parent } = this.#work;
    const sum = hash('sha256', cluster, 'buffer');
    state.hashes.set(sum, index * SUM_BYTES);
    const inParent = parent ? parent.index[index]! : -1;
    if (parent && inParent >= 0 && sum.equals(parent.hashes.subarray(inParent * SUM_BYTES, (inParent + 1) * SUM_BYTES))) {
      state.lengths[index] = STORED.none;
    } else if (this.#zeros.equals(cluster)) {
      state.lengths[index] = inParent >= 0 ? STORED.zero : STORED.none;
    } else {
      return false;
    }
    Atomics.store(state.done, index, CLUSTER.done);
    return true;
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

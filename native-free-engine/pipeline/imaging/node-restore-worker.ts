import { createHash } from 'node:crypto';
import { EngineError, toEngineError } from '../../base/errors.ts';
import type { DiskImage } from '../../images/disk-image.ts';
import { alignedBuffer, BUFFER_ALIGNMENT } from '../../io/aligned-buffer.ts';
import { openSyncDevice, type SyncDevice } from '../../io/node-sync-device.ts';
import { runMember, type Member } from './node-crew-member.ts';
import { CheckedReader, hashesTo, openImageAt, sumOf } from './node-restore-reader.ts';
import { DIGEST_BYTES, WAITING, type RestoreMessage, type RestoreWork } from './node-restore-worker-types.ts';
import { firstMoveAfter, itemStart, type SharedMoves } from './restore-work.ts';

/**
 * A gap of free bytes up to this long within one partition is written as zeros: one request of 200 KiB takes a disk and
 * the processor less time than two of 70. What was there was free space of the new file system. Bytes.
 */
const JOINED_GAP = 64 * 1024;

class Restorer {
  readonly #work: RestoreWork;
  readonly #member: Member<RestoreMessage>;
  readonly #devices: (SyncDevice | null)[];
  readonly #buffer: Uint8Array;
  readonly #scratch: Uint8Array;
  /** By target: bytes of the present piece of work. */
  readonly #moved: number[];
  #image: DiskImage | null = null;
  #reader: CheckedReader | null = null;

  constructor(work: RestoreWork, member: Member<RestoreMessage>) {
    this.#work = work;
    this.#member = member;
    this.#moved = work.targets.map(() => 0);
    this.#buffer = alignedBuffer(work.items.unit);
    this.#scratch = alignedBuffer(work.items.unit);
    this.#devices = work.targets.map((target, index) => {
      if (this.#dead(index)) return null;
      try {
        return openSyncDevice(target.address, { write: work.mode === 'write' });
      } catch (error) {
        this.#giveUp(index, error);
        return null;
      }
    });
  }

  async run(): Promise<void> {
    const { items, first, done, mode } = this.#work;
    const { control } = this.#member;
    while (!control.stopped && this.#devices.some((device, index) => device && !this.#dead(index))) {
      const index = first + control.claim();
      if (index >= items.count) return;
      if (Atomics.load(done, index) === 1) continue;
      this.#moved.fill(0);
      const bytes = mode === 'write' ? await this.#write(index) : await this.#verify(index);
      // Another crew does again what this one did not finish, and must not be counted twice.
      if (control.stopped) return;
      this.#moved.forEach((count, target) => void Atomics.add(this.#work.moved, target, BigInt(count)));
      Atomics.store(done, index, 1);
      control.addDone(bytes);
    }
  }

  async close(): Promise<void> {
    for (const device of this.#devices) device?.close();
    await this.#image?.close();
  }

  #dead(target: number): boolean {
    return Atomics.load(this.#work.failed, target) !== 0;
  }

  #giveUp(target: number, error: unknown): void {
    if (Atomics.exchange(this.#work.failed, target, 1) === 0) this.#member.tell({ target, error: toEngineError(error).toPlain() });
  }

  /** Runs what may block, where the foreman can see it. */
  #waiting<T>(what: number, act: () => T): T {
    const { waitingFor, waitingSince } = this.#work;
    waitingSince[this.#member.index] = performance.timeOrigin + performance.now();
    Atomics.store(waitingFor, this.#member.index, what);
    try {
      return act();
    } finally {
      if (what !== WAITING.image) Atomics.store(waitingFor, this.#member.index, WAITING.nothing);
    }
  }

  async #readImage(start: number, targets: readonly number[], buffer: Uint8Array): Promise<void> {
    if (!this.#reader) {
      this.#image = await openImageAt(this.#work.image, { blocking: true, hashed: this.#work.sums !== null });
      this.#reader = new CheckedReader(this.#image, this.#work.sums);
    }
    const reader = this.#reader;
    const { clusterSize } = reader;
    const wanted = new Uint8Array(Math.ceil(this.#work.items.unit / clusterSize));
    for (const target of targets) {
      eachMove(this.#work.targets[target]!.moves, start, start + this.#work.items.unit, false, (from, _, length) => {
        wanted.fill(1, Math.floor((from - start) / clusterSize), Math.floor((from + length - 1 - start) / clusterSize) + 1);
      });
    }
    try {
      await this.#waiting(WAITING.image, () => reader.read(start, wanted, buffer));
    } finally {
      Atomics.store(this.#work.waitingFor, this.#member.index, WAITING.nothing);
    }
  }

  /** The targets that piece of work `index` is still to be done on. */
  #liveTargets(start: number): number[] {
    const { targets, items, mode } = this.#work;
    const live: number[] = [];
    for (let target = 0; target < targets.length; target++) {
      const before = mode === 'write' && targets[target]!.start >= start + items.unit;
      if (!this.#dead(target) && !before) live.push(target);
    }
    return live;
  }

  async #write(index: number): Promise<number> {
    const { items, targets, uniform } = this.#work;
    const { control } = this.#member;
    const start = itemStart(items, index);
    const end = start + items.unit;
    const live = this.#liveTargets(start);
    if (live.length === 0) return 0;
    await this.#readImage(start, live, this.#buffer);
    const bytes = Math.max(...live.map((target) => bytesIn(targets[target]!.moves, start, end)));
    control.pace(bytes);
    for (const target of live) {
      const { moves, recorded } = targets[target]!;
      if (recorded && !this.#covered(target, start)) recorded.set(digestOf(moves, start, end, this.#buffer), index * DIGEST_BYTES);
      if (uniform) zeroGaps(moves, start, end, this.#buffer);
      try {
        eachMove(moves, start, end, uniform, (from, to, length) => {
          if (control.stopped || this.#dead(target)) return;
          this.#waiting(target, () => this.#devices[target]?.writeSync(to, this.#aligned(from - start, length)));
        });
        this.#moved[target] = bytesIn(moves, start, end);
      } catch (error) {
        this.#giveUp(target, error);
      }
    }
    return bytes;
  }

  /** The bytes of the buffer, where direct I/O takes them. */
  #aligned(offset: number, length: number): Uint8Array {
    const bytes = this.#buffer.subarray(offset, offset + length);
    if (offset % BUFFER_ALIGNMENT === 0) return bytes;
    this.#scratch.set(bytes);
    return this.#scratch.subarray(0, length);
  }

  /** Reads a piece of work back and compares it: with the image's hashes where they cover it, else with what was written. */
  async #verify(index: number): Promise<number> {
    const { items, targets } = this.#work;
    const start = itemStart(items, index);
    const end = start + items.unit;
    let most = 0;
    for (const target of this.#liveTargets(start)) {
      const { moves } = targets[target]!;
      const bytes = bytesIn(moves, start, end);
      most = Math.max(most, bytes);
      this.#member.control.pace(bytes);
      try {
        this.#readBack(target, start, end);
        if (this.#member.control.stopped) return most;
        const same = this.#covered(target, start) ? this.#asHashed(moves, start, end) : await this.#asWritten(target, index, start, end);
        if (!same) throw new EngineError('target-mismatch', { offset: firstTo(moves, start), length: bytes });
        this.#moved[target] = bytes;
      } catch (error) {
        // The image at fault is everybody's fault.
        if (error instanceof EngineError && !error.code.startsWith('target-') && error.code !== 'rights-needed') throw error;
        this.#giveUp(target, error);
      }
    }
    return most;
  }

  #readBack(target: number, start: number, end: number): void {
    const { moves } = this.#work.targets[target]!;
    this.#buffer.fill(0);
    eachMove(moves, start, end, true, (from, to, length) => {
      if (this.#member.control.stopped) return;
      const straight = (from - start) % BUFFER_ALIGNMENT === 0;
      const into = straight ? this.#buffer.subarray(from - start, from - start + length) : this.#scratch.subarray(0, length);
      this.#waiting(target, () => this.#devices[target]?.readSync(to, into));
      if (!straight) this.#buffer.set(into, from - start);
    });
    zeroGaps(moves, start, end, this.#buffer);
  }

  /** Every cluster that this piece of work touches is on the target in full, and the image has its hash. */
  #covered(target: number, start: number): boolean {
    if (!this.#work.sums) return false;
    const { omitted } = this.#work.targets[target]!;
    let low = 0;
    let high = omitted.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (omitted[2 * middle + 1]! > start) high = middle;
      else low = middle + 1;
    }
    return !(low < omitted.length / 2 && omitted[2 * low]! < start + this.#work.items.unit);
  }

  #asHashed(moves: SharedMoves, start: number, end: number): boolean {
    const sums = this.#work.sums!;
    const { clusterSize } = sums;
    let next = start / clusterSize;
    let same = true;
    eachMove(moves, start, end, false, (from, _, length) => {
      const last = Math.floor((from + length - 1) / clusterSize);
      for (let cluster = Math.max(next, Math.floor(from / clusterSize)); same && cluster <= last; cluster++) {
        const sum = sumOf(sums, cluster);
        const at = cluster * clusterSize - start;
        same = sum !== null && hashesTo(this.#buffer.subarray(at, at + clusterSize), sum);
      }
      next = last + 1;
    });
    return same;
  }

  async #asWritten(target: number, index: number, start: number, end: number): Promise<boolean> {
    const { moves, recorded } = this.#work.targets[target]!;
    const now = digestOf(moves, start, end, this.#buffer);
    const was = recorded?.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
    if (was?.some((byte) => byte !== 0)) return now.equals(was);
    // Written by the run that was interrupted: what it should be must be read from the image again.
    const again = alignedBuffer(this.#work.items.unit);
    await this.#readImage(start, [target], again);
    return now.equals(digestOf(moves, start, end, again));
  }
}

/** Calls `visit` for the moves within a range of the image, cut to it; `joined`: across small gaps of the same partition. */
function eachMove(moves: SharedMoves, start: number, end: number, joined: boolean, visit: (from: number, to: number, length: number) => void): void {
  let from = 0;
  let to = 0;
  let length = 0;
  let piece = -1;
  for (let i = firstMoveAfter(moves, start); i < moves.from.length && moves.from[i]! < end; i++) {
    const cut = Math.max(start, moves.from[i]!);
    const part = Math.min(end, moves.from[i]! + moves.length[i]!) - cut;
    if (joined && length > 0 && moves.piece[i] === piece && cut - (from + length) <= JOINED_GAP) {
      length = cut + part - from;
      continue;
    }
    if (length > 0) visit(from, to, length);
    from = cut;
    to = moves.to[i]! + cut - moves.from[i]!;
    length = part;
    piece = moves.piece[i]!;
  }
  if (length > 0) visit(from, to, length);
}

function bytesIn(moves: SharedMoves, start: number, end: number): number {
  let sum = 0;
  eachMove(moves, start, end, false, (_, __, length) => (sum += length));
  return sum;
}

function firstTo(moves: SharedMoves, start: number): number {
  const i = firstMoveAfter(moves, start);
  return moves.to[i]! + Math.max(0, start - moves.from[i]!);
}

/** Everything of `buffer` between the first and the last move becomes zeros, the moves excepted. */
function zeroGaps(moves: SharedMoves, start: number, end: number, buffer: Uint8Array): void {
  let position = -1;
  eachMove(moves, start, end, false, (from, _, length) => {
    if (position >= 0 && from > position) buffer.fill(0, position - start, from - start);
    position = from + length;
  });
}

function digestOf(moves: SharedMoves, start: number, end: number, buffer: Uint8Array): Buffer {
  const digest = createHash('sha256');
  eachMove(moves, start, end, false, (from, _, length) => digest.update(buffer.subarray(from - start, from - start + length)));
  return digest.digest().subarray(0, DIGEST_BYTES);
}

await runMember<RestoreWork, RestoreMessage>(async (work, member) => {
  const restorer = new Restorer(work, member);
  try {
    await restorer.run();
  } finally {
    await restorer.close();
  }
});

import { AbortError } from '../base/abort.ts';
import { EngineError, toEngineError } from '../base/errors.ts';
import type { ExtentSet } from '../base/extent.ts';
import { alignUp } from '../base/safe-int.ts';
import { RunningDigest } from '../codecs/running-digest.ts';
import { alignedBuffer } from '../io/aligned-buffer.ts';
import type { BlockDevice } from '../io/types.ts';
import { BufferPool } from './buffer-pool.ts';
import type { Chunk } from './chunk-reader.ts';
import { CHUNK_SIZE, chunkAt, FIRST_PART } from './chunks.ts';
import type { FeedChunk, Subscriber } from './feed.ts';
import { nonZeroRuns } from './zero-runs.ts';
import { SpeedMeter } from './speed-meter.ts';
import { StallLadder, type StallTimeouts } from './stall-ladder.ts';

/** A disk to write to. */
export interface WriteTarget {
  readonly id: string;
  readonly device: BlockDevice;
  /** Opens the disk once more, for the stall ladder; null where that makes no sense. */
  readonly reopen: (() => Promise<BlockDevice>) | null;
  /** Called once the disk is written, checked and closed: the place to eject it while others still work. */
  readonly finished?: () => Promise<void>;
}

export type LaneState = 'waiting' | 'writing' | 'finishing' | 'verifying' | 'ejecting' | 'done' | 'failed' | 'cancelled';

/** Pieces in flight at once: enough to keep a fast disk busy, few enough not to choke a card reader. */
const IN_FLIGHT = 3;

/** A sync now and then keeps the last one from taking minutes with nothing to show. Bytes between two. */
const SYNC_EVERY = 1024 * 1024 * 1024;

/** What is known about the image once it was read to its end. */
export interface SourceFacts {
  readonly size: number;
  /** Marks of the running digest after each chunk. */
  readonly marks: readonly bigint[];
}

/** One disk's share of a write: its own queue, its own clock, its own outcome. */
export class Lane {
  readonly target: WriteTarget;
  readonly speed = new SpeedMeter();
  readonly #mapped: ExtentSet | null;
  readonly #signal: AbortSignal;
  readonly #ladder: StallLadder;
  #reopened: Promise<BlockDevice> | null = null;
  state: LaneState = 'waiting';
  error: EngineError | null = null;
  bytesDone = 0;
  bytesWritten = 0;
  bytesSkipped = 0;
  bytesVerified = 0;
  writeSeconds = 0;
  verifySeconds = 0;
  sha256: string | null = null;

  constructor(target: WriteTarget, mapped: ExtentSet | null, stall: StallTimeouts, signal: AbortSignal) {
    this.target = target;
    this.#mapped = mapped;
    this.#signal = signal;
    this.#ladder = new StallLadder(stall, signal);
  }

  get stalledSeconds(): number {
    return this.#ladder.oldestSeconds;
  }

  /**
   * Writes everything the feed delivers, the first MiB last.
   * @param source resolves once the image was read to its end and found good; nothing bootable is written before
   */
  async write(feed: Subscriber, source: Promise<SourceFacts>): Promise<void> {
    const started = performance.now();
    this.#enter('writing');
    const heads = await this.#writeBody(feed);
    this.#enter('finishing', this.bytesDone);
    await source;
    await this.#flush();
    for (const head of heads) await this.#writeAt(head.offset, head.data);
    await this.#flush();
    this.writeSeconds = (performance.now() - started) / 1000;
  }

  /** Reads everything back from the device and compares it. @throws EngineError `target-mismatch` */
  async verify(facts: SourceFacts): Promise<void> {
    const started = performance.now();
    this.#enter('verifying');
    const pool = new BufferPool(IN_FLIGHT, CHUNK_SIZE);
    const digest = new RunningDigest();
    const ahead: { offset: number; length: number; buffer: Promise<Uint8Array> }[] = [];
    let position = 0;
    for (let index = 0; ; index++) {
      while (ahead.length < (this.#ladder.reduced ? 1 : IN_FLIGHT)) {
        const extent = chunkAt(position, facts.size, this.#mapped);
        if (!extent) break;
        position = extent.offset + extent.length;
        const buffer = pool.acquire().then((free) => this.#readInto(extent.offset, extent.length, free));
        buffer.catch(() => undefined);
        ahead.push({ ...extent, buffer });
      }
      const read = ahead.shift();
      if (!read) break;
      const buffer = await read.buffer;
      const bytes = buffer.subarray(0, read.length);
      if (digest.add(bytes) !== facts.marks[index]) throw new EngineError('target-mismatch', { offset: read.offset, length: read.length });
      pool.release(buffer);
      this.bytesVerified += read.length;
      this.#advance(read.length);
    }
    // Of what a block map left out nothing is known: there is no checksum of the whole then.
    this.sha256 = this.#mapped ? null : digest.hex();
    this.verifySeconds = (performance.now() - started) / 1000;
  }

  /** Written, and checked where that was wanted: closes the disk and hands it back. */
  async handBack(): Promise<void> {
    this.#enter('ejecting', this.bytesDone);
    this.#ladder.stop();
    await this.#close();
    await this.target.finished?.();
    this.#enter('done', this.bytesDone);
  }

  /** Gives the disk up. */
  fail(error: unknown): void {
    this.#ladder.stop();
    if (this.#signal.aborted) this.#enter('cancelled', this.bytesDone);
    else {
      this.error = toEngineError(error);
      this.#enter('failed', this.bytesDone);
    }
    // A disk that hangs would keep us waiting for its closing too.
    void this.#close().catch(() => undefined);
  }

  async #close(): Promise<void> {
    await this.target.device.close();
    await this.#reopened?.then((device) => device.close(), () => undefined);
  }

  /** Everything but the first MiB, which is returned. */
  async #writeBody(feed: Subscriber): Promise<{ offset: number; data: Uint8Array }[]> {
    await this.#clear();
    const heads: { offset: number; data: Uint8Array }[] = [];
    const inFlight = new Set<Promise<void>>();
    let failure: { error: unknown } | null = null;
    let sinceSync = 0;
    const start = (work: Promise<void>): void => {
      const tracked: Promise<void> = work
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inFlight.delete(tracked));
      inFlight.add(tracked);
    };
    while (!failure) {
      const chunk = await feed.next();
      if (this.#signal.aborted) {
        chunk?.release();
        throw new AbortError();
      }
      if (!chunk) break;
      try {
        this.#checkFits(chunk);
      } catch (error) {
        chunk.release();
        throw error;
      }
      if (chunk.offset < FIRST_PART) {
        const data = alignedBuffer(alignUp(chunk.length, this.target.device.sectorSize));
        data.set(chunk.buffer.subarray(0, data.length));
        heads.push({ offset: chunk.offset, data });
        this.#advance(chunk.length);
        chunk.release();
        continue;
      }
      start(this.#writeChunk(chunk));
      sinceSync += chunk.length;
      if (sinceSync >= SYNC_EVERY) {
        sinceSync = 0;
        start(this.#flush());
      }
      while (inFlight.size >= (this.#ladder.reduced ? 1 : IN_FLIGHT)) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    if (failure) throw (failure as { error: unknown }).error;
    return heads;
  }

  /** Takes the old table away at both ends: from here to the last step, no system can mistake this disk for a whole one. */
  async #clear(): Promise<void> {
    const { device } = this.target;
    const zeros = alignedBuffer(Math.min(FIRST_PART, device.size));
    await this.#writeAt(0, zeros);
    if (device.size > 2 * FIRST_PART) await this.#writeAt(device.size - FIRST_PART, zeros);
    await this.#flush();
  }

  async #writeChunk(chunk: FeedChunk): Promise<void> {
    const { device } = this.target;
    const padded = chunk.buffer.subarray(0, alignUp(chunk.length, device.sectorSize));
    let lost = false;
    try {
      if (device.readsZero) {
        let written = 0;
        for (const run of nonZeroRuns(padded)) {
          await this.#writeAt(chunk.offset + run.offset, padded.subarray(run.offset, run.offset + run.length));
          written += run.length;
        }
        this.bytesSkipped += padded.length - written;
      } else {
        await this.#writeAt(chunk.offset, padded);
      }
      this.#advance(chunk.length);
    } catch (error) {
      // A write that was given up on may still be under way inside the system.
      lost = this.#signal.aborted || (error instanceof EngineError && error.code === 'target-stalled');
      throw error;
    } finally {
      if (lost) chunk.lose();
      else chunk.release();
    }
  }

  #checkFits(chunk: Chunk): void {
    const { device } = this.target;
    const end = alignUp(chunk.offset + chunk.length, device.sectorSize);
    if (end > device.size) throw new EngineError('image-larger-than-target', { imageSize: end, targetSize: device.size, missing: end - device.size });
  }

  async #writeAt(offset: number, data: Uint8Array): Promise<void> {
    await this.#ladder.watch(
      () => this.target.device.writeAt(offset, data),
      this.#again((device) => device.writeAt(offset, data)),
    );
    this.bytesWritten += data.length;
  }

  async #readInto(offset: number, length: number, buffer: Uint8Array): Promise<Uint8Array> {
    const part = buffer.subarray(0, alignUp(length, this.target.device.sectorSize));
    await this.#ladder.watch(
      () => this.target.device.readInto(offset, part),
      this.#again((device) => device.readInto(offset, part)),
    );
    return buffer;
  }

  async #flush(): Promise<void> {
    await this.#ladder.watch(() => this.target.device.flush(), null);
  }

  #again(act: (device: BlockDevice) => Promise<void>): (() => Promise<void>) | null {
    const reopen = this.target.reopen;
    if (!reopen) return null;
    return async () => {
      this.#reopened ??= reopen();
      await act(await this.#reopened);
    };
  }

  #enter(state: LaneState, bytesDone = 0): void {
    this.state = state;
    this.bytesDone = bytesDone;
    this.speed.reset();
  }

  #advance(bytes: number): void {
    this.bytesDone += bytes;
    this.speed.add(this.bytesDone);
  }
}

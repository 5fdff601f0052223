import type { ExtentSet } from '../base/extent.ts';
import type { ImageSource } from '../images/types.ts';
import { BufferPool } from './buffer-pool.ts';
import { ChunkReader, type Chunk } from './chunk-reader.ts';
import { CHUNK_SIZE } from './chunks.ts';

/** Buffers shared by all disks that keep up with each other. */
const SHARED_BUFFERS = 6;

/** Buffers of a disk that reads for itself. */
const OWN_BUFFERS = 4;

/** A chunk that several disks may hold; the last one to release it gives the buffer back. */
export interface FeedChunk extends Chunk {
  release(): void;
  /** The disk hangs with this buffer in its hands: never use that memory again. */
  lose(): void;
}

export interface Subscriber {
  /** The next chunk, or null after the last. @throws what the source threw */
  next(): Promise<FeedChunk | null>;
  /** Milliseconds spent waiting in {@link next}, for telling the bottleneck. */
  readonly waitedMs: number;
  /** Reads for itself since it was too slow for the others. */
  readonly detached: boolean;
  leave(): void;
}

/**
 * Reads the image once for many disks. Disks that keep up share each chunk. One
 * that falls behind for so long that the others have waited `patienceMs` for it
 * is detached: it goes on from where it is with a reader of its own, and the
 * slowest stick no longer holds back the others.
 */
export class Feed {
  readonly #image: ImageSource;
  readonly #mapped: ExtentSet | null;
  readonly #pool = new BufferPool(SHARED_BUFFERS, CHUNK_SIZE);
  readonly #reader: ChunkReader;
  readonly #members = new Set<Member>();
  readonly #patienceMs: number;
  readonly #onChunk: (chunk: Chunk) => void;
  #finished: { error: unknown } | 'end' | null = null;
  #stopped = false;

  /** @param onChunk sees every chunk once, in order: the place for checksums */
  constructor(image: ImageSource, mapped: ExtentSet | null, onChunk: (chunk: Chunk) => void) {
    this.#image = image;
    this.#mapped = mapped;
    this.#onChunk = onChunk;
    this.#reader = new ChunkReader(image, mapped, this.#pool, 0);
    // Seeking costs nothing; a packed image has to be unpacked anew from its start, so think longer.
    this.#patienceMs = image.block ? 250 : 5000;
  }

  subscribe(): Subscriber {
    const member = new Member(this, (from) => this.#readAlone(from));
    this.#members.add(member);
    return member;
  }

  /** Bytes taken from the file or URL itself, null when that equals the bytes read. */
  consumed(): number | null {
    return this.#reader.consumed();
  }

  /** The image itself could not be read. */
  get failed(): boolean {
    return this.#finished !== null && this.#finished !== 'end';
  }

  /** Reads to the end of the image, even when every disk has left, so that its checksum is known. */
  async run(): Promise<void> {
    try {
      while (!this.#stopped) {
        const chunk = await this.#patiently(this.#reader.next());
        if (!chunk) break;
        this.#deliver(chunk);
        this.#onChunk(chunk);
        // A checksum holds the thread for some milliseconds; disks and decompressors that finished meanwhile get their next piece first.
        await nextTurn();
      }
      this.#finish('end');
    } catch (error) {
      this.#finish({ error });
      throw error;
    } finally {
      await this.#reader.close();
    }
  }

  /** Ends reading at once; everybody who waits is sent home. */
  stop(): void {
    this.#stopped = true;
    for (const member of [...this.#members]) member.leave();
    void this.#reader.close().catch(() => undefined);
  }

  remove(member: Member): void {
    this.#members.delete(member);
  }

  #deliver(chunk: Chunk): void {
    const shared = new SharedChunk(chunk, this.#pool, this.#members.size);
    if (this.#members.size === 0) this.#pool.release(chunk.buffer);
    for (const member of this.#members) member.push(shared);
  }

  #finish(how: { error: unknown } | 'end'): void {
    this.#finished = how;
    for (const member of this.#members) member.end(this.#finished);
  }

  #readAlone(from: number): { reader: ChunkReader; pool: BufferPool } {
    const pool = new BufferPool(OWN_BUFFERS, CHUNK_SIZE);
    return { pool, reader: new ChunkReader(this.#image, this.#mapped, pool, from) };
  }

  /** Waits for a read; while it waits because one disk holds all buffers and another has none, patience runs out. */
  async #patiently(read: Promise<Chunk | null>): Promise<Chunk | null> {
    const TICK_MS = 50;
    let settled = false;
    const done = read.finally(() => (settled = true));
    done.catch(() => undefined);
    while (!settled) {
      const since = performance.now();
      const starved = this.#pool.starved;
      let timer: ReturnType<typeof setTimeout> | undefined;
      await Promise.race([done.catch(() => null), new Promise((resolve) => (timer = setTimeout(resolve, TICK_MS)))]).finally(() => clearTimeout(timer));
      this.#weigh(performance.now() - since, starved || this.#pool.starved);
    }
    return done;
  }

  /**
   * Books waiting time against the slowest disk. A disk that is slow by little
   * and steadily holds the others back in small pieces, so pieces add up; waiting
   * for nobody in particular pays some of it back, so that the odd hiccup is forgiven.
   */
  #weigh(elapsedMs: number, starved: boolean): void {
    const members = [...this.#members];
    const longest = Math.max(...members.map((member) => member.backlog));
    const waitedFor = starved && members.some((member) => member.idle && member.backlog < longest);
    for (const member of members) {
      const blamed = waitedFor && member.backlog === longest;
      member.heldBackMs = Math.max(0, member.heldBackMs + (blamed ? elapsedMs : -elapsedMs / 4));
      if (member.heldBackMs >= this.#patienceMs) member.detach();
    }
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class SharedChunk {
  readonly chunk: Chunk;
  readonly #pool: BufferPool;
  #holders: number;
  #lost = false;

  constructor(chunk: Chunk, pool: BufferPool, holders: number) {
    this.chunk = chunk;
    this.#pool = pool;
    this.#holders = holders;
  }

  drop(lost: boolean): void {
    this.#lost ||= lost;
    if (--this.#holders > 0) return;
    if (this.#lost) this.#pool.replaceLost();
    else this.#pool.release(this.chunk.buffer);
  }
}

class Member implements Subscriber {
  readonly #feed: Feed;
  readonly #readAlone: (from: number) => { reader: ChunkReader; pool: BufferPool };
  readonly #queue: SharedChunk[] = [];
  #wake: (() => void) | null = null;
  #end: { error: unknown } | 'end' | null = null;
  #own: { reader: ChunkReader; pool: BufferPool } | null = null;
  /** Where the chunk after the last one handed out begins, in bytes. */
  #next = 0;
  #held = 0;
  waitedMs = 0;
  /** How long the others have waited for this disk, less what was forgiven since. */
  heldBackMs = 0;

  constructor(feed: Feed, readAlone: (from: number) => { reader: ChunkReader; pool: BufferPool }) {
    this.#feed = feed;
    this.#readAlone = readAlone;
  }

  /** Has nothing to do but wait for the reader. */
  get idle(): boolean {
    return this.#wake !== null;
  }

  get backlog(): number {
    return this.#queue.length + this.#held;
  }

  get detached(): boolean {
    return this.#own !== null;
  }

  push(chunk: SharedChunk): void {
    this.#queue.push(chunk);
    this.#stir();
  }

  end(how: { error: unknown } | 'end'): void {
    this.#end = how;
    this.#stir();
  }

  detach(): void {
    this.#feed.remove(this);
    for (const chunk of this.#queue.splice(0)) chunk.drop(false);
    this.#own = this.#readAlone(this.#next);
    this.#stir();
  }

  leave(): void {
    this.#feed.remove(this);
    for (const chunk of this.#queue.splice(0)) chunk.drop(false);
    this.#end ??= 'end';
    void this.#own?.reader.close();
    this.#stir();
  }

  async next(): Promise<FeedChunk | null> {
    const since = performance.now();
    try {
      while (!this.#own && this.#queue.length === 0 && !this.#end) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      return this.#own ? await this.#takeOwn(this.#own) : this.#takeShared();
    } finally {
      this.waitedMs += performance.now() - since;
    }
  }

  #takeShared(): FeedChunk | null {
    const shared = this.#queue.shift();
    if (!shared) {
      if (this.#end && this.#end !== 'end') throw this.#end.error;
      return null;
    }
    return this.#handOut(shared.chunk, (lost) => shared.drop(lost));
  }

  async #takeOwn(own: { reader: ChunkReader; pool: BufferPool }): Promise<FeedChunk | null> {
    const chunk = await own.reader.next();
    if (!chunk) {
      await own.reader.close();
      return null;
    }
    return this.#handOut(chunk, (lost) => (lost ? own.pool.replaceLost() : own.pool.release(chunk.buffer)));
  }

  #handOut(chunk: Chunk, drop: (lost: boolean) => void): FeedChunk {
    this.#next = chunk.offset + chunk.length;
    this.#held++;
    let held = true;
    const giveBack = (lost: boolean): void => {
      if (!held) return;
      held = false;
      this.#held--;
      drop(lost);
    };
    return { ...chunk, release: () => giveBack(false), lose: () => giveBack(true) };
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

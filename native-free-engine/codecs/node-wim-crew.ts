import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../base/errors.ts';
import { LzmsPlace } from './lzms/decompress.ts';
import type { WimCompression } from './wim-chunk-types.ts';
import type { BatchAnswer, BatchMemory, BatchOrder, ChunkWork, DoneBatch } from './wim-crew-protocol.ts';

/** Chunks one behind another in `bytes`. */
export interface ChunkBatch {
  readonly bytes: Uint8Array;
  /** Of each chunk, in bytes; together no more than `bytes` has. */
  readonly lengths: readonly number[];
}

export interface PackedBatch {
  /** As in a {@link ChunkBatch}; or how to read them, for a large chunk to go straight to where it is unpacked. */
  readonly bytes: Uint8Array | ((into: Uint8Array) => Promise<void>);
  /** Of each chunk, in bytes. */
  readonly lengths: readonly number[];
  /** How many bytes each chunk holds, at most the chunk size. As many as it is long: it is stored as it is. */
  readonly unpacked: readonly number[];
}

type Batches<B> = Iterable<B> | AsyncIterable<B>;

/** Batches that a thread may have, so that it never waits for the next one. */
const AHEAD = 2;
/**
 * From here on a chunk of LZMS is unpacked where it lies, in memory that the threads share. It keeps a thread busy for so long that
 * the thread may wait for the next one, so there are no more under way than threads.
 */
const LARGE_CHUNK_BYTES = 4 << 20;
/** What large chunks under way may take, packed and not: room for three of an ESD, which have 64 MiB. */
const LARGE_CHUNKS_MEMORY = 384 << 20;
/** And as a part of the computer's memory. */
const MEMORY_SHARE = 1 / 8;

/** Unpacked bytes of a batch that keep a thread busy long enough for a message not to count, and memory small. */
export const GOOD_BATCH_BYTES = 1 << 20;

/**
 * Worker threads that pack and unpack chunks of WIM files.
 *
 * Batches come out in the order they went in, one for one. So many are under way as there are threads, times two (large chunks:
 * as there are threads): the next batch is asked for only when the consumer has taken one, so memory stays bounded by what the batches hold.
 * Put about {@link GOOD_BATCH_BYTES} in each (small chunks of several files together, or one large chunk).
 *
 * Runs may overlap: a file is exported by unpacking with one run and packing what comes out with another.
 * The threads start with the first run and keep the program alive only during one.
 */
export class WimCrew {
  readonly #threads: CrewThread[] = [];
  readonly #size: number;
  readonly #spare: BatchMemory[] = [];
  #runs = 0;

  /** @param threads usually one for each core */
  constructor(threads = availableParallelism()) {
    this.#size = threads;
  }

  /**
   * Unpacks every chunk. The bytes of a batch are valid until the next one is asked for.
   * @throws EngineError `image-corrupt` where the first bad batch would have come, `image-format-unsupported`
   */
  unpack(compression: WimCompression, chunkSize: number, batches: Batches<PackedBatch>): AsyncGenerator<ChunkBatch> {
    return this.#run({ kind: 'unpack', compression, chunkSize }, batches, ({ unpacked }) => unpacked);
  }

  /**
   * Packs every chunk. One that comes out as long as it was is stored as it is.
   * The bytes of a batch are valid until the next one is asked for.
   * @throws EngineError `image-format-unsupported`
   */
  pack(compression: 'xpress' | 'lzx', chunkSize: number, batches: Batches<ChunkBatch>): AsyncGenerator<ChunkBatch> {
    return this.#run({ kind: 'pack', compression, chunkSize }, batches, () => null);
  }

  /** Ends the threads; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }

  async *#run<B extends ChunkBatch | PackedBatch>(work: ChunkWork, batches: Batches<B>, unpackedOf: (batch: B) => readonly number[] | null): AsyncGenerator<ChunkBatch> {
    const large = isLarge(work);
    const most = large ? Math.min(this.#size, mostLarge(work.chunkSize)) : this.#size * AHEAD;
    const underWay: { readonly answer: Promise<DoneBatch>; readonly place: LzmsPlace | null }[] = [];
    const places: LzmsPlace[] = [];
    const next = async (): Promise<{ batch: ChunkBatch; giveBack: () => void }> => {
      const { answer, place } = underWay[0]!;
      const { memory, lengths } = await answer;
      void underWay.shift();
      return {
        batch: { bytes: place ? place.unpacked(lengths[0]!) : new Uint8Array(memory!.output, 0, sum(lengths)), lengths },
        giveBack: () => void (place ? places.push(place) : this.#spare.push(memory!)),
      };
    };
    this.#keepAlive(1);
    try {
      for await (const batch of batches) {
        const place = large && batch.lengths.length === 1 ? (places.pop() ?? new LzmsPlace(work.chunkSize)) : null;
        const answer = this.#order(work, batch, unpackedOf(batch), place);
        // Handled when its turn comes; until then it must not count as unhandled.
        answer.catch(() => undefined);
        underWay.push({ answer, place });
        if (underWay.length < most) continue;
        const done = await next();
        yield done.batch;
        done.giveBack();
      }
      while (underWay.length > 0) {
        const done = await next();
        yield done.batch;
        done.giveBack();
      }
    } finally {
      for (const ended of await Promise.allSettled(underWay.map(({ answer }) => answer))) {
        if (ended.status === 'fulfilled' && ended.value.memory) this.#spare.push(ended.value.memory);
      }
      this.#keepAlive(-1);
    }
  }

  async #order(work: ChunkWork, batch: ChunkBatch | PackedBatch, unpacked: readonly number[] | null, place: LzmsPlace | null): Promise<DoneBatch> {
    const length = sum(batch.lengths);
    const { bytes } = batch;
    const read = typeof bytes === 'function' ? bytes : (into: Uint8Array): undefined => void into.set(bytes.subarray(0, length));
    if ((typeof bytes !== 'function' && length > bytes.length) || (unpacked && unpacked.length !== batch.lengths.length)) throw new RangeError('chunks outside their batch');
    if (place) {
      await read(place.packed(length));
      return this.#idlest().order({ work, memory: place.memory, lengths: batch.lengths, unpacked: unpacked ?? [] }, []);
    }
    const spare = this.#spare.pop();
    const memory = { input: roomFor(length, spare?.input), output: roomFor(unpacked ? sum(unpacked) : length, spare?.output) };
    // What lies in memory is taken at once, before its owner goes on; only reading takes time.
    const reading = read(new Uint8Array(memory.input, 0, length));
    if (reading !== undefined) await reading;
    return this.#idlest().order({ work, memory, lengths: batch.lengths, unpacked: unpacked ?? [] }, [memory.input, memory.output]);
  }

  #idlest(): CrewThread {
    if (this.#threads.length < this.#size) {
      const thread = new CrewThread();
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((a, b) => (b.load < a.load ? b : a));
  }

  /** Without a run the memory goes too. */
  #keepAlive(change: 1 | -1): void {
    this.#runs += change;
    if (this.#runs === 0) this.#spare.length = 0;
    for (const thread of this.#threads) thread.keepAlive(this.#runs > 0);
  }
}

const isLarge = (work: ChunkWork): boolean => work.kind === 'unpack' && work.compression === 'lzms' && work.chunkSize >= LARGE_CHUNK_BYTES;

const mostLarge = (chunkSize: number): number => Math.max(1, Math.floor(Math.min(LARGE_CHUNKS_MEMORY, totalmem() * MEMORY_SHARE) / (2 * chunkSize)));

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);

const ROOM_STEP = 1 << 16;

/** At least `length` bytes: what there is where it is large enough. */
const roomFor = (length: number, spare: ArrayBuffer | undefined): ArrayBuffer =>
  spare && spare.byteLength >= length ? spare : new ArrayBuffer(Math.ceil(length / ROOM_STEP) * ROOM_STEP);

class CrewThread {
  readonly #worker = new Worker(new URL('./wim-chunk-worker.ts', import.meta.url));
  readonly #waiting = new Map<number, { readonly bytes: number; readonly resolve: (done: DoneBatch) => void; readonly reject: (error: Error) => void }>();
  #id = 0;
  #broken: Error | null = null;

  constructor() {
    this.#worker.on('message', (answer: BatchAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(EngineError.fromPlain(answer.error));
      else waiting?.resolve(answer);
    });
    this.#worker.on('error', (error: Error) => this.#break(error));
    this.#worker.on('exit', () => this.#break(new Error('a thread of the crew ended')));
  }

  /** Bytes in batches that it has not answered: behind one large chunk waits nothing that another thread could do. */
  get load(): number {
    let load = 0;
    for (const { bytes } of this.#waiting.values()) load += bytes;
    return load;
  }

  /** @param moved goes to the thread, and comes back with the answer */
  order(order: Omit<BatchOrder, 'id'>, moved: readonly ArrayBuffer[]): Promise<DoneBatch> {
    return new Promise((resolve, reject) => {
      if (this.#broken) {
        reject(this.#broken);
        return;
      }
      this.#waiting.set(++this.#id, { bytes: sum(order.unpacked.length > 0 ? order.unpacked : order.lengths), resolve, reject });
      this.#worker.postMessage({ ...order, id: this.#id } satisfies BatchOrder, moved);
    });
  }

  keepAlive(yes: boolean): void {
    if (yes) this.#worker.ref();
    else this.#worker.unref();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

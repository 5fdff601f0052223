import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../base/errors.ts';
import type { WimCompression } from './wim-chunk-types.ts';
import type { BatchAnswer, BatchOrder, ChunkWork } from './wim-crew-protocol.ts';

/** Chunks one behind another in `bytes`. */
export interface ChunkBatch {
  readonly bytes: Uint8Array;
  /** Of each chunk, in bytes; together no more than `bytes` has. */
  readonly lengths: readonly number[];
}

export interface PackedBatch extends ChunkBatch {
  /** How many bytes each chunk holds, at most the chunk size. As many as it is long: it is stored as it is. */
  readonly unpacked: readonly number[];
}

type Batches<B> = Iterable<B> | AsyncIterable<B>;

/** Batches that a thread may have, so that it never waits for the next one. */
const AHEAD = 2;

/** Unpacked bytes of a batch that keep a thread busy long enough for a message not to count, and memory small. */
export const GOOD_BATCH_BYTES = 1 << 20;

/**
 * Worker threads that pack and unpack chunks of WIM files.
 *
 * Batches come out in the order they went in, one for one. So many are under way as there are threads, times two:
 * the next batch is asked for only when the consumer has taken one, so memory stays bounded by what the batches hold.
 * Put about {@link GOOD_BATCH_BYTES} in each (small chunks of several files together, or one large chunk).
 *
 * Runs may overlap: a file is exported by unpacking with one run and packing what comes out with another.
 * The threads start with the first run and keep the program alive only during one.
 */
export class WimCrew {
  readonly #threads: CrewThread[] = [];
  readonly #size: number;
  readonly #spare: SharedMemory[] = [];
  #runs = 0;

  /** @param threads usually one for each core */
  constructor(threads = availableParallelism()) {
    this.#size = Math.max(1, threads);
  }

  /**
   * Unpacks every chunk. The bytes of a batch are valid until the next one is asked for, and are shared memory.
   * @throws EngineError `image-corrupt` where the first bad batch would have come, `image-format-unsupported`
   */
  unpack(compression: WimCompression, chunkSize: number, batches: Batches<PackedBatch>): AsyncGenerator<ChunkBatch> {
    return this.#run({ kind: 'unpack', compression, chunkSize }, batches, ({ unpacked }) => unpacked);
  }

  /**
   * Packs every chunk. One that comes out as long as it was is stored as it is.
   * The bytes of a batch are valid until the next one is asked for, and are shared memory.
   * @throws EngineError `image-format-unsupported`
   */
  pack(compression: 'xpress' | 'lzx', chunkSize: number, batches: Batches<ChunkBatch>): AsyncGenerator<ChunkBatch> {
    return this.#run({ kind: 'pack', compression, chunkSize }, batches, () => null);
  }

  /** Ends the threads; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }

  async *#run<B extends ChunkBatch>(work: ChunkWork, batches: Batches<B>, unpackedOf: (batch: B) => readonly number[] | null): AsyncGenerator<ChunkBatch> {
    const underWay: { readonly memory: SharedMemory; readonly answer: Promise<readonly number[]> }[] = [];
    const next = async (): Promise<{ memory: SharedMemory; batch: ChunkBatch }> => {
      const { memory, answer } = underWay[0]!;
      const lengths = await answer;
      underWay.shift();
      return { memory, batch: { bytes: memory.output(sum(lengths)), lengths } };
    };
    this.#keepAlive(1);
    try {
      for await (const batch of batches) {
        const unpacked = unpackedOf(batch);
        const memory = this.#spare.pop() ?? new SharedMemory();
        const answer = this.#order(work, batch, unpacked, memory);
        // Handled when its turn comes; until then it must not count as unhandled.
        answer.catch(() => undefined);
        underWay.push({ memory, answer });
        if (underWay.length < this.#size * AHEAD) continue;
        const done = await next();
        yield done.batch;
        this.#spare.push(done.memory);
      }
      while (underWay.length > 0) {
        const done = await next();
        yield done.batch;
        this.#spare.push(done.memory);
      }
    } finally {
      // Memory is given on only when no thread writes into it any more.
      await Promise.allSettled(underWay.map(({ answer }) => answer));
      this.#spare.push(...underWay.map(({ memory }) => memory));
      this.#keepAlive(-1);
    }
  }

  #order(work: ChunkWork, batch: ChunkBatch, unpacked: readonly number[] | null, memory: SharedMemory): Promise<readonly number[]> {
    const length = sum(batch.lengths);
    if (length > batch.bytes.length || (unpacked && unpacked.length !== batch.lengths.length)) throw new RangeError('chunks outside their batch');
    const input = memory.input(length);
    input.set(batch.bytes.subarray(0, length));
    const output = memory.output(unpacked ? sum(unpacked) : length);
    return this.#idlest().order({ work, input, output, lengths: batch.lengths, unpacked: unpacked ?? [] });
  }

  #idlest(): CrewThread {
    if (this.#threads.length < this.#size) {
      const thread = new CrewThread();
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((a, b) => (b.load < a.load ? b : a));
  }

  /** Without a run the memory goes too: a batch of solid chunks is large. */
  #keepAlive(change: 1 | -1): void {
    this.#runs += change;
    if (this.#runs === 0) this.#spare.length = 0;
    for (const thread of this.#threads) thread.keepAlive(this.#runs > 0);
  }
}

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);

/** Where a batch and its result lie; grows with what it has to hold. */
class SharedMemory {
  #input = new SharedArrayBuffer(0);
  #output = new SharedArrayBuffer(0);

  input(length: number): Uint8Array<SharedArrayBuffer> {
    if (this.#input.byteLength < length) this.#input = new SharedArrayBuffer(length);
    return new Uint8Array(this.#input, 0, length);
  }

  output(length: number): Uint8Array<SharedArrayBuffer> {
    if (this.#output.byteLength < length) this.#output = new SharedArrayBuffer(length);
    return new Uint8Array(this.#output, 0, length);
  }
}

class CrewThread {
  readonly #worker = new Worker(new URL('./wim-chunk-worker.ts', import.meta.url));
  readonly #waiting = new Map<number, { readonly resolve: (lengths: readonly number[]) => void; readonly reject: (error: Error) => void }>();
  #id = 0;
  #broken: Error | null = null;

  constructor() {
    this.#worker.on('message', (answer: BatchAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(EngineError.fromPlain(answer.error));
      else waiting?.resolve(answer.lengths);
    });
    this.#worker.on('error', (error: Error) => this.#break(error));
    this.#worker.on('exit', () => this.#break(new Error('a thread of the crew ended')));
  }

  /** Batches it has not answered. */
  get load(): number {
    return this.#waiting.size;
  }

  order(order: Omit<BatchOrder, 'id'>): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      if (this.#broken) {
        reject(this.#broken);
        return;
      }
      this.#waiting.set(++this.#id, { resolve, reject });
      this.#worker.postMessage({ ...order, id: this.#id } satisfies BatchOrder);
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

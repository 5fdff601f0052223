import { createChunkDecompressor, type ChunkDecompressor } from '../../codecs/wim-chunk.ts';
import { GOOD_BATCH_BYTES, type ChunkBatch, type WimCrew } from '../../codecs/node-wim-crew.ts';
import type { AppendingOutput } from './output.ts';
import { chunkTable, tableBytes, type WimPacking } from './pack.ts';
import type { Resource } from './resource.ts';
import { RESOURCE_FLAG } from './structs.ts';

/** Contents to be stored in a new WIM. */
export interface Incoming {
  /** Bytes; not 0. */
  readonly size: number;
  /** SHA-1, lower-case hexadecimal; known at the latest when its last bytes are given. */
  hash: string;
}

/** The next bytes of some contents. They are the taker's until it asks for more. */
export interface IncomingBytes {
  readonly of: Incoming;
  readonly data: Uint8Array;
}

/** How contents are packed, with the chunk size in bytes. */
interface StoreFormat {
  readonly packing: WimPacking;
  readonly chunkSize: number;
}

/** Contents up to this size are held, packed, until it is known whether that is smaller. */
const HELD_BYTES = 4 << 20;
/** Of larger ones, read at once when they are unpacked again. */
const READ_BYTES = 1 << 20;

/**
 * Stores contents that come one after the other, each as a resource of its own, packed where that makes it smaller.
 */
export async function* storeAll(
  incoming: AsyncIterable<IncomingBytes>, output: AppendingOutput, { packing, chunkSize }: StoreFormat, crew: WimCrew,
): AsyncGenerator<{ readonly of: Incoming; readonly resource: Resource }> {
  let storing: Storing | null = null;
  const take = async (of: Incoming, packed: Uint8Array, size: number): Promise<Resource | null> => {
    if (storing?.of !== of) storing = new Storing(of, output, { packing, chunkSize });
    return storing.take(packed, size);
  };
  if (packing === 'none') {
    for await (const { of, data } of incoming) {
      const resource = await take(of, data, data.length);
      if (resource) yield { of, resource };
    }
    return;
  }
  const underWay: Batch[] = [];
  for await (const { bytes, lengths } of crew.pack(packing, chunkSize, inBatches(incoming, chunkSize, underWay))) {
    let at = 0;
    for (const [i, { of, length }] of underWay.shift()!.entries()) {
      const resource = await take(of, bytes.subarray(at, (at += lengths[i]!)), length);
      if (resource) yield { of, resource };
    }
  }
}

/** The chunks of a batch, with their bytes before they are packed. */
type Batch = readonly { readonly of: Incoming; readonly length: number }[];

/** Cuts contents into chunks and collects those until a thread has enough to do. */
async function* inBatches(incoming: AsyncIterable<IncomingBytes>, chunkSize: number, underWay: Batch[]): AsyncGenerator<ChunkBatch> {
  const capacity = Math.max(GOOD_BATCH_BYTES, chunkSize);
  // The crew takes what is in it before it asks for more.
  const raw = new Uint8Array(capacity);
  let chunks: { of: Incoming; length: number }[] = [];
  let filled = 0;
  let open = 0;
  const emit = (): ChunkBatch => {
    underWay.push(chunks);
    const batch = { bytes: raw.subarray(0, filled), lengths: chunks.map(({ length }) => length) };
    chunks = [];
    filled = 0;
    return batch;
  };
  let current: Incoming | null = null;
  let left = 0;
  for await (const { of, data } of incoming) {
    if (of !== current) [current, left] = [of, of.size];
    for (let at = 0; at < data.length; ) {
      // A chunk is never cut in two by the end of a batch.
      if (open === 0 && filled + Math.min(chunkSize, left) > capacity) yield emit();
      const length = Math.min(chunkSize - open, data.length - at);
      raw.set(data.subarray(at, at + length), filled);
      at += length;
      filled += length;
      open += length;
      left -= length;
      if (open < chunkSize && left > 0) continue;
      chunks.push({ of, length: open });
      open = 0;
    }
  }
  if (filled > 0) yield emit();
}

/** One resource on its way into the file. */
class Storing {
  readonly of: Incoming;
  readonly #output: AppendingOutput;
  readonly #format: StoreFormat;
  readonly #start: number;
  readonly #tableBytes: number;
  readonly #storedSizes: number[] = [];
  /** Null: written as it comes, since it is too large to be held, or one chunk that needs no table. */
  readonly #held: Uint8Array[] | null;
  #decompressor: ChunkDecompressor | null = null;
  #taken = 0;
  #stored = 0;

  constructor(of: Incoming, output: AppendingOutput, format: StoreFormat) {
    const { packing, chunkSize } = format;
    this.of = of;
    this.#output = output;
    this.#format = format;
    this.#start = output.end;
    this.#tableBytes = packing === 'none' ? 0 : tableBytes(Math.ceil(of.size / chunkSize), of.size);
    this.#held = this.#tableBytes > 0 && of.size <= HELD_BYTES ? [] : null;
  }

  /**
   * @param size of the chunk before packing, bytes
   * @returns where it lies, once that was its last chunk
   */
  async take(packed: Uint8Array, size: number): Promise<Resource | null> {
    if (this.#held) this.#held.push(packed.slice());
    else {
      if (this.#taken === 0 && this.#tableBytes > 0) await this.#output.append(new Uint8Array(this.#tableBytes));
      await this.#output.append(packed);
    }
    this.#storedSizes.push(packed.length);
    this.#stored += packed.length;
    this.#taken += size;
    return this.#taken < this.of.size ? null : this.#finish();
  }

  async #finish(): Promise<Resource> {
    const { size } = this.of;
    const { packing, chunkSize } = this.#format;
    if (packing === 'none') return { part: 0, offset: this.#start, storedSize: size, size, flags: 0 };
    const smaller = this.#tableBytes + this.#stored < size;
    const table = chunkTable(this.#storedSizes, size);
    if (this.#held) {
      if (smaller) await this.#output.append(table);
      for (const data of smaller ? this.#held : this.#unpacked(this.#held, 0, packing, chunkSize)) await this.#output.append(data);
    } else if (this.#tableBytes > 0) {
      if (smaller) await this.#output.patch(this.#start, table);
      else await this.#unpackInPlace(packing, chunkSize);
    }
    return { part: 0, offset: this.#start, storedSize: this.#output.end - this.#start, size, flags: smaller ? RESOURCE_FLAG.compressed : 0 };
  }

  /**
   * Stores as it is what packing did not make smaller, over its own chunks. These saved no more than the table in front of them takes, up
   * to any of them: so what is written never overtakes what is still to be read.
   */
  async #unpackInPlace(packing: Exclude<WimPacking, 'none'>, chunkSize: number): Promise<void> {
    let from = this.#start + this.#tableBytes;
    await this.#output.goBack(this.#start);
    for (let next = 0; next < this.#storedSizes.length; ) {
      const first = next;
      let length = 0;
      do length += this.#storedSizes[next++]!;
      while (next < this.#storedSizes.length && length + this.#storedSizes[next]! <= READ_BYTES);
      const packed = await this.#output.read(from, length);
      let at = 0;
      const chunks = this.#storedSizes.slice(first, next).map((stored) => packed.subarray(at, (at += stored)));
      for (const data of this.#unpacked(chunks, first, packing, chunkSize)) await this.#output.append(data);
      from += length;
    }
  }

  /** @param first number of the first of the chunks */
  *#unpacked(chunks: readonly Uint8Array[], first: number, packing: Exclude<WimPacking, 'none'>, chunkSize: number): Generator<Uint8Array> {
    for (const [i, chunk] of chunks.entries()) {
      const size = Math.min(chunkSize, this.of.size - (first + i) * chunkSize);
      // As long as what it holds: it is stored as it is.
      if (chunk.length === size) yield chunk;
      else {
        const data = new Uint8Array(size);
        (this.#decompressor ??= createChunkDecompressor(packing, chunkSize)).decompress(chunk, data);
        yield data;
      }
    }
  }
}

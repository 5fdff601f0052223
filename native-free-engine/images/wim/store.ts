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
  /** Its bytes once more: for contents too large to be held that packing did not make smaller. */
  again(): AsyncIterable<Uint8Array>;
}

/** The next bytes of some contents. They are the taker's until it asks for more. */
export interface IncomingBytes {
  readonly of: Incoming;
  readonly data: Uint8Array;
}

/** Contents up to this size are held both packed and not until it is known which is smaller. */
const HELD_BYTES = 16 << 20;

/**
 * Stores contents that come one after the other, each as a resource of its own, packed where that makes it smaller.
 * @param packing with the chunk size in bytes
 */
export async function* storeAll(
  incoming: AsyncIterable<IncomingBytes>, output: AppendingOutput, { packing, chunkSize }: { packing: WimPacking; chunkSize: number }, crew: WimCrew,
): AsyncGenerator<{ readonly of: Incoming; readonly resource: Resource }> {
  let storing: Storing | null = null;
  const take = async (of: Incoming, packed: Uint8Array, raw: Uint8Array): Promise<Resource | null> => {
    if (storing?.of !== of) storing = new Storing(of, output, packing, chunkSize);
    return storing.take(packed, raw);
  };
  if (packing === 'none') {
    for await (const { of, data } of incoming) {
      const resource = await take(of, data, data);
      if (resource) yield { of, resource };
    }
    return;
  }
  const underWay: Batch[] = [];
  for await (const { bytes, lengths } of crew.pack(packing, chunkSize, inBatches(incoming, chunkSize, underWay))) {
    const { raw, chunks } = underWay.shift()!;
    let [at, rawAt] = [0, 0];
    for (const [i, { of, length }] of chunks.entries()) {
      const resource = await take(of, bytes.subarray(at, (at += lengths[i]!)), raw.subarray(rawAt, (rawAt += length)));
      if (resource) yield { of, resource };
    }
  }
}

interface Batch {
  readonly raw: Uint8Array;
  readonly chunks: readonly { readonly of: Incoming; readonly length: number }[];
}

/** Cuts contents into chunks and collects those until a thread has enough to do. */
async function* inBatches(incoming: AsyncIterable<IncomingBytes>, chunkSize: number, underWay: Batch[]): AsyncGenerator<ChunkBatch> {
  const capacity = Math.max(GOOD_BATCH_BYTES, chunkSize);
  let raw = new Uint8Array(capacity);
  let chunks: { of: Incoming; length: number }[] = [];
  let filled = 0;
  let open = 0;
  const emit = (): ChunkBatch => {
    const batch = { raw: raw.subarray(0, filled), chunks };
    underWay.push(batch);
    raw = new Uint8Array(capacity);
    chunks = [];
    filled = 0;
    return { bytes: batch.raw, lengths: batch.chunks.map(({ length }) => length) };
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
  readonly #packing: WimPacking;
  readonly #start: number;
  readonly #tableBytes: number;
  readonly #storedSizes: number[] = [];
  /** Null: too large to be held, and written as it comes. */
  readonly #held: { readonly packed: Uint8Array; readonly raw: Uint8Array }[] | null;
  #taken = 0;
  #stored = 0;

  constructor(of: Incoming, output: AppendingOutput, packing: WimPacking, chunkSize: number) {
    this.of = of;
    this.#output = output;
    this.#packing = packing;
    this.#start = output.end;
    this.#tableBytes = packing === 'none' ? 0 : tableBytes(Math.ceil(of.size / chunkSize), of.size);
    this.#held = packing !== 'none' && of.size <= HELD_BYTES ? [] : null;
  }

  /** @returns where it lies, once that was its last chunk */
  async take(packed: Uint8Array, raw: Uint8Array): Promise<Resource | null> {
    if (this.#held) this.#held.push({ packed: packed.slice(), raw });
    else {
      if (this.#taken === 0 && this.#tableBytes > 0) await this.#output.append(new Uint8Array(this.#tableBytes));
      await this.#output.append(packed);
    }
    this.#storedSizes.push(packed.length);
    this.#stored += packed.length;
    this.#taken += raw.length;
    return this.#taken < this.of.size ? null : this.#finish();
  }

  async #finish(): Promise<Resource> {
    const { size } = this.of;
    if (this.#packing === 'none') return { part: 0, offset: this.#start, storedSize: size, size, flags: 0 };
    const smaller = this.#tableBytes + this.#stored < size;
    const table = chunkTable(this.#storedSizes, size);
    if (this.#held) {
      if (smaller) await this.#output.append(table);
      for (const { packed, raw } of this.#held) await this.#output.append(smaller ? packed : raw);
    } else if (smaller) await this.#output.patch(this.#start, table);
    else {
      await this.#output.goBack(this.#start);
      for await (const data of this.of.again()) await this.#output.append(data);
    }
    return { part: 0, offset: this.#start, storedSize: this.#output.end - this.#start, size, flags: smaller ? RESOURCE_FLAG.compressed : 0 };
  }
}

import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import type { PackedBatch, WimCrew } from '../../codecs/node-wim-crew.ts';
import { windowed } from '../../io/windowed.ts';
import { chunkSizeAt, type ChunkMap } from './chunk-map.ts';
import { wimInvalid } from './faults.ts';
import type { Wim } from './open.ts';
import { isPacked, type Resource } from './resource.ts';
import type { Stream } from './types.ts';

/** A run of bytes of one stream, in order. The array is the taker's until it asks for the next. */
export interface StreamBytes {
  readonly stream: Stream;
  /** From the start of the stream. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** What is stored, read at once and unpacked together: 1 MiB, or one chunk when that is more. */
const BATCH_BYTES = 1 << 20;
/** Less than this is unpacked before threads have started. */
const WORTH_THREADS_BYTES = 4 << 20;
/** Some bytes of one resource: a chunk, or a stretch of what is not packed. */
interface Unit {
  readonly path: string;
  /** Null: not packed. */
  readonly map: ChunkMap | null;
  /** A large chunk is read only when there is room for it. */
  readonly stored: Uint8Array | ((into: Uint8Array) => Promise<void>);
  readonly storedSize: number;
  /** Unpacked. */
  readonly size: number;
}

/** Where a unit belongs. */
interface Place {
  readonly path: string;
  /** The wanted streams in this resource, in order. */
  readonly streams: readonly Stream[];
  /** Of the unit, in the unpacked resource. */
  readonly offset: number;
}

type Placed = Unit & Place;

/**
 * The contents of `streams` from beginning to end, each byte of the WIM read and unpacked once, whatever their order: a
 * solid resource is gone through once for all streams in it. Empty streams give nothing.
 * @param streams in the order of the file: {@link inFileOrder}
 * @throws EngineError `wim-invalid`, `wim-unsupported`, `wim-too-large`, what the sources throw; AbortError
 */
export async function* readInOrder(wim: Wim, streams: readonly Stream[], crew: WimCrew, signal?: AbortSignal): AsyncGenerator<StreamBytes> {
  const worthIt = streams.reduce((sum, { size }) => sum + size, 0) > WORTH_THREADS_BYTES;
  const batches = batchesOf(units(wim, streams, signal));
  let next = await batches.next();
  /** Batches packed in one way, as a crew takes them; what each holds is kept in `underWay` until it comes back. */
  const alike = async function* (map: ChunkMap, underWay: (readonly Place[])[]): AsyncGenerator<PackedBatch> {
    while (!next.done && isAlike(next.value, map)) {
      underWay.push(next.value.map(({ path, streams, offset }) => ({ path, streams, offset })));
      yield { bytes: joined(next.value), lengths: next.value.map(({ storedSize }) => storedSize), unpacked: next.value.map(({ size }) => size) };
      next = await batches.next();
    }
  };
  while (!next.done) {
    const map = next.value.find((unit) => unit.map)?.map;
    if (!map || !worthIt) {
      for (const unit of next.value) yield* cut(unit, await unpackHere(wim, unit));
      next = await batches.next();
      continue;
    }
    const underWay: (readonly Place[])[] = [];
    try {
      for await (const { bytes, lengths } of crew.unpack(map.compression, map.chunkSize, alike(map, underWay))) {
        let at = 0;
        for (const [i, unit] of underWay.shift()!.entries()) yield* cut(unit, bytes.subarray(at, (at += lengths[i]!)));
      }
    } catch (error) {
      throw error instanceof EngineError && error.code === 'image-corrupt' ? wimInvalid(underWay[0]?.[0]?.path ?? wim.path, 'a chunk that does not unpack', error) : error;
    }
  }
}

const isAlike = (units: readonly Placed[], like: ChunkMap): boolean =>
  units.every(({ map }) => !map || (map.compression === like.compression && map.chunkSize === like.chunkSize));

function joined(units: readonly Unit[]): Unit['stored'] {
  // A large one is alone.
  if (units.length === 1) return units[0]!.stored;
  const bytes = new Uint8Array(units.reduce((sum, { storedSize }) => sum + storedSize, 0));
  let at = 0;
  for (const { stored, storedSize } of units) {
    if (stored instanceof Uint8Array) bytes.set(stored, at);
    at += storedSize;
  }
  return bytes;
}

async function unpackHere(wim: Wim, { path, map, stored, storedSize, size }: Unit): Promise<Uint8Array> {
  const packed = stored instanceof Uint8Array ? stored : new Uint8Array(storedSize);
  if (typeof stored === 'function') await stored(packed);
  if (!map) return packed;
  const data = new Uint8Array(size);
  wim.resources.unpackChunk(path, map, packed, data);
  return data;
}

function* cut({ streams, offset }: Place, data: Uint8Array): Generator<StreamBytes> {
  const end = offset + data.length;
  for (let i = firstEndingAfter(streams, offset); i < streams.length && streams[i]!.offset < end; i++) {
    const stream = streams[i]!;
    const from = Math.max(stream.offset, offset);
    const to = Math.min(stream.offset + stream.size, end);
    if (to > from) yield { stream, offset: from - stream.offset, data: data.subarray(from - offset, to - offset) };
  }
}

/** Streams do not overlap in sound files; where they do, the ends are not sorted and some are found late: their checksums tell. */
function firstEndingAfter(streams: readonly Stream[], offset: number): number {
  let [low, high] = [0, streams.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (streams[middle]!.offset + streams[middle]!.size > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function* units(wim: Wim, streams: readonly Stream[], signal: AbortSignal | undefined): AsyncGenerator<Placed> {
  const sources = wim.files.map(({ source }) => windowed(source));
  for (const [resource, inIt] of byResource(streams)) {
    const source = sources[resource.part]!;
    const { path } = wim.files[resource.part]!;
    throwIfAborted(signal);
    if (!isPacked(resource)) {
      for (let at = 0; at < resource.size; at += BATCH_BYTES) {
        const size = Math.min(BATCH_BYTES, resource.size - at);
        throwIfAborted(signal);
        yield { path, map: null, stored: await source.slice(resource.offset + at, size), storedSize: size, size, streams: inIt, offset: at };
      }
      continue;
    }
    const map = await wim.resources.map(resource);
    for (let index = 0; index < map.count; index++) {
      const offset = index * map.chunkSize;
      const size = chunkSizeAt(map, index);
      const next = inIt[firstEndingAfter(inIt, offset)];
      if (!next) break;
      // Nobody wants what is in this chunk.
      if (next.offset >= offset + size) continue;
      throwIfAborted(signal);
      const start = map.starts[index]!;
      const storedSize = map.starts[index + 1]! - start;
      const read = (into: Uint8Array): Promise<void> => source.readInto(start, into);
      yield { path, map, stored: size > BATCH_BYTES ? read : await source.slice(start, storedSize), storedSize, size, streams: inIt, offset };
    }
  }
}

/** Units of one way of packing, or none. */
async function* batchesOf(units: AsyncGenerator<Placed>): AsyncGenerator<readonly Placed[]> {
  let batch: Placed[] = [];
  let bytes = 0;
  for await (const unit of units) {
    const first = batch.find(({ map }) => map)?.map;
    if (batch.length > 0 && (bytes + unit.size > BATCH_BYTES || (first && !isAlike([unit], first)))) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(unit);
    bytes += unit.size;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function byResource(streams: readonly Stream[]): Map<Resource, Stream[]> {
  const groups = new Map<Resource, Stream[]>();
  for (const stream of streams) {
    if (stream.size === 0) continue;
    const group = groups.get(stream.resource);
    if (group) group.push(stream);
    else groups.set(stream.resource, [stream]);
  }
  return groups;
}

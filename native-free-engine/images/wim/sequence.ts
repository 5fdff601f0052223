import { throwIfAborted } from '../../base/abort.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { chunkSizeAt, type ChunkMap } from './chunk-map.ts';
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
const WINDOW_BYTES = 4 << 20;
/** Unpacked bytes in memory at which no more is read ahead; two of the large chunks of an ESD. */
const AHEAD_BYTES = 96 << 20;
/** Batches being unpacked while one is taken. */
const AHEAD_BATCHES = 4;

/** Some bytes of one resource: a chunk, or a stretch of what is not packed. */
export interface Unit {
  readonly path: string;
  /** Null: not packed. */
  readonly map: ChunkMap | null;
  readonly stored: Uint8Array;
  /** Unpacked. */
  readonly size: number;
}

interface Placed extends Unit {
  /** The wanted streams in this resource, in order. */
  readonly streams: readonly Stream[];
  /** Of the unit, in the unpacked resource. */
  readonly offset: number;
}

/** Unpacks units, all of them at once. */
export type Unpack = (units: readonly Unit[]) => Promise<readonly Uint8Array[]>;

/**
 * The contents of `streams` from beginning to end, each byte of the WIM read and unpacked once, whatever their order: a
 * solid resource is gone through once for all streams in it. Empty streams give nothing.
 * @param streams in the order of the file: {@link inFileOrder}
 * @throws EngineError `wim-invalid`, `wim-unsupported`, `wim-too-large`, what the sources throw; AbortError
 */
export async function* readInOrder(wim: Wim, streams: readonly Stream[], unpack: Unpack = unpackHere(wim), signal?: AbortSignal): AsyncGenerator<StreamBytes> {
  const batches = batchesOf(units(wim, streams));
  const running: { readonly units: readonly Placed[]; readonly unpacked: Promise<readonly Uint8Array[]> }[] = [];
  let ahead = 0;
  for (let more = true; more || running.length > 0; ) {
    while (more && running.length < AHEAD_BATCHES && ahead < AHEAD_BYTES) {
      throwIfAborted(signal);
      const next = await batches.next();
      if (next.done) more = false;
      else {
        const unpacked = unpack(next.value);
        // Whoever awaits it first throws; until then it is nobody's.
        unpacked.catch(() => undefined);
        running.push({ units: next.value, unpacked });
        ahead += bytesIn(next.value);
      }
    }
    const batch = running.shift();
    if (!batch) break;
    const unpacked = await batch.unpacked;
    for (const [i, unit] of batch.units.entries()) yield* cut(unit, unpacked[i]!);
    ahead -= bytesIn(batch.units);
  }
}

const bytesIn = (units: readonly Unit[]): number => units.reduce((sum, { size }) => sum + size, 0);

/** Unpacks in the caller's thread. */
export function unpackHere(wim: Wim): Unpack {
  return async (units) => units.map(({ path, map, stored, size }) => {
    if (!map) return stored;
    const data = new Uint8Array(size);
    wim.resources.unpackChunk(path, map, stored, data);
    return data;
  });
}

function* cut({ streams, offset }: Placed, data: Uint8Array): Generator<StreamBytes> {
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

async function* units(wim: Wim, streams: readonly Stream[]): AsyncGenerator<Placed> {
  const sources = wim.files.map(({ source }) => windowed(source));
  for (const [resource, inIt] of byResource(streams)) {
    const source = sources[resource.part]!;
    const { path } = wim.files[resource.part]!;
    if (!isPacked(resource)) {
      for (let at = 0; at < resource.size; at += BATCH_BYTES) {
        const size = Math.min(BATCH_BYTES, resource.size - at);
        yield { path, map: null, stored: await readBytes(source, resource.offset + at, size), size, streams: inIt, offset: at };
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
      const stored = await readBytes(source, map.starts[index]!, map.starts[index + 1]! - map.starts[index]!);
      yield { path, map, stored, size, streams: inIt, offset };
    }
  }
}

async function* batchesOf(units: AsyncGenerator<Placed>): AsyncGenerator<readonly Placed[]> {
  let batch: Placed[] = [];
  let bytes = 0;
  for await (const unit of units) {
    if (batch.length > 0 && bytes + unit.size > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(unit);
    bytes += unit.size;
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

/** A source read in large stretches by somebody who goes forward in small steps. */
function windowed(source: BlockSource): BlockSource {
  let start = 0;
  let window: Uint8Array = new Uint8Array(0);
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    async readInto(offset, buffer) {
      if (buffer.length >= WINDOW_BYTES) return source.readInto(offset, buffer);
      if (offset < start || offset + buffer.length > start + window.length) {
        window = await readBytes(source, offset, Math.min(WINDOW_BYTES, source.size - offset));
        start = offset;
      }
      buffer.set(window.subarray(offset - start, offset - start + buffer.length));
    },
    close: () => Promise.resolve(),
  };
}

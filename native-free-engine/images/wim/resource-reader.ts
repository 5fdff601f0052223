import { createChunkDecompressor, type ChunkDecompressor } from '../../codecs/wim-chunk.ts';
import { EngineError } from '../../base/errors.ts';
import { checkRange } from '../../io/bounds.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { rangedSource } from '../../io/ranged.ts';
import type { BlockSource } from '../../io/types.ts';
import { chunkSizeAt, readChunkMap, type ChunkMap } from './chunk-map.ts';
import { wimInvalid, wimTooLarge } from './faults.ts';
import { checkPlace } from './lookup-table.ts';
import { isPacked, type Resource } from './resource.ts';
import type { Stream, WimFile } from './types.ts';

/** Unpacked chunks kept, bytes; one chunk is kept whatever its size, or a solid resource would be unpacked anew for every file. */
const CACHE_BYTES = 16 << 20;
const KEPT_MAPS = 32;

/** Reads resources of a WIM at any offset. */
export class ResourceReader {
  readonly #files: readonly WimFile[];
  /** Both in the order of last use. */
  readonly #maps = new Map<string, Promise<ChunkMap>>();
  readonly #chunks = new Map<string, Promise<Uint8Array>>();
  readonly #decompressors = new Map<string, ChunkDecompressor>();

  constructor(files: readonly WimFile[]) {
    this.#files = files;
  }

  /** A stream's contents; closing it leaves the WIM open. */
  source(stream: Pick<Stream, 'resource' | 'offset' | 'size'>): BlockSource {
    const { resource, offset: start, size } = stream;
    if (!isPacked(resource)) return rangedSource(this.#file(resource).source, { offset: resource.offset, length: size });
    return {
      size,
      sectorSize: 512,
      readInto: async (offset, buffer) => {
        checkRange('stream', offset, buffer.length, size);
        await this.readInto(resource, start + offset, buffer);
      },
      close: () => Promise.resolve(),
    };
  }

  /**
   * The whole of a table or metadata resource.
   * @param limit bytes that it may have at most
   * @throws EngineError `wim-too-large` before any memory is taken
   */
  async readAll(resource: Resource, what: string, limit: number): Promise<Uint8Array> {
    const file = this.#file(resource);
    checkPlace(file, resource);
    if (resource.size > limit) throw wimTooLarge(file.path, what, resource.size);
    if (!isPacked(resource)) {
      if (resource.storedSize !== resource.size) throw wimInvalid(file.path, `${what} of ${resource.size} bytes stored as ${resource.storedSize}`);
      return readBytes(file.source, resource.offset, resource.size);
    }
    // Its chunks come first: one that lies about its size is found before memory is taken for it.
    await this.map(resource);
    const data = new Uint8Array(resource.size);
    await this.readInto(resource, 0, data);
    return data;
  }

  /** The chunk table of a packed resource. */
  map(resource: Resource): Promise<ChunkMap> {
    return remembered(this.#maps, `${resource.part}:${resource.offset}`, () => readChunkMap(this.#file(resource), resource), KEPT_MAPS);
  }

  async readInto(resource: Resource, offset: number, buffer: Uint8Array): Promise<void> {
    const map = await this.map(resource);
    checkRange('resource', offset, buffer.length, map.size);
    for (let at = 0; at < buffer.length; ) {
      const index = Math.floor((offset + at) / map.chunkSize);
      const from = offset + at - index * map.chunkSize;
      const length = Math.min(chunkSizeAt(map, index) - from, buffer.length - at);
      const into = buffer.subarray(at, at + length);
      if (length === chunkSizeAt(map, index) && !this.#chunks.has(keyOf(resource, index))) await this.#unpack(resource, map, index, into);
      else into.set((await this.#chunk(resource, map, index)).subarray(from, from + length));
      at += length;
    }
  }

  #chunk(resource: Resource, map: ChunkMap, index: number): Promise<Uint8Array> {
    const kept = Math.max(1, Math.floor(CACHE_BYTES / map.chunkSize));
    return remembered(this.#chunks, keyOf(resource, index), async () => {
      const chunk = new Uint8Array(chunkSizeAt(map, index));
      await this.#unpack(resource, map, index, chunk);
      return chunk;
    }, kept);
  }

  async #unpack(resource: Resource, map: ChunkMap, index: number, into: Uint8Array): Promise<void> {
    const { path, source } = this.#file(resource);
    const packed = await readBytes(source, map.starts[index]!, map.starts[index + 1]! - map.starts[index]!);
    this.unpackChunk(path, map, packed, into);
  }

  /** @throws EngineError `wim-invalid` */
  unpackChunk(path: string, map: ChunkMap, packed: Uint8Array, into: Uint8Array): void {
    const key = `${map.compression}:${map.chunkSize}`;
    let decompressor = this.#decompressors.get(key);
    if (!decompressor) this.#decompressors.set(key, (decompressor = createChunkDecompressor(map.compression, map.chunkSize)));
    try {
      decompressor.decompress(packed, into);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'image-corrupt') throw wimInvalid(path, `a chunk that does not unpack (${map.compression})`, error);
      throw error;
    }
  }

  #file(resource: Resource): WimFile {
    return this.#files[resource.part]!;
  }
}

const keyOf = (resource: Resource, index: number): string => `${resource.part}:${resource.offset}:${index}`;

/** What was made for `key`, or made now; at most `limit` are kept, those used last. What failed is not kept. */
function remembered<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>, limit: number): Promise<T> {
  const known = kept.get(key);
  const made = known ?? make();
  kept.delete(key);
  kept.set(key, made);
  if (!known) made.catch(() => kept.get(key) === made && kept.delete(key));
  for (const oldest of kept.keys()) {
    if (kept.size <= limit) break;
    kept.delete(oldest);
  }
  return made;
}

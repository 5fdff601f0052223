import type { Extent, ExtentSet } from '../base/extent.ts';
import { alignUp } from '../base/safe-int.ts';
import type { ImageSource } from '../images/types.ts';
import { BUFFER_ALIGNMENT } from '../io/aligned-buffer.ts';
import type { ByteStream } from '../io/types.ts';
import type { BufferPool } from './buffer-pool.ts';
import { chunkAt } from './chunks.ts';

/** A piece of the image in memory. */
export interface Chunk {
  readonly offset: number;
  /** Bytes of the image in it. */
  readonly length: number;
  /** The pool's whole buffer; bytes past `length` are zero up to the next multiple of 4096. */
  readonly buffer: Uint8Array;
}

/** What a reader needs of an image. */
export type ChunkOrigin = Pick<ImageSource, 'size' | 'block' | 'openStream'>;

/** Reads in flight at once from a file or disk; more bought nothing when measured. */
const READS_IN_FLIGHT = 3;

/** The image's chunks in order, read ahead as far as the pool has buffers. */
export class ChunkReader {
  readonly #image: ChunkOrigin;
  readonly #mapped: ExtentSet | null;
  readonly #pool: BufferPool;
  readonly #ahead: Promise<Chunk | null>[] = [];
  #position: number;
  #stream: ByteStream | null = null;
  #streamPosition = 0;
  #ended = false;

  /** @param from byte of the image to start at, or at the first chunk after it */
  constructor(image: ChunkOrigin, mapped: ExtentSet | null, pool: BufferPool, from: number) {
    this.#image = image;
    this.#mapped = mapped;
    this.#pool = pool;
    this.#position = from;
  }

  /** Bytes taken from the file or URL itself, or null when that is the same as the bytes delivered. */
  consumed(): number | null {
    return this.#stream?.consumed() ?? null;
  }

  /** The next chunk, whose buffer the caller gives back to the pool; null after the last. */
  async next(): Promise<Chunk | null> {
    if (!this.#image.block) return this.#nextFromStream();
    while (!this.#ended && this.#ahead.length < READS_IN_FLIGHT) {
      const extent = this.#advance();
      if (!extent) break;
      const read = this.#readBlock(extent);
      // Its error belongs to whoever asks for this chunk, which may be some chunks from now.
      read.catch(() => undefined);
      this.#ahead.push(read);
    }
    return (await this.#ahead.shift()) ?? null;
  }

  async close(): Promise<void> {
    this.#ended = true;
    for (const read of this.#ahead.splice(0)) {
      void read.then((chunk) => chunk && this.#pool.release(chunk.buffer), () => undefined);
    }
    await this.#stream?.close();
  }

  #advance(): Extent | null {
    const extent = chunkAt(this.#position, this.#image.size, this.#mapped);
    if (extent) this.#position = extent.offset + extent.length;
    else this.#ended = true;
    return extent;
  }

  async #readBlock(extent: Extent): Promise<Chunk> {
    const buffer = await this.#pool.acquire();
    try {
      await this.#image.block!.readInto(extent.offset, buffer.subarray(0, extent.length));
    } catch (error) {
      this.#pool.release(buffer);
      throw error;
    }
    return finish(extent, buffer);
  }

  async #nextFromStream(): Promise<Chunk | null> {
    const extent = this.#ended ? null : this.#advance();
    if (!extent) return null;
    if (!this.#stream) {
      this.#stream = await this.#image.openStream(extent.offset);
      this.#streamPosition = extent.offset;
    }
    const buffer = await this.#pool.acquire();
    try {
      // What a block map leaves out has to be unpacked all the same, to get past it.
      while (this.#streamPosition < extent.offset) {
        const wanted = Math.min(buffer.length, extent.offset - this.#streamPosition);
        const got = await this.#stream.read(buffer.subarray(0, wanted));
        this.#streamPosition += got;
        if (got < wanted) break;
      }
      const length = await this.#stream.read(buffer.subarray(0, extent.length));
      this.#streamPosition += length;
      if (length < extent.length) this.#ended = true;
      if (length === 0) {
        this.#pool.release(buffer);
        return null;
      }
      return finish({ offset: extent.offset, length }, buffer);
    } catch (error) {
      this.#pool.release(buffer);
      throw error;
    }
  }
}

function finish(extent: Extent, buffer: Uint8Array): Chunk {
  buffer.fill(0, extent.length, Math.min(buffer.length, alignUp(extent.length, BUFFER_ALIGNMENT)));
  return { offset: extent.offset, length: extent.length, buffer };
}

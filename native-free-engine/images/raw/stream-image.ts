import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import type { ExtentSet } from '../../base/extent.ts';
import { checkRange } from '../../io/bounds.ts';
import { skipBytes } from '../../io/stream-range.ts';
import type { ByteStream } from '../../io/types.ts';
import type { DiskImage } from '../disk-image.ts';
import type { ImageSource } from '../types.ts';

const SCAN_BYTES = 1024 * 1024;
/** Zeros are told from data in steps of this many bytes. */
const SCAN_GRAIN = 64 * 1024;

/**
 * The disk in a packed raw image. Only reads in ascending order are quick: one that goes back unpacks again from
 * the start, unless the image's first MiB holds it.
 *
 * Where the packing does not tell the size (gzip, bzip2), the whole is unpacked once to learn it; what is learnt on
 * the way is which parts are zeros.
 * @param image is closed with the result
 * @throws EngineError what unpacking throws; AbortError
 */
export async function streamImage(image: ImageSource, signal: AbortSignal | undefined): Promise<DiskImage> {
  const scanned = image.size === null ? await scan(image, signal) : null;
  const size = image.size ?? scanned!.size;
  const reader = new StreamReader(image, size);
  return {
    format: 'raw',
    variant: image.chain.join(', '),
    location: image.location,
    files: [image.location],
    ordered: true,
    volumeOnly: false,
    size,
    sectorSize: 512,
    readInto: (offset, buffer) => reader.readInto(offset, buffer),
    usedExtents: () => Promise.resolve(scanned?.used ?? [{ offset: 0, length: size }]),
    async close() {
      await reader.close();
      await image.close();
    },
  };
}

class StreamReader {
  readonly #image: ImageSource;
  readonly #size: number;
  #stream: ByteStream | null = null;
  #position = 0;
  /** One reader at a time: the next waits for the one before it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(image: ImageSource, size: number) {
    this.#image = image;
    this.#size = size;
  }

  readInto(offset: number, buffer: Uint8Array): Promise<void> {
    const mine = this.#last.then(() => this.#read(offset, buffer));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #read(offset: number, buffer: Uint8Array): Promise<void> {
    const { head, location } = this.#image;
    checkRange(location, offset, buffer.length, this.#size);
    if (offset + buffer.length <= head.length) {
      buffer.set(head.subarray(offset, offset + buffer.length));
      return;
    }
    if (!this.#stream || offset < this.#position) {
      await this.close();
      this.#stream = await this.#image.openStream(offset);
    } else if (!(await skipBytes(this.#stream, offset - this.#position))) {
      throw this.#short();
    }
    this.#position = offset;
    const got = await this.#stream.read(buffer);
    this.#position += got;
    if (got < buffer.length) throw this.#short();
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    await stream?.close();
  }

  #short(): EngineError {
    return new EngineError('image-truncated', { path: this.#image.location, format: 'raw' });
  }
}

async function scan(image: ImageSource, signal: AbortSignal | undefined): Promise<{ readonly size: number; readonly used: ExtentSet }> {
  const stream = await image.openStream(0);
  try {
    const used = new ExtentBuilder();
    const buffer = new Uint8Array(SCAN_BYTES);
    const zeros = new Uint8Array(SCAN_GRAIN);
    let size = 0;
    for (;;) {
      throwIfAborted(signal);
      const got = await stream.read(buffer);
      for (let at = 0; at < got; at += SCAN_GRAIN) {
        const length = Math.min(SCAN_GRAIN, got - at);
        if (Buffer.compare(buffer.subarray(at, at + length), zeros.subarray(0, length)) !== 0) used.add(size + at, length);
      }
      size += got;
      if (got < buffer.length) break;
    }
    return { size, used: used.build() };
  } finally {
    await stream.close();
  }
}

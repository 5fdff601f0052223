import { constants, createZstdDecompress, zstdDecompress } from 'node:zlib';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { ByteStream } from '../io/types.ts';
import { BufferedInput } from './buffered-input.ts';
import { decodedStream, type Decoder } from './decoded-stream.ts';
import { asError, corrupt, truncated, unsupported } from './faults.ts';
import { INPUT_CHUNK_BYTES, Inflater, OUTPUT_CHUNK_BYTES, READ_AHEAD_BYTES } from './inflater.ts';
import { MAX_FRAME_HEADER_BYTES, parseFrameHeader, zstdMagic, type FrameHeader } from './zstd-format.ts';

const FORMAT = 'zstd';
/** A frame that fits here is unpacked whole, next to others; a larger one is unpacked as a stream. */
const WHOLE_FRAME_BYTES = READ_AHEAD_BYTES;
const BLOCK_HEADER_BYTES = 3;
const MAX_BLOCK_BYTES = 128 << 10;
/** The largest window that is unpacked: 256 MiB, `zstd --long=28`. */
const WINDOW_LOG_MAX = 28;
const PARAMS = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX };

const decompressWhole = promisify(zstdDecompress);

/**
 * Unpacks Zstandard (RFC 8878): frames one after the other, skippable frames,
 * content checksums. Frames are told apart here, because node:zlib takes a
 * second frame in the same piece of input for garbage and drops it; and because
 * frames that say their size are then unpacked on all cores.
 *
 * @param size what is known of the unpacked size, in bytes
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-format-unsupported`
 */
export function unzstd(stream: ByteStream, size: number | null = null): ByteStream {
  return decodedStream(new ZstdDecoder(new BufferedInput(stream, FORMAT), size));
}

/** One frame on its way: unpacked whole, or as a stream. */
type Frame = { readonly whole: Promise<Uint8Array> } | { readonly stream: Inflater; readonly header: FrameHeader };

class ZstdDecoder implements Decoder {
  readonly size: number | null;
  readonly #input: BufferedInput;
  /** Frames under way, in order; only the last may be a stream. */
  readonly #frames: Frame[] = [];
  readonly #parallel = Math.max(2, Math.min(4, availableParallelism()));
  #piece: Uint8Array = new Uint8Array(0);
  #framesSeen = 0;
  #streamed = 0;
  #inputEnded = false;
  /** A fault in the input behind frames that are still sound: theirs come first. */
  #inputFault: Error | null = null;

  constructor(input: BufferedInput, size: number | null) {
    this.#input = input;
    this.size = size;
  }

  async readSome(buffer: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#piece.length) {
        const count = Math.min(buffer.length, this.#piece.length);
        buffer.set(this.#piece.subarray(0, count));
        this.#piece = this.#piece.subarray(count);
        return count;
      }
      await this.#openFrames();
      const frame = this.#frames[0];
      if (!frame) {
        if (this.#inputFault !== null) throw this.#inputFault;
        return 0;
      }
      if ('whole' in frame) {
        this.#piece = await frame.whole;
        this.#frames.shift();
      } else {
        const got = await frame.stream.read(buffer);
        this.#streamed += got;
        const expected = frame.header.contentSize;
        if (got > 0) return got;
        if (frame.stream.leftover().length || (expected !== null && expected !== this.#streamed)) throw corrupt(FORMAT);
        this.#frames.shift();
      }
    }
  }

  consumed(): number {
    return this.#input.consumed();
  }

  async close(): Promise<void> {
    for (const frame of this.#frames) if ('stream' in frame) frame.stream.close();
    await this.#input.close();
  }

  async #openFrames(): Promise<void> {
    const streaming = (): boolean => this.#frames.some((frame) => 'stream' in frame);
    try {
      while (!this.#inputEnded && this.#frames.length < this.#parallel && !streaming()) {
        const frame = await this.#nextFrame();
        if (frame) this.#frames.push(frame);
        else this.#inputEnded = true;
      }
    } catch (error) {
      this.#inputFault = asError(error);
      this.#inputEnded = true;
    }
  }

  async #nextFrame(): Promise<Frame | null> {
    for (;;) {
      if (!(await this.#input.fill(1))) {
        if (this.#framesSeen === 0) throw truncated(FORMAT);
        return null;
      }
      const kind = zstdMagic(await this.#input.need(4));
      if (kind === null) throw corrupt(FORMAT);
      if (kind === 'frame') break;
      const lengths = await this.#input.need(8);
      await this.#skip(8 + new DataView(lengths.buffer, lengths.byteOffset).getUint32(4, true));
    }
    this.#framesSeen++;
    await this.#input.fill(MAX_FRAME_HEADER_BYTES);
    const header = parseFrameHeader(this.#input.view);
    if (header === 'short') throw truncated(FORMAT);
    if (header === 'invalid') throw corrupt(FORMAT);
    if (header.windowSize > 2 ** WINDOW_LOG_MAX) throw unsupported(`zstd, window of ${Math.ceil(header.windowSize / 2 ** 20)} MiB`);
    if (header.hasDictionary) throw unsupported('zstd with a dictionary');
    const pieces = this.#framePieces(header);
    if (header.contentSize !== null && header.contentSize <= WHOLE_FRAME_BYTES) {
      return this.#startWhole(header.contentSize, pieces);
    }
    this.#streamed = 0;
    const next = async (): Promise<Uint8Array | null> => (await pieces.next()).value ?? null;
    return { stream: new Inflater(createZstdDecompress({ chunkSize: OUTPUT_CHUNK_BYTES, params: PARAMS }), next, FORMAT, true), header };
  }

  /** Gathers the frame's packed bytes and unpacks them on libuv's pool. */
  async #startWhole(contentSize: number, pieces: AsyncGenerator<Uint8Array, null>): Promise<Frame> {
    // Stored blocks add three bytes each; a frame much larger than its content is made to fill memory.
    const packed = new Uint8Array(Math.ceil(contentSize * 1.125) + (64 << 10));
    let gathered = 0;
    for await (const part of pieces) {
      if (gathered + part.length > packed.length) throw corrupt(FORMAT);
      packed.set(part, gathered);
      gathered += part.length;
    }
    const whole = decompressWhole(packed.subarray(0, gathered), { chunkSize: contentSize + 64, maxOutputLength: contentSize + 64, params: PARAMS }).then(
      (bytes) => {
        if (bytes.length !== contentSize) throw corrupt(FORMAT);
        return bytes;
      },
      (error: unknown) => {
        throw corrupt(FORMAT, error);
      },
    );
    // Whoever reads as far as this frame sees its fault; a reader that stops before must not bring the process down.
    whole.catch(() => undefined);
    return { whole };
  }

  /**
   * The frame's bytes, block by block (RFC 8878, section 3.1.1), so that its end is known without unpacking it.
   * Each piece is good until the next but one is asked for.
   */
  async *#framePieces(header: FrameHeader): AsyncGenerator<Uint8Array, null> {
    // The longest piece is one that falls just short and takes one block more.
    const memory = (): Uint8Array => new Uint8Array(INPUT_CHUNK_BYTES + header.length + BLOCK_HEADER_BYTES + MAX_BLOCK_BYTES + 4);
    let [piece, other] = [memory(), memory()];
    await this.#input.takeInto(piece, 0, header.length);
    let gathered = header.length;
    for (let last = false; !last; ) {
      const [low = 0, middle = 0, high = 0] = await this.#input.need(BLOCK_HEADER_BYTES);
      const value = low | (middle << 8) | (high << 16);
      last = (value & 1) === 1;
      const type = (value >> 1) & 3;
      const size = value >> 3;
      if (type === 3 || size > MAX_BLOCK_BYTES) throw corrupt(FORMAT);
      const length = BLOCK_HEADER_BYTES + (type === 1 ? 1 : size) + (last && header.hasChecksum ? 4 : 0);
      await this.#input.takeInto(piece, gathered, length);
      gathered += length;
      if (gathered >= INPUT_CHUNK_BYTES || last) {
        yield piece.subarray(0, gathered);
        [piece, other] = [other, piece];
        gathered = 0;
      }
    }
    return null;
  }

  async #skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const step = Math.min(left, INPUT_CHUNK_BYTES);
      await this.#input.need(step);
      this.#input.skip(step);
      left -= step;
    }
  }
}

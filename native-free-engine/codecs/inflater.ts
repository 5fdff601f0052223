import type { Transform } from 'node:stream';
import { EngineError, errnoOf } from '../base/errors.ts';
import type { BufferedInput } from './buffered-input.ts';
import { corrupt, truncated } from './faults.ts';
import { OutputQueue } from './output-queue.ts';

/** Decompressed bytes that may wait for the reader, so that decompression goes on while a disk is written. */
export const READ_AHEAD_BYTES = 8 << 20;
/**
 * Output buffer of a decompressor. zlib's own default of 16 KiB costs a quarter of the speed; and after each stretch
 * of output the next one waits for the main thread, which may be busy with a checksum just then.
 */
export const OUTPUT_CHUNK_BYTES = 4 << 20;
export const INPUT_CHUNK_BYTES = 1 << 20;

/** A decompressor of node:zlib; it counts the bytes that it really used. */
export type ZlibTransform = Transform & { readonly bytesWritten: number };

/** Gives the next piece of input, or null when there is no more. */
export type InputPieces = () => Promise<Uint8Array | null>;

/**
 * Runs a decompressor of node:zlib, whose work is done on libuv's pool, ahead of the reader.
 * @param next the pieces to feed; it is asked for the next one when the last is used up, and may give the same memory again
 * @param ahead ask for the next piece already while one is being used, so that reading and unpacking overlap; `next` then
 *   needs two memories to give in turn
 */
export class Inflater {
  readonly #transform: ZlibTransform;
  readonly #queue = new OutputQueue((piece) => {
    this.#regulate();
    freeSpent(piece);
  });
  #finished = false;
  #written = 0;
  #lastPiece: Uint8Array | null = null;
  readonly #settled: Promise<void>;

  constructor(transform: ZlibTransform, next: InputPieces, format: string, ahead = false) {
    this.#transform = transform;
    this.#settled = new Promise((resolve) => {
      const finish = (): void => {
        this.#finished = true;
        resolve();
      };
      transform.on('data', (piece: Uint8Array) => {
        this.#queue.push(piece);
        this.#regulate();
      });
      transform.on('end', () => {
        finish();
        this.#queue.end();
      });
      transform.on('error', (error) => {
        finish();
        this.#queue.fail(nameFault(error, format));
      });
      transform.on('close', finish);
    });
    void this.#feed(ahead ? oneAhead(next) : next);
  }

  /** At least one byte, or 0 at the end of the compressed data. */
  read(buffer: Uint8Array): Promise<number> {
    return this.#queue.read(buffer);
  }

  /** What the decompressor was given and did not need, known once {@link read} gave 0. */
  leftover(): Uint8Array {
    const count = this.#written - this.#transform.bytesWritten;
    const piece = this.#lastPiece;
    return piece && count > 0 ? piece.subarray(piece.length - count) : new Uint8Array(0);
  }

  close(): void {
    this.#transform.destroy();
  }

  #regulate(): void {
    if (this.#queue.queued >= READ_AHEAD_BYTES) this.#transform.pause();
    else if (this.#transform.isPaused()) this.#transform.resume();
  }

  async #feed(next: InputPieces): Promise<void> {
    try {
      while (!this.#finished) {
        const piece = await next();
        if (this.#finished) return;
        if (!piece) {
          this.#transform.end();
          return;
        }
        this.#written += piece.length;
        this.#lastPiece = piece;
        // At the end of the compressed data node:zlib ends its output and never answers the write.
        await Promise.race([new Promise((resolve) => this.#transform.write(piece, resolve)), this.#settled]);
      }
    } catch (error) {
      this.#queue.fail(error);
      this.#transform.destroy();
    }
  }
}

/** The same pieces, each asked for one earlier. */
function oneAhead(next: InputPieces): InputPieces {
  const ask = (): ReturnType<InputPieces> => {
    const piece = next();
    // Its fault belongs to whoever comes for this piece, if anybody does.
    piece.catch(() => undefined);
    return piece;
  };
  let upcoming: ReturnType<InputPieces> | null = null;
  return async () => {
    const piece = await (upcoming ?? ask());
    upcoming = piece === null ? Promise.resolve(null) : ask();
    return piece;
  };
}

/**
 * node:zlib makes a new buffer for every stretch of output. Left to the garbage
 * collector, they cost a fifth of the time; given back by hand, the next one
 * takes the same memory. A buffer is done with once its last bytes were read.
 */
function freeSpent(piece: Uint8Array): void {
  const { buffer } = piece;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= OUTPUT_CHUNK_BYTES && piece.byteOffset + piece.byteLength === buffer.byteLength) buffer.transfer(0);
}

/** Pieces straight from `input`. */
export const piecesOf = (input: BufferedInput): InputPieces => () => input.takeSome(INPUT_CHUNK_BYTES);

function nameFault(error: unknown, format: string): unknown {
  if (error instanceof EngineError) return error;
  return errnoOf(error) === 'Z_BUF_ERROR' ? truncated(format) : corrupt(format, error);
}

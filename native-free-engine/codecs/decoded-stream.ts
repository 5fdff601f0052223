import type { ByteStream } from '../io/types.ts';
import { asError } from './faults.ts';

/** What a decoder must do to become a {@link ByteStream}: give some bytes at a time. */
export interface Decoder {
  readonly size: number | null;
  /** At least one byte, or 0 at the end. */
  readSome(buffer: Uint8Array): Promise<number>;
  consumed(): number;
  close(): Promise<void>;
}

/** Fills whole buffers from a {@link Decoder}; a fault, once met, stays. */
export function decodedStream(decoder: Decoder): ByteStream {
  let fault: Error | null = null;
  let closed: Promise<void> | null = null;
  return {
    size: decoder.size,
    async read(buffer) {
      if (fault !== null) throw fault;
      let filled = 0;
      try {
        while (filled < buffer.length) {
          const got = await decoder.readSome(filled ? buffer.subarray(filled) : buffer);
          if (got === 0) break;
          filled += got;
        }
      } catch (error) {
        fault = asError(error);
        throw fault;
      }
      return filled;
    },
    consumed: () => decoder.consumed(),
    close: () => (closed ??= decoder.close()),
  };
}

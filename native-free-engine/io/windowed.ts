import { readBytes } from './read-bytes.ts';
import type { BlockSource } from './types.ts';

const WINDOW_BYTES = 4 << 20;

/** A source read in large stretches, for somebody who goes forward in small steps, one at a time. Closing it leaves `source` open. */
export function windowed(source: BlockSource): BlockSource {
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

import { checkRange } from './bounds.ts';
import { readBytes } from './read-bytes.ts';
import type { BlockSource } from './types.ts';

const WINDOW_BYTES = 4 << 20;

export interface WindowedSource extends BlockSource {
  /** The same bytes as by reading, not to be changed: part of what was read at once, where that has them. */
  slice(offset: number, length: number): Promise<Uint8Array>;
}

/** A source read in large stretches, for somebody who goes forward in small steps, one at a time. Closing it leaves `source` open. */
export function windowed(source: BlockSource): WindowedSource {
  let start = 0;
  let window: Uint8Array = new Uint8Array(0);
  const slice = async (offset: number, length: number): Promise<Uint8Array> => {
    if (length >= WINDOW_BYTES) return readBytes(source, offset, length);
    if (offset < start || offset + length > start + window.length) {
      checkRange('source', offset, length, source.size);
      window = await readBytes(source, offset, Math.min(WINDOW_BYTES, source.size - offset));
      start = offset;
    }
    return window.subarray(offset - start, offset - start + length);
  };
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    slice,
    async readInto(offset, buffer) {
      if (buffer.length >= WINDOW_BYTES) return source.readInto(offset, buffer);
      buffer.set(await slice(offset, buffer.length));
    },
    close: () => Promise.resolve(),
  };
}

import { checkRange } from './bounds.ts';
import type { BlockDevice } from './types.ts';

/** A disk in memory, for structures that are built before they are written and for tests. */
export interface MemoryDevice extends BlockDevice {
  readonly bytes: Uint8Array;
}

/** @param content bytes to use in place, or the size in bytes of a disk of zeros */
export function memoryDevice(content: Uint8Array | number, sectorSize = 512): MemoryDevice {
  const bytes = typeof content === 'number' ? new Uint8Array(content) : content;
  return {
    bytes,
    size: bytes.length,
    sectorSize,
    ordered: false,
    readsZero: typeof content === 'number',
    // Async although nothing waits: a range that does not fit rejects, as everywhere else.
    async readInto(offset, buffer) {
      checkRange('memory', offset, buffer.length, bytes.length);
      buffer.set(bytes.subarray(offset, offset + buffer.length));
    },
    async writeAt(offset, data) {
      checkRange('memory', offset, data.length, bytes.length);
      bytes.set(data, offset);
    },
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

import { checkRange } from './bounds.ts';
import type { BlockSource } from './types.ts';

/** `length` bytes from `offset` in a new array. @throws EngineError `struct-out-of-bounds` before any memory is taken */
export async function readBytes(source: BlockSource, offset: number, length: number): Promise<Uint8Array> {
  checkRange('source', offset, length, source.size);
  const buffer = new Uint8Array(length);
  await source.readInto(offset, buffer);
  return buffer;
}

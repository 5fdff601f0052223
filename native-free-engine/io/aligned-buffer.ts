/**
 * Direct I/O (O_DIRECT and its kin) moves bytes between the device and memory
 * without a copy, and for that wants memory that starts on a page. The only
 * such memory that Node can give without a native addon is WebAssembly's.
 */
const WASM_PAGE = 65_536;

/** Alignment of every buffer from {@link alignedBuffer}, in bytes: a page, which suits every sector size. */
export const BUFFER_ALIGNMENT = 4096;

const aligned = new WeakSet<ArrayBufferLike>();

/** A zeroed buffer of `length` bytes that starts on a page boundary. */
export function alignedBuffer(length: number): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(length / WASM_PAGE)) });
  aligned.add(memory.buffer);
  return new Uint8Array(memory.buffer, 0, length);
}

/** True when `buffer` (or the part of an aligned buffer that it is) may be handed to direct I/O. */
export function isAligned(buffer: Uint8Array): boolean {
  return aligned.has(buffer.buffer) && buffer.byteOffset % BUFFER_ALIGNMENT === 0;
}

import { memoryDevice, type BlockSource, type ByteStream, type ImageSource } from '../../native-free-engine/index.ts';

/** A raw image out of memory; `packed` hides its size and its random access, as a compressed one does. */
export function memoryImage(bytes: Uint8Array, options: { readonly packed?: boolean; readonly block?: BlockSource } = {}): ImageSource {
  return {
    name: 'memory.img',
    location: '/memory.img',
    chain: options.packed ? ['gzip'] : [],
    size: options.packed ? null : bytes.length,
    storedSize: bytes.length,
    head: bytes.subarray(0, 1 << 20),
    block: options.packed ? null : (options.block ?? memoryDevice(bytes)),
    openStream: (offset) => Promise.resolve(streamOf(bytes, offset)),
    close: () => Promise.resolve(),
  };
}

function streamOf(bytes: Uint8Array, from: number): ByteStream {
  let position = from;
  return {
    size: null,
    consumed: () => position,
    read(buffer) {
      const part = bytes.subarray(position, position + buffer.length);
      buffer.set(part);
      position += part.length;
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}

/** Bytes that look random and are the same in every run. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  const words = new Uint32Array(bytes.buffer, 0, length >> 2);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return bytes;
}

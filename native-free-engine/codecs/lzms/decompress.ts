import { corrupt, unsupported } from '../faults.ts';
import type { ChunkDecompressor } from '../wim-chunk-types.ts';
import { freshTables, instantiateLzms, lzmsMemory, type LzmsExports } from './decode-module.ts';
import { LARGEST_CHUNK, LARGEST_CHUNK_SIZE, offsetSymbols } from './format.ts';
import { ADDRESS } from './memory.ts';

const FORMAT = 'lzms';
/** The range coder begins with two units. */
const SMALLEST_INPUT = 4;

/**
 * Where a decompressor works: memory for one chunk, packed and unpacked, which another thread may fill and read. A chunk of an ESD
 * has 64 MiB, so that copies of it count.
 */
export class LzmsPlace {
  readonly memory: WebAssembly.Memory;
  /** Bytes of a chunk, packed or not. */
  readonly room: number;

  /**
   * @param memory of a place of the same chunk size; a new one by default
   * @throws EngineError `image-format-unsupported`
   */
  constructor(chunkSize: number, memory?: WebAssembly.Memory) {
    if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > LARGEST_CHUNK_SIZE) throw unsupported(`${FORMAT}, ${chunkSize}`);
    // One that is hardly filled may say that it is larger.
    this.room = Math.min(chunkSize, LARGEST_CHUNK);
    this.memory = memory ?? lzmsMemory(this.room);
  }

  /** @throws EngineError `image-corrupt` when no chunk is so long */
  packed(length: number): Uint8Array {
    if (length > this.room) throw corrupt(FORMAT);
    return new Uint8Array(this.memory.buffer, ADDRESS.input, length);
  }

  /** @throws EngineError `image-corrupt` when no chunk is so long */
  unpacked(length: number): Uint8Array {
    if (length > this.room) throw corrupt(FORMAT);
    return new Uint8Array(this.memory.buffer, ADDRESS.input + this.room, length);
  }
}

/** One chunk of a WIM file, packed with LZMS. Unpacks in a memory of its own, which is all that a hostile chunk could reach. */
export class LzmsDecompressor implements ChunkDecompressor {
  readonly #place: LzmsPlace;
  readonly #program: LzmsExports;
  readonly #fresh = freshTables();

  /**
   * @param memory of a {@link LzmsPlace} of the same chunk size: what lies there already, and stays there, is not copied
   * @throws EngineError `image-format-unsupported`
   */
  constructor(chunkSize: number, memory?: WebAssembly.Memory) {
    this.#place = new LzmsPlace(chunkSize, memory);
    this.#program = instantiateLzms(this.#place.memory);
  }

  decompress(input: Uint8Array, output: Uint8Array): void {
    if (input.length < SMALLEST_INPUT || input.length % 2 !== 0) throw corrupt(FORMAT);
    const packed = this.#place.packed(input.length);
    const unpacked = this.#place.unpacked(output.length);
    new Uint8Array(this.#place.memory.buffer).set(this.#fresh);
    if (!isSame(input, packed)) packed.set(input);
    const start = unpacked.byteOffset;
    const end = start + output.length;
    if (this.#program.decode(ADDRESS.input + input.length, start, end, Math.max(2, offsetSymbols(output.length))) !== 0) throw corrupt(FORMAT);
    this.#program.restore(start, end);
    if (!isSame(output, unpacked)) output.set(unpacked);
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.buffer === b.buffer && a.byteOffset === b.byteOffset;

import { unsupported } from '../faults.ts';
import { CodeLengths } from '../huffman/code-lengths.ts';
import { assignCodewords } from '../huffman/codewords.ts';
import type { ChunkCompressor } from '../wim-chunk-types.ts';
import { ADDRESS, instantiateEncoder } from './encode-module.ts';
import { LARGEST_CHUNK, LENGTHS_BYTES, LONGEST_CODEWORD, SYMBOLS } from './format.ts';

/** Chunks packed with XPRESS: parsed and written by WebAssembly; the code in between is made here, in the same memory. */
export class XpressCompressor implements ChunkCompressor {
  readonly #chunkSize: number;
  readonly #encoder = instantiateEncoder();
  readonly #memory = new Uint8Array(this.#encoder.memory.buffer);
  readonly #frequencies = new Uint32Array(this.#memory.buffer, ADDRESS.frequencies, SYMBOLS);
  readonly #lengths = new Uint8Array(this.#memory.buffer, ADDRESS.lengths, SYMBOLS);
  readonly #codewords = new Uint16Array(this.#memory.buffer, ADDRESS.codewords, SYMBOLS);
  readonly #maker = new CodeLengths(SYMBOLS);

  /** @throws EngineError `image-format-unsupported` */
  constructor(chunkSize: number) {
    if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > LARGEST_CHUNK) throw unsupported(`xpress, ${chunkSize}`);
    this.#chunkSize = chunkSize;
  }

  compress(input: Uint8Array): Uint8Array | null {
    if (input.length > this.#chunkSize) throw new RangeError('more than a chunk');
    if (input.length <= LENGTHS_BYTES) return null;
    this.#memory.set(input, ADDRESS.window);
    const items = this.#encoder.parse(input.length);
    this.#maker.assign(this.#frequencies, SYMBOLS, LONGEST_CODEWORD, this.#lengths);
    assignCodewords(this.#lengths, SYMBOLS, this.#codewords);
    const size = this.#encoder.write(items, input.length);
    return size === 0 ? null : this.#memory.slice(ADDRESS.output, ADDRESS.output + size);
  }
}

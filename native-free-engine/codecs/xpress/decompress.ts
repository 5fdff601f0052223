import { corrupt } from '../faults.ts';
import type { ChunkDecompressor } from '../wim-chunk-types.ts';
import { INPUT, MEMORY_BYTES, OUTPUT, xpressProgram } from './decode-module.ts';
import { LARGEST_CHUNK } from './format.ts';

/**
 * XPRESS with Huffman codes ([MS-XCA] 2.2), one block a chunk of at most 64 KiB, as in WIM files. Unpacks in a memory of
 * its own, which is all that a hostile chunk could reach.
 */
export class XpressDecompressor implements ChunkDecompressor {
  readonly #program = xpressProgram.instantiate(MEMORY_BYTES);
  readonly #memory = new Uint8Array(this.#program.memory.buffer);

  decompress(input: Uint8Array, output: Uint8Array): void {
    if (input.length > LARGEST_CHUNK || output.length > LARGEST_CHUNK) throw corrupt('xpress');
    this.#memory.set(input, INPUT);
    if (this.#program.decode(INPUT + input.length, OUTPUT + output.length) !== 0) throw corrupt('xpress');
    output.set(this.#memory.subarray(OUTPUT, OUTPUT + output.length));
  }
}

import { corrupt, unsupported } from '../faults.ts';
import type { ChunkDecompressor } from '../wim-chunk-types.ts';
import { INPUT, instantiateLzx } from './decode-module.ts';
import { mainSymbols, windowSize } from './format.ts';

const FORMAT = 'lzx';
/** Windows larger than this have blocks whose size needs more than 16 bits. */
const SHORT_SIZE_WINDOW = 32768;

/**
 * One chunk of a WIM file, packed with LZX: blocks of any kind until the output is full. Unpacks in a memory of its own,
 * which is all that a hostile chunk could reach.
 */
export class LzxDecompressor implements ChunkDecompressor {
  readonly #chunkSize: number;
  readonly #symbols: number;
  readonly #longSizes: number;
  readonly #program: ReturnType<typeof instantiateLzx>;
  readonly #memory: Uint8Array;

  /** @throws EngineError `image-format-unsupported` */
  constructor(chunkSize: number) {
    const window = windowSize(chunkSize);
    if (window === null) throw unsupported(`${FORMAT}, ${chunkSize}`);
    this.#chunkSize = chunkSize;
    this.#symbols = mainSymbols(window);
    this.#longSizes = window > SHORT_SIZE_WINDOW ? 1 : 0;
    this.#program = instantiateLzx(chunkSize);
    this.#memory = new Uint8Array(this.#program.memory.buffer);
  }

  decompress(input: Uint8Array, output: Uint8Array): void {
    if (input.length > this.#chunkSize || output.length > this.#chunkSize) throw corrupt(FORMAT);
    this.#memory.set(input, INPUT);
    const start = this.#program.output;
    const end = start + output.length;
    if (this.#program.decode(INPUT + input.length, start, end, this.#symbols, this.#longSizes) !== 0) throw corrupt(FORMAT);
    output.set(this.#memory.subarray(start, end));
  }
}

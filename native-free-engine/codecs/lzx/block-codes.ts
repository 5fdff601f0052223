import { CodeLengths } from '../huffman/code-lengths.ts';
import { assignCodewords } from '../huffman/codewords.ts';
import { ALIGNED_SYMBOLS, LENGTH_SYMBOLS, MAX_MAIN_SYMBOLS } from './format.ts';

/** Codewords of the main and the length code, of the aligned code. */
const LONGEST = 16;
const LONGEST_ALIGNED = 7;

/** One Huffman code of a block: what it is made from and what it became. */
export class BlockCode {
  readonly frequencies: Uint32Array;
  readonly lengths: Uint8Array;
  readonly codewords: Uint16Array;
  readonly #longest: number;
  readonly #maker: CodeLengths;

  constructor(symbols: number, longest: number) {
    this.frequencies = new Uint32Array(symbols);
    this.lengths = new Uint8Array(symbols);
    this.codewords = new Uint16Array(symbols);
    this.#longest = longest;
    this.#maker = new CodeLengths(symbols);
  }

  build(): void {
    const symbols = this.frequencies.length;
    this.#maker.assign(this.frequencies, symbols, this.#longest, this.lengths);
    assignCodewords(this.lengths, symbols, this.codewords);
  }

  /** What all symbols take together, in bits. */
  get bits(): number {
    return this.frequencies.reduce((bits, frequency, symbol) => bits + frequency * this.lengths[symbol]!, 0);
  }
}

export class BlockCodes {
  readonly main: BlockCode;
  readonly length = new BlockCode(LENGTH_SYMBOLS, LONGEST);
  readonly aligned = new BlockCode(ALIGNED_SYMBOLS, LONGEST_ALIGNED);

  constructor(mainSymbols = MAX_MAIN_SYMBOLS) {
    this.main = new BlockCode(mainSymbols, LONGEST);
  }

  clear(): void {
    this.main.frequencies.fill(0);
    this.length.frequencies.fill(0);
    this.aligned.frequencies.fill(0);
  }

  build(): void {
    this.main.build();
    this.length.build();
    this.aligned.build();
  }
}

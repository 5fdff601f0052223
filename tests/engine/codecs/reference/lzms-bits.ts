import { HuffmanDecoder, ROOT_BITS } from './huffman.ts';
import { CodeLengths } from '../../../../native-free-engine/codecs/huffman/code-lengths.ts';
import { corrupt } from '../../../../native-free-engine/codecs/faults.ts';
import { LONGEST_CODEWORD } from '../../../../native-free-engine/codecs/lzms/format.ts';

/** Bits in little-endian units of 16, highest first, from the end of a chunk backwards. Before its start come zeros. */
export class BackwardBits {
  #input: Uint8Array = new Uint8Array(0);
  #from = 0;
  #bits = 0;
  #have = 0;

  start(input: Uint8Array): void {
    this.#input = input;
    this.#from = input.length;
    this.#bits = 0;
    this.#have = 0;
  }

  /** Whether bits were needed that lie before the start. */
  get overrun(): boolean {
    return this.#from * 8 + this.#have < 0;
  }

  /** @param count 0 to 30 */
  read(count: number): number {
    if (count > 15) return this.read(count - 15) * 0x8000 + this.read(15);
    this.#fill();
    const value = this.#bits >>> 1 >>> (31 - count);
    this.#bits <<= count;
    this.#have -= count;
    return value;
  }

  decode(code: HuffmanDecoder): number {
    this.#fill();
    const entry = code.root[this.#bits >>> (32 - ROOT_BITS)]!;
    const found = entry !== 0 ? ((entry >>> 4) << 5) | (entry & 15) : code.longCodeword(this.#bits >>> 16);
    if (found < 0) throw corrupt('lzms');
    this.#bits <<= found & 31;
    this.#have -= found & 31;
    return found >>> 5;
  }

  #fill(): void {
    if (this.#have >= 16) return;
    const from = (this.#from -= 2);
    if (from >= 0) this.#bits |= (this.#input[from]! | (this.#input[from + 1]! << 8)) << (16 - this.#have);
    this.#have += 16;
  }
}

/** A Huffman code that is made anew from what it has decoded, every so many symbols. */
export class AdaptiveCode {
  readonly #rebuildAfter: number;
  readonly #frequencies: Uint32Array;
  readonly #lengths: Uint8Array;
  readonly #maker: CodeLengths;
  readonly #decoder: HuffmanDecoder;
  #symbols = 0;
  #left = 0;

  constructor(mostSymbols: number, rebuildAfter: number) {
    this.#rebuildAfter = rebuildAfter;
    this.#frequencies = new Uint32Array(mostSymbols);
    this.#lengths = new Uint8Array(mostSymbols);
    this.#maker = new CodeLengths(mostSymbols);
    this.#decoder = new HuffmanDecoder(mostSymbols);
  }

  /** Every symbol as likely as the other. */
  reset(symbols: number): void {
    this.#symbols = symbols;
    this.#frequencies.fill(1);
    this.#build();
  }

  decode(bits: BackwardBits): number {
    const symbol = bits.decode(this.#decoder);
    this.#frequencies[symbol]!++;
    if (--this.#left === 0) {
      this.#build();
      for (let i = 0; i < this.#symbols; i++) this.#frequencies[i] = (this.#frequencies[i]! >>> 1) + 1;
    }
    return symbol;
  }

  #build(): void {
    this.#maker.assign(this.#frequencies, this.#symbols, LONGEST_CODEWORD, this.#lengths);
    this.#decoder.build(this.#lengths, this.#symbols);
    this.#left = this.#rebuildAfter;
  }
}

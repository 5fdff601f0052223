/** Codewords up to this long are looked up at once; longer ones are rarer than one in 2^11. */
export const ROOT_BITS = 11;
const LONGEST_CODEWORD = 16;

/**
 * A canonical Huffman code, ready for decoding: shorter codewords come first,
 * equally long ones in the order of their symbols.
 *
 * `root[the next ROOT_BITS bits]` is `symbol << 4 | length`, or 0 where a longer
 * codeword begins (or none): then {@link longCodeword} finds it.
 */
export class HuffmanDecoder {
  readonly root = new Uint16Array(1 << ROOT_BITS);
  /** Symbols that have a codeword, in the order of the codewords. */
  readonly #sorted: Uint16Array;
  readonly #counts = new Int32Array(LONGEST_CODEWORD + 1);
  /** By length: the end of its codewords, widened to 16 bits. */
  readonly #ends = new Int32Array(LONGEST_CODEWORD + 1);
  /** By length: what to add to a codeword to get its place in `sorted`. */
  readonly #shifts = new Int32Array(LONGEST_CODEWORD + 1);

  constructor(symbols: number) {
    this.#sorted = new Uint16Array(symbols);
  }

  /**
   * @param lengths of the codewords in bits, at most 16; 0 for symbols without
   * @param symbols how many of `lengths` count
   * @returns false when these lengths make no code: neither complete nor without any codeword
   */
  build(lengths: Uint8Array, symbols: number): boolean {
    const counts = this.#counts.fill(0);
    for (let symbol = 0; symbol < symbols; symbol++) counts[lengths[symbol]!]!++;
    const places = this.#shifts;
    let place = 0;
    let end = 0;
    for (let length = 1; length <= LONGEST_CODEWORD; length++) {
      places[length] = place;
      place += counts[length]!;
      end += counts[length]! << (LONGEST_CODEWORD - length);
      this.#ends[length] = end;
    }
    const sorted = this.#sorted;
    for (let symbol = 0; symbol < symbols; symbol++) if (lengths[symbol] !== 0) sorted[places[lengths[symbol]!]!++] = symbol;
    this.#fillRoot();
    // `places` are the ends of each length's symbols now; so are `ends` of the codewords.
    for (let length = 1; length <= LONGEST_CODEWORD; length++) places[length]! -= this.#ends[length]! >>> (LONGEST_CODEWORD - length);
    return end === 1 << LONGEST_CODEWORD || end === 0;
  }

  /** The symbol whose codeword longer than {@link ROOT_BITS} begins these 16 bits, as `symbol << 5 | length`; -1 for none. */
  longCodeword(bits: number): number {
    for (let length = ROOT_BITS + 1; length <= LONGEST_CODEWORD; length++) {
      if (bits < this.#ends[length]!) return (this.#sorted[this.#shifts[length]! + (bits >>> (LONGEST_CODEWORD - length))]! << 5) | length;
    }
    return -1;
  }

  #fillRoot(): void {
    const { root } = this;
    let at = 0;
    let index = 0;
    for (let length = 1; length <= ROOT_BITS; length++) {
      const wide = 1 << (ROOT_BITS - length);
      for (let left = this.#counts[length]!; left > 0 && at < root.length; left--) {
        const entry = (this.#sorted[index++]! << 4) | length;
        const end = at + wide;
        if (wide < 16) while (at < end) root[at++] = entry;
        else root.fill(entry, at, end);
        at = end;
      }
    }
    root.fill(0, at);
  }
}

/** Of any code here, in bits. */
export const LONGEST_CODEWORD = 16;

const SYMBOL_BITS = 10;
const SYMBOL_MASK = (1 << SYMBOL_BITS) - 1;

/**
 * The lengths of a Huffman code for symbols of known frequency. LZMS has both sides build the same code,
 * so every choice between equals is part of the format: seldom symbols first, then by number, a symbol before a joint node.
 */
export class CodeLengths {
  readonly #nodes: Uint32Array;
  /** By frequency; those that are higher share the last. */
  readonly #places = new Uint16Array(128);
  readonly #parents: Uint16Array;
  readonly #depths: Uint8Array;
  readonly #sums: Float64Array;
  /** By length: how many codewords, after {@link assign}. */
  readonly counts = new Int32Array(LONGEST_CODEWORD + 2);

  /** @param symbols at most 1024 */
  constructor(symbols: number) {
    this.#nodes = new Uint32Array(symbols);
    this.#parents = new Uint16Array(symbols);
    this.#depths = new Uint8Array(symbols);
    this.#sums = new Float64Array(symbols);
  }

  /**
   * @param frequencies below 2^22; a symbol of frequency 0 gets no codeword
   * @param longest the length that no codeword exceeds, in bits
   * @param lengths is filled for each symbol; a code of one symbol gets a second one, so that it is complete
   */
  assign(frequencies: Uint32Array, symbols: number, longest: number, lengths: Uint8Array): void {
    const nodes = this.#nodes;
    lengths.fill(0, 0, symbols);
    const used = this.#sort(frequencies, symbols);
    if (used < 2) {
      if (used === 0) return;
      const symbol = nodes[0]! & SYMBOL_MASK;
      lengths[0] = lengths[symbol === 0 ? 1 : symbol] = 1;
      return;
    }
    this.#join(used);
    this.#countLengths(used - 2, longest);
    let index = 0;
    for (let length = longest; length > 0; length--) {
      for (let left = this.counts[length]!; left > 0; left--) lengths[nodes[index++]! & SYMBOL_MASK] = length;
    }
  }

  /** Symbols that occur, the seldom ones first, each as `frequency << SYMBOL_BITS | symbol`. Returns how many. */
  #sort(frequencies: Uint32Array, symbols: number): number {
    const nodes = this.#nodes;
    const places = this.#places.fill(0);
    const last = places.length - 1;
    for (let symbol = 0; symbol < symbols; symbol++) places[Math.min(frequencies[symbol]!, last)]!++;
    places[0] = 0;
    // How many of each frequency becomes the first place of each.
    let used = 0;
    for (let frequency = 1; frequency <= last; frequency++) {
      const count = places[frequency]!;
      places[frequency] = used;
      used += count;
    }
    const frequent = places[last]!;
    for (let symbol = 0; symbol < symbols; symbol++) {
      const frequency = frequencies[symbol]!;
      if (frequency !== 0) nodes[places[Math.min(frequency, last)]!++] = frequency * (1 << SYMBOL_BITS) + symbol;
    }
    // Frequent ones are few, and all in the last place.
    nodes.subarray(frequent, used).sort();
    return used;
  }

  /** Joins the two lightest nodes until one is left; joint nodes come into being in the order of their weight. */
  #join(used: number): void {
    const nodes = this.#nodes;
    const sums = this.#sums;
    const parents = this.#parents;
    let leaf = 0;
    let joint = 0;
    for (let made = 0; made < used - 1; made++) {
      let sum = 0;
      for (let half = 0; half < 2; half++) {
        if (leaf < used && (joint === made || nodes[leaf]! >>> SYMBOL_BITS <= sums[joint]!)) sum += nodes[leaf++]! >>> SYMBOL_BITS;
        else {
          sum += sums[joint]!;
          parents[joint++] = made;
        }
      }
      sums[made] = sum;
    }
  }

  /** Walks the joint nodes from the root: each takes one codeword of its depth away and gives two of the next. */
  #countLengths(root: number, longest: number): void {
    const counts = this.counts.fill(0);
    const depths = this.#depths;
    counts[1] = 2;
    depths[root] = 0;
    for (let node = root - 1; node >= 0; node--) {
      const depth = depths[this.#parents[node]!]! + 1;
      depths[node] = depth;
      let length = depth;
      if (length >= longest) {
        length = longest - 1;
        while (counts[length] === 0) length--;
      }
      counts[length]!--;
      counts[length + 1]! += 2;
    }
  }
}

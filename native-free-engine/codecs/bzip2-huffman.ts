/** The longest code that bzip2's own compressor could ever make. */
export const MAX_CODE_LENGTH = 20;
/** Codes up to this length are decoded by one look-up. */
export const FAST_BITS = 11;

/** A canonical Huffman code ready for decoding. */
export interface HuffmanTable {
  /** By the next {@link FAST_BITS} bits: `symbol << 5 | length`, or 0 where the code is longer. */
  readonly fast: Uint16Array;
  /** By length: the largest code of that length, left-aligned to {@link MAX_CODE_LENGTH} bits, plus one; 0 when there is none. */
  readonly limit: Int32Array;
  /** By length: what to add to a code to get its place in `symbols`. */
  readonly base: Int32Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/** Builds the code from its symbols' lengths; an over- or underfull code is allowed, as bzip2 itself does. */
export function huffmanTable(lengths: Uint8Array): HuffmanTable {
  const count = new Int32Array(MAX_CODE_LENGTH + 1);
  for (const length of lengths) count[length] = (count[length] ?? 0) + 1;
  const limit = new Int32Array(MAX_CODE_LENGTH + 1);
  const base = new Int32Array(MAX_CODE_LENGTH + 1);
  const symbols = new Uint16Array(lengths.length);
  const fast = new Uint16Array(1 << FAST_BITS);
  let code = 0;
  let placed = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    base[length] = placed - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[placed++] = symbol;
      if (length <= FAST_BITS) {
        const first = code << (FAST_BITS - length);
        fast.fill((symbol << 5) | length, first, Math.min(fast.length, first + (1 << (FAST_BITS - length))));
      }
      code++;
    }
    limit[length] = count[length] ? code << (MAX_CODE_LENGTH - length) : 0;
    code <<= 1;
  }
  return { fast, limit, base, symbols };
}

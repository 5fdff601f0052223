import { LONGEST_CODEWORD } from './code-lengths.ts';

/** The canonical codeword of each symbol, as decoders read them, into `codewords`. */
export function assignCodewords(lengths: Uint8Array, symbols: number, codewords: Uint16Array): void {
  const next = new Int32Array(LONGEST_CODEWORD + 2);
  for (let symbol = 0; symbol < symbols; symbol++) next[lengths[symbol]! + 1]!++;
  // How many of each length becomes the first of each length.
  next[1] = 0;
  for (let length = 2; length <= LONGEST_CODEWORD; length++) next[length] = (next[length]! + next[length - 1]!) << 1;
  for (let symbol = 0; symbol < symbols; symbol++) if (lengths[symbol] !== 0) codewords[symbol] = next[lengths[symbol]!]!++;
}

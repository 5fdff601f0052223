/** XPRESS with Huffman codes: [MS-XCA] 2.1 and 2.2. */
export const LITERALS = 256;
/** 256 literals, then 16 offset sizes of 16 lengths each. */
export const SYMBOLS = 512;
/** Ends the data; a literal length where data follows. */
export const END = 256;
/** The head of a chunk: the length of each symbol's codeword, 4 bits each. */
export const LENGTHS_BYTES = SYMBOLS / 2;
export const LONGEST_CODEWORD = 15;

export const SHORTEST_MATCH = 3;
/** A length (less the shortest) from here on is continued in a byte, and from there on in two. */
export const LENGTH_IN_BYTE = 15;
export const LENGTH_IN_WORD = LENGTH_IN_BYTE + 255;
export const LARGEST_CHUNK = 65536;

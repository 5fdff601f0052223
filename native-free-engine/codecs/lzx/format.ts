/**
 * LZX as WIM files have it: [MS-PATCH] LZX DELTA without its deltas and with the differences that
 * "WIM imaging format" leaves unsaid: a window as large as the chunk, matches of at most 257 bytes,
 * a short form of the block's size, and x86 calls always translated.
 */

/** At the head of a block, 3 bits. */
export const BLOCK = { verbatim: 1, aligned: 2, stored: 3 } as const;
export const BLOCK_TYPE_BITS = 3;
/** The size of a block that says so with a single bit. */
export const USUAL_BLOCK_BYTES = 32768;

export const LITERALS = 256;
/** Main symbols behind the literals: 8 for each offset slot, one for each short length, the last for all longer ones. */
export const LENGTH_HEADERS = 8;
export const SHORTEST_MATCH = 2;
export const LONGEST_MATCH = 257;
/** Matches from this length on have a length symbol. */
export const LONG_MATCH = SHORTEST_MATCH + LENGTH_HEADERS - 1;
export const LENGTH_SYMBOLS = LONGEST_MATCH - LONG_MATCH + 1;

export const RECENT_OFFSETS = 3;
/** Slots 0 to 2 are the recent offsets; an offset is its slot's base, plus extra bits, minus this. */
export const OFFSET_ADJUSTMENT = RECENT_OFFSETS - 1;
export const MOST_OFFSET_SLOTS = 50;
/** From this slot on the lowest three extra bits are a symbol of the aligned code, in aligned blocks. */
export const FIRST_ALIGNED_SLOT = 8;
export const ALIGNED_BITS = 3;
export const ALIGNED_SYMBOLS = 1 << ALIGNED_BITS;
export const ALIGNED_LENGTH_BITS = 3;

/** The code that codeword lengths are written in. */
export const PRE_SYMBOLS = 20;
export const PRE_LENGTH_BITS = 4;
/** Lengths are kept as differences modulo this. */
export const LENGTH_MODULUS = 17;
/** Of the code for lengths: a run of zeros, a longer one, a run of alike. */
export const PRE = { zeros: 17, moreZeros: 18, alike: 19 } as const;

export const MAX_MAIN_SYMBOLS = LITERALS + LENGTH_HEADERS * MOST_OFFSET_SLOTS;
const SMALLEST_WINDOW = 32768;
export const LARGEST_WINDOW = 1 << 21;

export const SLOT_EXTRA_BITS = Uint8Array.from({ length: MOST_OFFSET_SLOTS }, (_, slot) => (slot < 4 ? 0 : Math.min((slot >> 1) - 1, 17)));

export const SLOT_BASES = Uint32Array.from({ length: MOST_OFFSET_SLOTS + 1 });
for (let slot = 0; slot < MOST_OFFSET_SLOTS; slot++) SLOT_BASES[slot + 1] = SLOT_BASES[slot]! + (1 << SLOT_EXTRA_BITS[slot]!);

/** In bytes; null for a chunk size that LZX does not have. */
export function windowSize(chunkSize: number): number | null {
  if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > LARGEST_WINDOW) return null;
  return Math.max(SMALLEST_WINDOW, 2 ** Math.ceil(Math.log2(chunkSize)));
}

/** How many main symbols there are: the slots end with the window. */
export const mainSymbols = (window: number): number => LITERALS + LENGTH_HEADERS * SLOT_BASES.indexOf(window);

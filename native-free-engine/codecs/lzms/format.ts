/**
 * LZMS, the packing of solid WIM files (ESD). Microsoft has not described it; the facts here are those that
 * Eric Biggers found out for wimlib.
 *
 * A chunk holds two streams of 16-bit units: decisions, coded by a range coder, run from its start; everything
 * else, coded by Huffman codes that both sides rebuild as they go, runs backwards from its end.
 */

/** The codes and how many symbols each may decode before it is rebuilt. */
export const REBUILD = { literal: 1024, offset: 1024, length: 512, deltaOffset: 1024, deltaPower: 512 } as const;
export const LITERALS = 256;
export const LENGTH_SYMBOLS = 54;
export const MAX_OFFSET_SYMBOLS = 799;
export const DELTA_POWERS = 8;
export const LONGEST_CODEWORD = 15;

/** How many earlier decisions of its kind each decision is coded by, as a number of states. */
export const STATES = { main: 16, match: 32, lz: 64, delta: 64, repeat: 64 } as const;

/** A chance is the number of zeros among the last 64 decisions, of these 64. */
export const PROBABILITY_BITS = 6;
export const FIRST_ZEROS = 48;
/** The history that every chance begins with: its upper and lower 32 decisions. */
export const FIRST_HISTORY = [0, 0x5555_5555] as const;

/** What the format has, and what is unpacked: bytes. */
export const LARGEST_CHUNK_SIZE = 1 << 30;
export const LARGEST_CHUNK = 1 << 27;

interface Slots {
  readonly bases: Uint32Array;
  readonly extraBits: Uint8Array;
}

/** @param runs how many slots lie 1, 2, 4, ... behind the one before each */
function slots(runs: readonly number[], end: number): Slots {
  const bases: number[] = [];
  let base = 0;
  runs.forEach((run, order) => {
    for (let i = 0; i < run; i++) bases.push((base += 2 ** order));
  });
  const extraBits = bases.map((start, index) => Math.floor(Math.log2((bases[index + 1] ?? end) - start)));
  return { bases: Uint32Array.from(bases), extraBits: Uint8Array.from(extraBits) };
}

export const OFFSET_SLOTS = slots([9, 0, 9, 7, 10, 15, 15, 20, 20, 30, 33, 40, 42, 45, 60, 73, 80, 85, 95, 105, 6], 0x7fff_ffff);
export const LENGTH_SLOTS = slots([27, 4, 6, 4, 5, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1], 0x4001_08ab);

/** Offset symbols of a chunk that holds `size` bytes: those that can occur in it. */
export function offsetSymbols(size: number): number {
  let low = 0;
  let high = OFFSET_SLOTS.bases.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (OFFSET_SLOTS.bases[middle]! <= size - 1) low = middle + 1;
    else high = middle;
  }
  return low;
}

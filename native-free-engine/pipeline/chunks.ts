import { endOf, type Extent, type ExtentSet } from '../base/extent.ts';

/** The part of an image that is written last, so that no system takes a half-written disk for a whole one: 1 MiB. */
export const FIRST_PART = 1024 * 1024;

/** Bytes moved in one piece: 4 MiB. Smaller costs calls, larger costs memory; both were slower when measured. */
export const CHUNK_SIZE = 4 * 1024 * 1024;

/**
 * The chunk of the image that starts at or after byte `position`: the first
 * part by itself, then pieces of {@link CHUNK_SIZE}, cut where a block map
 * leaves something out. Null after the end.
 * @param size bytes of the image, or null while only its end will tell
 * @param mapped what a block map says holds data, or null to take everything
 */
export function chunkAt(position: number, size: number | null, mapped: ExtentSet | null): Extent | null {
  let start = position;
  let limit = size ?? Infinity;
  if (mapped) {
    const extent = firstEndingAfter(mapped, position);
    if (!extent) return null;
    start = Math.max(position, extent.offset);
    limit = Math.min(limit, endOf(extent));
  }
  if (start >= limit) return null;
  const boundary = start < FIRST_PART ? FIRST_PART : FIRST_PART + (Math.floor((start - FIRST_PART) / CHUNK_SIZE) + 1) * CHUNK_SIZE;
  return { offset: start, length: Math.min(boundary, limit) - start };
}

function firstEndingAfter(set: ExtentSet, position: number): Extent | undefined {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(set[middle]!) > position) high = middle;
    else low = middle + 1;
  }
  return set[low];
}

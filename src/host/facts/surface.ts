import { alignedBuffer, EngineError, throwIfAborted, type BlockSource, type SurfaceScan } from '../../../native-free-engine/index.ts';
import type { CheckProgress } from './types.ts';

const MIB = 1024 * 1024;
const PIECE = 4 * MIB;
/** Where a piece cannot be read its parts are, down to this; every disk reads as little. */
const SMALLEST = 4096;
/** Pieces of the drawn map. */
const CELLS = 512;
/** Places kept; a disk with more is beyond naming them. */
const MAX_PLACES = 10_000;

type Cell = NonNullable<CheckProgress['map']>[number];

/**
 * Reads a disk from end to end, writing nothing. What cannot be read is narrowed down to 4 KiB, a piece at most once;
 * `slow` counts pieces of 4 MiB that took longer than `slowMs`.
 * @throws AbortError; EngineError when the disk is gone
 */
export async function scanSurface(source: BlockSource, options: { readonly signal: AbortSignal; readonly slowMs: number; readonly onProgress?: (progress: CheckProgress) => void }): Promise<SurfaceScan> {
  const { signal, slowMs, onProgress } = options;
  const { size } = source;
  const buffer = alignedBuffer(PIECE);
  const map: Cell[] = new Array<Cell>(CELLS).fill('unread');
  const unreadable: { offset: number; length: number }[] = [];
  let unreadableBytes = 0;
  let slow = 0;

  const mark = (offset: number, length: number, cell: Cell): void => {
    const rank = { unread: 0, good: 1, slow: 2, bad: 3 };
    const last = Math.min(CELLS - 1, Math.floor(((offset + length - 1) / size) * CELLS));
    for (let i = Math.floor((offset / size) * CELLS); i <= last; i++) if (rank[cell] > rank[map[i]!]) map[i] = cell;
  };
  const bad = (offset: number, length: number): void => {
    unreadableBytes += length;
    mark(offset, length, 'bad');
    const before = unreadable.at(-1);
    if (before && before.offset + before.length === offset) before.length += length;
    else if (unreadable.length < MAX_PLACES) unreadable.push({ offset, length });
  };
  const read = async (offset: number, length: number): Promise<void> => {
    throwIfAborted(signal);
    try {
      await source.readInto(offset, buffer.subarray(0, length));
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'target-read-failed') throw error;
      if (length <= SMALLEST) {
        bad(offset, length);
        return;
      }
      const part = Math.max(SMALLEST, length / 8 - ((length / 8) % SMALLEST));
      for (let at = 0; at < length; at += part) await read(offset + at, Math.min(part, length - at));
    }
  };

  let reported = 0;
  for (let offset = 0; offset < size; offset += PIECE) {
    const length = Math.min(PIECE, size - offset);
    const started = performance.now();
    await read(offset, length);
    const took = performance.now();
    if (took - started > slowMs) slow++;
    mark(offset, length, took - started > slowMs ? 'slow' : 'good');
    if (took - reported > 200 || offset + length === size) {
      reported = took;
      onProgress?.({ share: (offset + length) / size, map: [...map] });
    }
  }
  return { read: size - unreadableBytes, unreadable, unreadableBytes, slow };
}

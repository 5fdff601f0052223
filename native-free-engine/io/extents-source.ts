import { checkRange } from './bounds.ts';
import type { BlockSource } from './types.ts';

/** A piece of a file, in the file's order; `offset` null where nothing is stored and zeros are meant. Bytes. */
export interface FilePiece {
  readonly offset: number | null;
  readonly length: number;
}

/**
 * A file that lies in pieces on `source`, read straight from there. Closing it leaves the whole open.
 * @param size bytes of the file; the pieces hold at least as many
 */
export function extentsSource(source: BlockSource, pieces: readonly FilePiece[], size: number): BlockSource {
  const starts: number[] = [];
  let total = 0;
  for (const piece of pieces) {
    starts.push(total);
    total += piece.length;
  }
  return {
    size,
    sectorSize: source.sectorSize,
    async readInto(offset, buffer) {
      checkRange('file', offset, buffer.length, size);
      let index = lastAtOrBelow(starts, offset);
      for (let done = 0; done < buffer.length; index++) {
        const piece = pieces[index];
        const start = starts[index];
        if (!piece || start === undefined) checkRange('file', offset + done, buffer.length - done, total);
        else {
          const inside = offset + done - start;
          const count = Math.min(buffer.length - done, piece.length - inside);
          const part = count === buffer.length ? buffer : buffer.subarray(done, done + count);
          if (piece.offset === null) part.fill(0);
          else await source.readInto(piece.offset + inside, part);
          done += count;
        }
      }
    },
    close: () => Promise.resolve(),
  };
}

function lastAtOrBelow(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low;
}

import { checkRange } from './bounds.ts';
import { memoryDevice } from './memory.ts';
import type { BlockSource } from './types.ts';

/** Some bytes of a source. */
export interface Piece {
  readonly source: BlockSource;
  readonly offset: number;
  readonly length: number;
}

/** All of `bytes` as a piece. */
export const bytesPiece = (bytes: Uint8Array): Piece => ({ source: memoryDevice(bytes), offset: 0, length: bytes.length });

/** Pieces one behind the other as one source. Closing it leaves the sources of the pieces open. */
export function piecedSource(pieces: readonly Piece[]): BlockSource {
  const joined = neighboursJoined(pieces);
  const starts = new Float64Array(joined.length);
  let size = 0;
  for (const [i, { length }] of joined.entries()) {
    starts[i] = size;
    size += length;
  }
  return {
    size,
    sectorSize: 512,
    async readInto(offset, buffer) {
      checkRange('pieces', offset, buffer.length, size);
      for (let at = 0, i = pieceAt(starts, offset); at < buffer.length; i++) {
        const { source, offset: from, length } = joined[i]!;
        const inside = offset + at - starts[i]!;
        const part = Math.min(length - inside, buffer.length - at);
        await source.readInto(from + inside, buffer.subarray(at, at + part));
        at += part;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Pieces that follow each other in one source are read at once. */
function neighboursJoined(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.length === 0) continue;
    if (last && last.source === piece.source && last.offset + last.length === piece.offset) joined[joined.length - 1] = { ...last, length: last.length + piece.length };
    else joined.push(piece);
  }
  return joined;
}

/** The last piece that begins at or before `offset`. */
function pieceAt(starts: Float64Array, offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

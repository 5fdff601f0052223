import { endOf, intersect, normalize, type Extent, type ExtentSet } from '../../base/extent.ts';
import { alignDown, alignUp } from '../../base/safe-int.ts';
import type { RestoreLayout } from '../../layout/restore-plan-types.ts';
import { HEAD_BYTES } from './restore-marker.ts';

type Floats = Float64Array<SharedArrayBuffer>;
const floats = (length: number): Floats => new Float64Array(new SharedArrayBuffer(length * 8));

/** Used bytes of the image and where on one target they go; flat, shared by all threads, ascending by `from`. */
export interface SharedMoves {
  readonly from: Floats;
  readonly to: Floats;
  readonly length: Floats;
  /** The plan's piece that a move belongs to: between moves of one piece lies nothing of another. */
  readonly piece: Uint32Array<SharedArrayBuffer>;
}

export interface Move {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** What goes to one target: its body, which workers write, and its head, which is written last. */
export interface TargetMoves {
  readonly body: SharedMoves;
  readonly head: readonly Move[];
  /** Bytes of `body`. */
  readonly bodyBytes: number;
}

/** The used extents as a plan moves them, widened to whole sectors, the region's first MiB split off. */
export function movesFor(used: ExtentSet, layout: RestoreLayout, imageSize: number): TargetMoves {
  const { sectorSize } = layout;
  const headEnd = layout.region.offset + Math.min(HEAD_BYTES, layout.region.length);
  // Four numbers a move: a torn disk has hundreds of thousands, and objects would take three times the room.
  const flat: number[] = [];
  const head: Move[] = [];
  let bodyBytes = 0;
  let next = 0;
  layout.pieces.forEach((piece, number) => {
    const end = piece.from + piece.length;
    while (next > 0 && endOf(used[next - 1]!) > piece.from) next--;
    while (next < used.length && endOf(used[next]!) <= piece.from) next++;
    const shift = piece.to - piece.from;
    let [start, stop] = [0, 0];
    const flush = (): void => {
      if (stop === start) return;
      const border = Math.max(start, Math.min(stop, headEnd - shift));
      if (border > start) head.push({ from: start, to: start + shift, length: border - start });
      if (stop > border) {
        flat.push(border, border + shift, stop - border, number);
        bodyBytes += stop - border;
      }
    };
    for (; next < used.length && used[next]!.offset < end; next++) {
      const nextStart = Math.max(piece.from, alignDown(used[next]!.offset - piece.from, sectorSize) + piece.from);
      const nextStop = Math.min(end, imageSize, alignUp(endOf(used[next]!) - piece.from, sectorSize) + piece.from);
      if (nextStop <= nextStart) continue;
      if (stop === start || nextStart > stop) {
        flush();
        start = nextStart;
      }
      stop = Math.max(stop, nextStop);
    }
    flush();
  });
  const count = flat.length / 4;
  const body = { from: floats(count), to: floats(count), length: floats(count), piece: new Uint32Array(new SharedArrayBuffer(count * 4)) };
  for (let i = 0; i < count; i++) {
    body.from[i] = flat[4 * i]!;
    body.to[i] = flat[4 * i + 1]!;
    body.length[i] = flat[4 * i + 2]!;
    body.piece[i] = flat[4 * i + 3]!;
  }
  return { body, head, bodyBytes };
}

/** The index of the first move that ends after `offset` of the image. */
export function firstMoveAfter(moves: SharedMoves, offset: number): number {
  let low = 0;
  let high = moves.from.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (moves.from[middle]! + moves.length[middle]! > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The pieces of work: ranges of the image of `unit` bytes, aligned, that anything is moved from; ascending.
 * They are counted, not listed, so that a disk of any size costs no more than its extents.
 */
export interface SharedItems {
  readonly unit: number;
  readonly count: number;
  /** For each extent: how many pieces of work begin before it, and the number of the first that begins in it. */
  readonly before: Floats;
  readonly first: Floats;
}

export function itemsFor(bodies: readonly SharedMoves[], unit: number): SharedItems {
  const { from, length } = unionOf([...new Set(bodies)]);
  const before = floats(from.length);
  const first = floats(from.length);
  let count = 0;
  let next = 0;
  for (let i = 0; i < from.length; i++) {
    const start = Math.max(next, Math.floor(from[i]! / unit));
    before[i] = count;
    first[i] = start;
    next = Math.max(next, Math.floor((from[i]! + length[i]! - 1) / unit) + 1);
    count += Math.max(0, next - start);
  }
  return { unit, count, before, first };
}

function unionOf(bodies: readonly SharedMoves[]): Pick<SharedMoves, 'from' | 'length'> {
  const only = bodies[0];
  if (only && bodies.length === 1) return only;
  const extents: Extent[] = [];
  for (const body of bodies) body.from.forEach((offset, i) => extents.push({ offset, length: body.length[i]! }));
  const union = normalize(extents);
  const [from, length] = [floats(union.length), floats(union.length)];
  union.forEach((extent, i) => {
    from[i] = extent.offset;
    length[i] = extent.length;
  });
  return { from, length };
}

/** The same moves, to the byte. */
export function sameMoves(a: SharedMoves, b: SharedMoves): boolean {
  if (a.from.length !== b.from.length) return false;
  for (let i = 0; i < a.from.length; i++) {
    if (a.from[i] !== b.from[i] || a.to[i] !== b.to[i] || a.length[i] !== b.length[i] || a.piece[i] !== b.piece[i]) return false;
  }
  return true;
}

/** Where piece of work `index` begins in the image, bytes. */
export function itemStart(items: SharedItems, index: number): number {
  let low = 0;
  let high = items.before.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (items.before[middle]! <= index) low = middle;
    else high = middle - 1;
  }
  return (items.first[low]! + index - items.before[low]!) * items.unit;
}

/** The number of pieces of work that begin before byte `offset` of the image. */
export function itemsBefore(items: SharedItems, offset: number): number {
  let low = 0;
  let high = items.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (itemStart(items, middle) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Used bytes that do not go to a target although something of the same cluster may: there its hash cannot be checked by reading back. */
export function omittedFrom(used: ExtentSet, moves: SharedMoves): ExtentSet {
  const out: Extent[] = [];
  let next = 0;
  for (const extent of used) {
    let at = extent.offset;
    while (next < moves.from.length && moves.from[next]! + moves.length[next]! <= at) next++;
    for (let i = next; i < moves.from.length && moves.from[i]! < endOf(extent); i++) {
      if (moves.from[i]! > at) out.push({ offset: at, length: moves.from[i]! - at });
      at = Math.max(at, moves.from[i]! + moves.length[i]!);
    }
    if (at < endOf(extent)) out.push({ offset: at, length: endOf(extent) - at });
  }
  return normalize(out);
}

/** The bytes of a region that the moves do not fill, head excepted; ascending. */
export function restOf(region: Extent, moves: SharedMoves): ExtentSet {
  const head = { offset: region.offset, length: Math.min(HEAD_BYTES, region.length) };
  const filled: Extent[] = [head];
  moves.to.forEach((offset, i) => filled.push({ offset, length: moves.length[i]! }));
  const taken = normalize(filled);
  const out: Extent[] = [];
  let position = region.offset;
  for (const extent of intersect(taken, [region])) {
    if (extent.offset > position) out.push({ offset: position, length: extent.offset - position });
    position = endOf(extent);
  }
  if (position < region.offset + region.length) out.push({ offset: position, length: region.offset + region.length - position });
  return out;
}

/** A half-open range of bytes: `offset` up to, not including, `offset + length`. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Extents sorted by offset, none empty, none touching or overlapping the next. */
export type ExtentSet = readonly Extent[];

export const endOf = (extent: Extent): number => extent.offset + extent.length;

/** Any list of extents as an {@link ExtentSet}: sorted, empties dropped, neighbours joined. */
export function normalize(extents: Iterable<Extent>): ExtentSet {
  const sorted = [...extents].filter((e) => e.length > 0).sort((a, b) => a.offset - b.offset);
  const out: { offset: number; length: number }[] = [];
  for (const extent of sorted) {
    const last = out.at(-1);
    if (last && extent.offset <= last.offset + last.length) {
      last.length = Math.max(last.length, endOf(extent) - last.offset);
    } else {
      out.push({ offset: extent.offset, length: extent.length });
    }
  }
  return out;
}

export function union(a: ExtentSet, b: ExtentSet): ExtentSet {
  return normalize([...a, ...b]);
}

export function intersect(a: ExtentSet, b: ExtentSet): ExtentSet {
  const out: Extent[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a[i];
    const y = b[j];
    if (!x || !y) return out;
    const start = Math.max(x.offset, y.offset);
    const end = Math.min(endOf(x), endOf(y));
    if (start < end) out.push({ offset: start, length: end - start });
    if (endOf(x) < endOf(y)) i++;
    else j++;
  }
}

/** The part of `[0, size)` that `set` leaves free. */
export function complement(set: ExtentSet, size: number): ExtentSet {
  const out: Extent[] = [];
  let position = 0;
  for (const extent of set) {
    if (extent.offset >= size) break;
    if (extent.offset > position) out.push({ offset: position, length: extent.offset - position });
    position = Math.max(position, endOf(extent));
  }
  if (position < size) out.push({ offset: position, length: size - position });
  return out;
}

export function subtract(a: ExtentSet, b: ExtentSet): ExtentSet {
  const last = a.at(-1);
  return last ? intersect(a, complement(b, endOf(last))) : [];
}

export function totalLength(set: ExtentSet): number {
  return set.reduce((sum, extent) => sum + extent.length, 0);
}

import type { ExtentSet } from '../../base/extent.ts';

/**
 * The used extents of a disk and the clusters they touch, as flat arrays in
 * memory that all threads share: a million objects a thread would not do.
 */
export interface SharedClusterMap {
  readonly clusterSize: number;
  readonly virtualSize: number;
  /** Starts and ends of the used extents, bytes, ascending. */
  readonly starts: Float64Array<SharedArrayBuffer>;
  readonly ends: Float64Array<SharedArrayBuffer>;
  /** Numbers of the touched clusters, ascending. */
  readonly clusters: Float64Array<SharedArrayBuffer>;
}

export const sharedFloats = (length: number): Float64Array<SharedArrayBuffer> => new Float64Array(new SharedArrayBuffer(length * 8));

export function shareClusterMap(used: ExtentSet, clusters: Float64Array, clusterSize: number, virtualSize: number): SharedClusterMap {
  const starts = sharedFloats(used.length);
  const ends = sharedFloats(used.length);
  used.forEach((extent, i) => {
    starts[i] = extent.offset;
    ends[i] = extent.offset + extent.length;
  });
  const shared = sharedFloats(clusters.length);
  shared.set(clusters);
  return { clusterSize, virtualSize, starts, ends, clusters: shared };
}

/** The index of the first used extent that ends after `offset`. */
export function firstExtentAfter(map: SharedClusterMap, offset: number): number {
  let low = 0;
  let high = map.ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (map.ends[middle]! > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

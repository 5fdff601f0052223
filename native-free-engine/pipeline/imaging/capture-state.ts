import { SUM_BYTES } from '../../images/manifest/structs.ts';
import type { SharedClusterMap } from './cluster-map.ts';

/** What became of each cluster, written by the worker that did it; index as in the cluster map. */
export interface CaptureState {
  /** Byte offset in the image file. */
  readonly offsets: Float64Array<SharedArrayBuffer>;
  /** As `StoredClusters.lengths`. */
  readonly lengths: Uint32Array<SharedArrayBuffer>;
  readonly hashes: Uint8Array<SharedArrayBuffer>;
  /** {@link CLUSTER}. */
  readonly done: Uint8Array<SharedArrayBuffer>;
}

/** `done`: in the file, perhaps only in its cache; `kept`: on stable storage and in the journal. */
export const CLUSTER = { open: 0, done: 1, kept: 2 } as const;

export function newCaptureState(clusters: number): CaptureState {
  return {
    offsets: new Float64Array(new SharedArrayBuffer(clusters * 8)),
    lengths: new Uint32Array(new SharedArrayBuffer(clusters * 4)),
    hashes: new Uint8Array(new SharedArrayBuffer(clusters * SUM_BYTES)),
    done: new Uint8Array(new SharedArrayBuffer(clusters)),
  };
}

/** The parent's hash of each cluster of a new image, by index; -1 where the parent has none. */
export function parentIndex(map: SharedClusterMap, parentClusters: Float64Array): Int32Array<SharedArrayBuffer> {
  const index = new Int32Array(new SharedArrayBuffer(map.clusters.length * 4));
  let p = 0;
  for (let i = 0; i < map.clusters.length; i++) {
    while (p < parentClusters.length && parentClusters[p]! < map.clusters[i]!) p++;
    index[i] = parentClusters[p] === map.clusters[i] ? p : -1;
  }
  return index;
}

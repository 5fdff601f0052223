import { EngineError } from '../../base/errors.ts';
import { endOf, type ExtentSet } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { SUM_BYTES, SUMS_MAGIC, SumsExtent, SumsHeader } from './structs.ts';

/**
 * What an image holds, cluster by cluster: the used extents of the disk, and
 * SHA-256 of every cluster that any of them touches, in ascending order. A
 * cluster is hashed as it reads: what no extent covers is zeros.
 */
export interface Sums {
  readonly virtualSize: number;
  readonly clusterSize: number;
  readonly used: ExtentSet;
  /** The touched clusters' numbers, ascending: cluster n is bytes n x clusterSize of the disk. */
  readonly clusters: Float64Array;
  /** 32 bytes for each of `clusters`. */
  readonly hashes: Uint8Array;
}

/** The numbers of all clusters that `used` touches, ascending. */
export function touchedClusters(used: ExtentSet, clusterSize: number): Float64Array {
  let count = 0;
  let next = 0;
  const each = (visit: (cluster: number) => void): void => {
    next = 0;
    for (const extent of used) {
      const last = Math.floor((endOf(extent) - 1) / clusterSize);
      for (let cluster = Math.max(next, Math.floor(extent.offset / clusterSize)); cluster <= last; cluster++) visit(cluster);
      next = Math.max(next, last + 1);
    }
  };
  each(() => count++);
  const clusters = new Float64Array(count);
  let at = 0;
  each((cluster) => (clusters[at++] = cluster));
  return clusters;
}

export function formatSums(sums: Sums): Uint8Array {
  const extentsAt = SumsHeader.size;
  const hashesAt = extentsAt + sums.used.length * SumsExtent.size;
  const out = new Uint8Array(hashesAt + sums.hashes.length);
  SumsHeader.write(
    {
      magic: SUMS_MAGIC, version: 1, clusterSize: sums.clusterSize, virtualSize: BigInt(sums.virtualSize),
      extentCount: BigInt(sums.used.length), clusterCount: BigInt(sums.clusters.length),
    },
    out,
  );
  sums.used.forEach((extent, i) => SumsExtent.write({ offset: BigInt(extent.offset), length: BigInt(extent.length) }, out, extentsAt + i * SumsExtent.size));
  out.set(sums.hashes, hashesAt);
  return out;
}

/** @throws EngineError `image-manifest-invalid` */
export function parseSums(data: Uint8Array, path: string): Sums {
  const invalid = (reason: string): EngineError => new EngineError('image-manifest-invalid', { path, reason });
  if (data.length < SumsHeader.size) throw invalid('too-short');
  let header: ReturnType<typeof SumsHeader.read>;
  try {
    header = SumsHeader.read(data);
  } catch {
    throw invalid('SumsHeader');
  }
  if (header.magic !== SUMS_MAGIC) throw invalid('SumsHeader.magic');
  const virtualSize = toSafeInt(header.virtualSize, 'SumsHeader.virtualSize');
  const extentCount = toSafeInt(header.extentCount, 'SumsHeader.extentCount');
  const clusterCount = toSafeInt(header.clusterCount, 'SumsHeader.clusterCount');
  const hashesAt = SumsHeader.size + extentCount * SumsExtent.size;
  if (hashesAt + clusterCount * SUM_BYTES !== data.length) throw invalid('SumsHeader.size');
  const { clusterSize } = header;
  if (!Number.isInteger(Math.log2(clusterSize))) throw invalid('SumsHeader.clusterSize');
  const used: { offset: number; length: number }[] = [];
  let end = -1;
  for (let i = 0; i < extentCount; i++) {
    const raw = SumsExtent.read(data, SumsHeader.size + i * SumsExtent.size);
    const extent = { offset: toSafeInt(raw.offset, 'SumsExtent.offset'), length: toSafeInt(raw.length, 'SumsExtent.length') };
    if (extent.offset <= end || extent.length === 0 || endOf(extent) > virtualSize) throw invalid(`SumsExtent ${i}`);
    end = endOf(extent);
    used.push(extent);
  }
  // Counted before the list is made: a few extents may claim to touch more clusters than memory holds.
  let touched = 0;
  let next = 0;
  for (const extent of used) {
    const first = Math.max(next, Math.floor(extent.offset / clusterSize));
    next = Math.floor((endOf(extent) - 1) / clusterSize) + 1;
    touched += Math.max(0, next - first);
  }
  if (touched !== clusterCount) throw invalid('SumsHeader.clusterCount');
  return { virtualSize, clusterSize, used, clusters: touchedClusters(used, clusterSize), hashes: data.slice(hashesAt) };
}

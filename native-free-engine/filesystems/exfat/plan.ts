import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';

/** Where everything of a new exFAT volume goes; sectors unless said otherwise. */
export interface ExfatPlan {
  readonly sectorSize: number;
  readonly totalSectors: number;
  /** Bytes. */
  readonly clusterSize: number;
  readonly fatOffset: number;
  readonly fatSectors: number;
  readonly heapOffset: number;
  readonly clusters: number;
  /** Clusters of the three files that every volume has; they lie one after the other from cluster 2. */
  readonly bitmapClusters: number;
  readonly upcaseClusters: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Windows's default cluster sizes for exFAT: volumes up to so many bytes get clusters of so many. */
const CLUSTER_SIZES: readonly (readonly [number, number])[] = [
  [256 * MIB, 4 * KIB],
  [32 * GIB, 32 * KIB],
  [Infinity, 128 * KIB],
];
/** Main and backup boot region, twelve sectors each (3). */
const BOOT_SECTORS = 24;
/** "At least 1 MB" (3.1.5); a little more leaves room for a file. */
export const MINIMUM_EXFAT = 4 * MIB;
const MAX_CLUSTERS = 0xfffffff5;
/** Of the recommended up-case table, packed. */
const UPCASE_BYTES = 5836;

/**
 * Lays out a volume of `length` bytes.
 * @throws EngineError `disk-too-small`
 */
export function planExfat(length: number, sectorSize: number): ExfatPlan {
  if (length < MINIMUM_EXFAT) throw new EngineError('disk-too-small', { disk: 'exFAT', size: length, minimum: MINIMUM_EXFAT });
  let clusterSize = CLUSTER_SIZES.find(([upTo]) => length <= upTo)?.[1] ?? 128 * KIB;
  while (length / clusterSize > MAX_CLUSTERS) clusterSize *= 2;

  const totalSectors = Math.floor(length / sectorSize);
  const sectorsPerCluster = clusterSize / sectorSize;
  // FAT and clusters start on a whole MiB (on small volumes a whole cluster), as flash likes it.
  const boundary = (length > 256 * MIB ? MIB : clusterSize) / sectorSize;
  const fatOffset = alignUp(BOOT_SECTORS, boundary);
  const fatSectors = Math.ceil(((Math.floor((totalSectors - fatOffset) / sectorsPerCluster) + 2) * 4) / sectorSize);
  const heapOffset = alignUp(fatOffset + fatSectors, boundary);
  const clusters = Math.floor((totalSectors - heapOffset) / sectorsPerCluster);
  return {
    sectorSize,
    totalSectors,
    clusterSize,
    fatOffset,
    fatSectors,
    heapOffset,
    clusters,
    bitmapClusters: Math.ceil(clusters / 8 / clusterSize),
    upcaseClusters: Math.ceil(UPCASE_BYTES / clusterSize),
  };
}

import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { FAT32_MAX_CLUSTERS, FAT32_MIN_CLUSTERS } from './structs.ts';

/** Where everything of a new FAT32 volume goes; sectors unless said otherwise. */
export interface Fat32Plan {
  readonly sectorSize: number;
  readonly totalSectors: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly fatSectors: number;
  readonly clusters: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Windows's default cluster sizes for FAT32: volumes up to so many bytes get clusters of so many. */
const CLUSTER_SIZES: readonly (readonly [number, number])[] = [
  [64 * MIB, 512],
  [128 * MIB, 1 * KIB],
  [256 * MIB, 2 * KIB],
  [8 * GIB, 4 * KIB],
  [16 * GIB, 8 * KIB],
  [32 * GIB, 16 * KIB],
  [Infinity, 32 * KIB],
];

/** Boot sector, FSInfo, their backups, and the room that Windows leaves. */
const MIN_RESERVED = 32;
/** fatgen103 advises to stay 16 clusters away from the border, because of programs that count wrongly. */
const SAFE_MIN_CLUSTERS = FAT32_MIN_CLUSTERS + 16;
const MAX_SECTORS = 0xffffffff;

/** The smallest volume in bytes that can be FAT32. */
export const minimumFat32 = (sectorSize: number): number =>
  alignUp((SAFE_MIN_CLUSTERS + MIN_RESERVED) * sectorSize + 2 * alignUp((SAFE_MIN_CLUSTERS + 2) * 4, sectorSize), MIB);

/** The largest: its sectors are counted in 32 bits. */
export const maximumFat32 = (sectorSize: number): number => MAX_SECTORS * sectorSize;

/**
 * Lays out a volume of `length` bytes.
 * @throws EngineError `disk-too-small`, `disk-too-large`
 */
export function planFat32(length: number, sectorSize: number): Fat32Plan {
  const size = { disk: 'FAT32', size: length };
  if (length > maximumFat32(sectorSize)) throw new EngineError('disk-too-large', { ...size, maximum: maximumFat32(sectorSize) });
  const tooSmall = (): EngineError => new EngineError('disk-too-small', { ...size, minimum: minimumFat32(sectorSize) });
  if (length < minimumFat32(sectorSize)) throw tooSmall();

  let clusterSize = Math.max(sectorSize, CLUSTER_SIZES.find(([upTo]) => length <= upTo)?.[1] ?? 32 * KIB);
  let plan = layOut(length, sectorSize, clusterSize);
  while (plan.clusters < SAFE_MIN_CLUSTERS && clusterSize > sectorSize) plan = layOut(length, sectorSize, (clusterSize /= 2));
  while (plan.clusters > FAT32_MAX_CLUSTERS) plan = layOut(length, sectorSize, (clusterSize *= 2));
  if (plan.clusters < SAFE_MIN_CLUSTERS) throw tooSmall();
  return plan;
}

function layOut(length: number, sectorSize: number, clusterSize: number): Fat32Plan {
  const totalSectors = Math.floor(length / sectorSize);
  const sectorsPerCluster = clusterSize / sectorSize;
  // Room for a cluster more than there will be: the FAT's own sectors hold none.
  const fatSectors = Math.ceil(((Math.floor((totalSectors - MIN_RESERVED) / sectorsPerCluster) + 2) * 4) / sectorSize);
  // The data starts on a whole MiB (on small volumes a whole cluster), as flash likes it; the reserved area gives way.
  const boundary = (length >= GIB ? MIB : clusterSize) / sectorSize;
  const dataSector = alignUp(MIN_RESERVED + 2 * fatSectors, boundary);
  return {
    sectorSize,
    totalSectors,
    sectorsPerCluster,
    reservedSectors: dataSector - 2 * fatSectors,
    fatSectors,
    clusters: Math.floor((totalSectors - dataSector) / sectorsPerCluster),
  };
}

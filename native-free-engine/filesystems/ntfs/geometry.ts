import type { Extent } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { reject, rejectMap } from './faults.ts';
import { NtfsBootSector } from './structs.ts';

/** Where everything lies on an NTFS volume. */
export interface NtfsGeometry {
  readonly sectorSize: number;
  readonly clusterSize: number;
  readonly clusters: number;
  readonly recordSize: number;
  /** Bytes. */
  readonly mftOffset: number;
  /** Of the copy of the first four records; bytes. */
  readonly mirrorOffset: number;
  /** Without the boot sector's copy, which stands in the sector behind it; bytes. */
  readonly volumeSize: number;
  readonly serial: bigint;
}

/** @throws EngineError `struct-invalid`, `number-unsafe` */
export function readGeometry(sector: Uint8Array): NtfsGeometry {
  const boot = NtfsBootSector.read(sector);
  const perCluster = boot.sectorsPerCluster > 0x80 ? 2 ** (256 - boot.sectorsPerCluster) : boot.sectorsPerCluster;
  const clusterSize = boot.bytesPerSector * perCluster;
  if (clusterSize > 2 * 1024 * 1024 || !Number.isInteger(Math.log2(clusterSize))) throw reject('NtfsBootSector', 'sectorsPerCluster');
  const recordSize = boot.clustersPerRecord > 0 ? boot.clustersPerRecord * clusterSize : 2 ** -boot.clustersPerRecord;
  if (recordSize < 512 || recordSize > 64 * 1024 || !Number.isInteger(Math.log2(recordSize))) throw reject('NtfsBootSector', 'clustersPerRecord');
  const sectors = toSafeInt(boot.totalSectors, 'NtfsBootSector.totalSectors');
  const offsetOf = (cluster: bigint, field: string): number => toSafeInt(toSafeInt(cluster, field) * clusterSize, field);
  return {
    sectorSize: boot.bytesPerSector,
    clusterSize,
    clusters: Math.floor(sectors / perCluster),
    recordSize,
    mftOffset: offsetOf(boot.mftCluster, 'NtfsBootSector.mftCluster'),
    mirrorOffset: offsetOf(boot.mirrorCluster, 'NtfsBootSector.mirrorCluster'),
    volumeSize: toSafeInt(sectors * boot.bytesPerSector, 'NtfsBootSector.totalSectors'),
    serial: boot.serial,
  };
}

/**
 * The geometry of the volume in `source`.
 * @throws EngineError `struct-invalid`, `number-unsafe`, `allocation-invalid` when it does not fit into `source`
 */
export async function volumeGeometry(source: BlockSource): Promise<NtfsGeometry> {
  const sector = await readBytes(source, 0, 512);
  if (!hasText(sector, 3, 'NTFS    ')) throw reject('NtfsBootSector', 'oemId');
  const geometry = readGeometry(sector);
  if (geometry.clusters < 1 || geometry.volumeSize > source.size) throw rejectMap('larger-than-partition');
  return geometry;
}

/**
 * What lies behind the last whole cluster and belongs to the volume all the same: the sectors
 * that fill no cluster, and the copy of the boot sector. Empty where a partition ends too early.
 */
export function tailOf(source: BlockSource, geometry: NtfsGeometry): Extent {
  const offset = geometry.clusters * geometry.clusterSize;
  return { offset, length: Math.min(source.size, geometry.volumeSize + geometry.sectorSize) - offset };
}

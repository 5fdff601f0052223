import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { EXFAT_NOT_SUMMED, exfatChecksum } from './checksum.ts';
import { EXFAT_BOOT_REGION_SECTORS, EXFAT_NAME, EXFAT_FLAG, ExfatBootSector } from './structs.ts';
import { hasText } from '../../struct/index.ts';

/** Where everything lies on an exFAT volume, in bytes from its start. */
export interface ExfatGeometry {
  readonly clusterSize: number;
  readonly clusters: number;
  /** Main and backup boot region. */
  readonly bootLength: number;
  /** All FATs, one after the other. */
  readonly fatsOffset: number;
  readonly fatsLength: number;
  /** The FAT in use. */
  readonly fatOffset: number;
  /** 1: the second bitmap of a TexFAT volume is in use. */
  readonly activeBitmap: 0 | 1;
  /** Cluster 2. */
  readonly heapOffset: number;
  readonly rootCluster: number;
  readonly dirty: boolean;
}

/** The largest cluster is 32 MiB (exFAT specification, 3.1.15). */
const MAX_CLUSTER_SHIFT = 25;

const invalid = (reason: string): EngineError => new EngineError('allocation-invalid', { kind: 'exfat', reason });

/**
 * Decodes an exFAT boot sector (exFAT specification, 3.1) and checks that all of the volume lies within `size` bytes.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`, `allocation-invalid`
 */
export function readExfatGeometry(sector: Uint8Array, size: number): ExfatGeometry {
  if (!hasText(sector, 3, EXFAT_NAME)) throw invalid('no-signature');
  const boot = ExfatBootSector.read(sector);
  const clusterShift = boot.bytesPerSectorShift + boot.sectorsPerClusterShift;
  if (clusterShift > MAX_CLUSTER_SHIFT) throw invalid('clusterSize');
  const sectorSize = 2 ** boot.bytesPerSectorShift;
  const clusterSize = 2 ** clusterShift;
  const volumeLength = toSafeInt(boot.volumeLength, 'ExfatBootSector.volumeLength') * sectorSize;
  const fatsOffset = boot.fatOffset * sectorSize;
  const fatLength = boot.fatLength * sectorSize;
  const heapOffset = boot.clusterHeapOffset * sectorSize;
  const activeFat = boot.flags & EXFAT_FLAG.secondFat ? 1 : 0;

  if (volumeLength > size) throw invalid('larger-than-partition');
  if (boot.fatOffset < EXFAT_BOOT_REGION_SECTORS * 2 || fatsOffset + fatLength * boot.numberOfFats > heapOffset) throw invalid('fatOffset');
  if (fatLength < (boot.clusterCount + 2) * 4) throw invalid('fat-too-short');
  if (heapOffset + boot.clusterCount * clusterSize > volumeLength) throw invalid('clusterCount');
  if (boot.rootCluster >= boot.clusterCount + 2) throw invalid('root-directory');
  if (activeFat >= boot.numberOfFats) throw invalid('activeFat');
  return {
    clusterSize,
    clusters: boot.clusterCount,
    bootLength: EXFAT_BOOT_REGION_SECTORS * 2 * sectorSize,
    fatsOffset,
    fatsLength: fatLength * boot.numberOfFats,
    fatOffset: fatsOffset + activeFat * fatLength,
    activeBitmap: activeFat,
    heapOffset,
    rootCluster: boot.rootCluster,
    dirty: (boot.flags & EXFAT_FLAG.dirty) !== 0,
  };
}

/**
 * The checksum of the main boot region (3.4): without it no system mounts the volume.
 * @throws EngineError `allocation-invalid`; errors of reading
 */
export async function checkBootRegion(source: BlockSource, { bootLength }: ExfatGeometry): Promise<void> {
  const region = await readBytes(source, 0, bootLength / 2);
  const summed = region.length - region.length / EXFAT_BOOT_REGION_SECTORS;
  const stored = new DataView(region.buffer, region.byteOffset).getUint32(summed, true);
  if (exfatChecksum(region.subarray(0, summed), EXFAT_NOT_SUMMED) !== stored) throw invalid('boot-checksum');
}

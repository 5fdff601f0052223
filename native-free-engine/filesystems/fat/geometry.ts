import { EngineError } from '../../base/errors.ts';
import {
  FAT16_MIN_CLUSTERS,
  FAT32_ACTIVE_FAT,
  FAT32_MIN_CLUSTERS,
  FAT32_ONE_FAT,
  FAT_STATE_DIRTY,
  Fat16Ebpb,
  Fat32Ebpb,
  FatBpb,
} from './structs.ts';

/** Where everything lies on a FAT volume, in bytes from its start. */
export interface FatGeometry {
  readonly kind: 'fat12' | 'fat16' | 'fat32';
  readonly sectorSize: number;
  /** The whole volume. */
  readonly length: number;
  readonly clusterSize: number;
  readonly clusters: number;
  /** The FAT in use: the first one, unless a FAT32 says otherwise. */
  readonly fatOffset: number;
  readonly fatLength: number;
  /** The fixed root directory of FAT12 and FAT16; length 0 on FAT32. */
  readonly rootOffset: number;
  readonly rootLength: number;
  /** First cluster of FAT32's root directory; 0 elsewhere. */
  readonly rootCluster: number;
  /** Cluster 2. */
  readonly dataOffset: number;
  /** What comes before the first FAT. */
  readonly reservedLength: number;
  /** 0: none. */
  readonly fsInfoOffset: number;
  /** The copy of the boot sector on FAT32; 0: none. */
  readonly backupOffset: number;
  /** What the low byte of the first FAT entry repeats. */
  readonly media: number;
  /** The boot sector says that the volume was not unmounted. */
  readonly dirty: boolean;
  readonly volumeId: number;
  readonly bootLabel: string;
}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;
const reject = (field: string): never => {
  throw new EngineError('struct-invalid', { struct: 'FatBpb', field }, { place: { struct: 'FatBpb', field } });
};

/** True for the x86 jump that every boot sector with a BPB starts with. */
export const hasJump = (sector: Uint8Array): boolean => (sector[0] === 0xeb && sector[2] === 0x90) || sector[0] === 0xe9;

/**
 * Decodes the boot sector of a FAT volume.
 * @throws EngineError `struct-invalid` when it is none
 */
export function readGeometry(sector: Uint8Array): FatGeometry {
  if (!hasJump(sector)) reject('jump');
  const bpb = FatBpb.read(sector);
  const { bytesPerSector, sectorsPerCluster, reservedSectors, fatCount, rootEntries } = bpb;
  if (!isPowerOfTwo(bytesPerSector)) reject('bytesPerSector');
  if (!isPowerOfTwo(sectorsPerCluster)) reject('sectorsPerCluster');
  if (bpb.media !== 0xf0 && bpb.media < 0xf8) reject('media');

  const isFat32 = bpb.fatSectors16 === 0;
  const wide = isFat32 ? Fat32Ebpb.read(sector, FatBpb.size) : null;
  const narrow = isFat32 ? null : Fat16Ebpb.read(sector, FatBpb.size);
  const fatSectors = wide ? wide.fatSectors : bpb.fatSectors16;
  const totalSectors = bpb.totalSectors16 || bpb.totalSectors32;
  if (fatSectors === 0) reject('fatSectors');
  if (!isFat32 && rootEntries === 0) reject('rootEntries');

  const rootSectors = Math.ceil((rootEntries * 32) / bytesPerSector);
  const dataSector = reservedSectors + fatCount * fatSectors + rootSectors;
  if (totalSectors <= dataSector) reject('totalSectors');
  const clusters = Math.floor((totalSectors - dataSector) / sectorsPerCluster);
  if (clusters === 0) reject('totalSectors');
  const activeFat = wide && wide.flags & FAT32_ONE_FAT ? wide.flags & FAT32_ACTIVE_FAT : 0;
  if (activeFat >= fatCount) reject('flags');
  const extended = wide?.bootSignature === 0x29 || narrow?.bootSignature === 0x29;
  return {
    kind: isFat32 ? 'fat32' : clusters < FAT16_MIN_CLUSTERS ? 'fat12' : clusters < FAT32_MIN_CLUSTERS ? 'fat16' : reject('clusters'),
    sectorSize: bytesPerSector,
    length: totalSectors * bytesPerSector,
    clusterSize: bytesPerSector * sectorsPerCluster,
    clusters,
    fatOffset: (reservedSectors + activeFat * fatSectors) * bytesPerSector,
    fatLength: fatSectors * bytesPerSector,
    rootOffset: (reservedSectors + fatCount * fatSectors) * bytesPerSector,
    rootLength: rootEntries * 32,
    rootCluster: wide?.rootCluster ?? 0,
    dataOffset: dataSector * bytesPerSector,
    reservedLength: reservedSectors * bytesPerSector,
    backupOffset: (wide?.backupBootSector ?? 0) * bytesPerSector,
    media: bpb.media,
    fsInfoOffset: (wide?.fsInfoSector ?? 0) * bytesPerSector,
    dirty: (((wide ?? narrow)?.state ?? 0) & FAT_STATE_DIRTY) !== 0,
    volumeId: extended ? (wide ?? narrow)?.volumeId ?? 0 : 0,
    bootLabel: extended ? (wide ?? narrow)?.label ?? '' : '',
  };
}

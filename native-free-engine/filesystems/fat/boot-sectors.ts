import { EngineError } from '../../base/errors.ts';
import { bootMessage } from '../../struct/boot-message.ts';
import type { Fat32Plan } from './plan.ts';
import { FAT_BOOT_SIGNATURE, FSINFO_LEAD, FSINFO_STRUCT, FSINFO_TRAIL, Fat32Ebpb, FatBpb, FatFsInfo } from './structs.ts';

/** Where the boot code of a FAT32 boot sector begins, and how many bytes it may have. */
export const FAT32_BOOT_CODE_AT = 90;
const BOOT_CODE_ROOM = 510 - FAT32_BOOT_CODE_AT;

export const ROOT_CLUSTER = 2;
export const BACKUP_SECTOR = 6;
const FSINFO_SECTOR = 1;
/** Boot sector, FSInfo and the third sector of Windows's boot code. */
export const BOOT_SECTORS = 3;
export const MEDIA_FIXED = 0xf8;

export interface BootSectorFacts {
  /** Bytes from the start of the disk to the volume. */
  readonly partitionOffset: number;
  /** As `fatLabel` gives it; '' for none. */
  readonly label: string;
  readonly volumeId: number;
  /** Clusters in use, from cluster 2 without a gap. */
  readonly usedClusters: number;
  /** What a BIOS runs; left out, a message that this disk boots nothing. */
  readonly bootCode?: Uint8Array | undefined;
}

/** The three sectors at the start of a FAT32 volume, which lie at sector 6 once more. */
export function bootSectors(plan: Fat32Plan, facts: BootSectorFacts): Uint8Array {
  const { sectorSize } = plan;
  const code = facts.bootCode ?? bootMessage('This disk does not boot. Remove it and press a key.', 0x7c00 + FAT32_BOOT_CODE_AT);
  if (code.length > BOOT_CODE_ROOM) throw new EngineError('argument-invalid', { what: 'boot code' });
  const sectors = new Uint8Array(BOOT_SECTORS * sectorSize);
  FatBpb.write(
    {
      jump: Uint8Array.of(0xeb, FAT32_BOOT_CODE_AT - 2, 0x90),
      // The name that every old driver trusts.
      oemName: 'MSDOS5.0',
      bytesPerSector: sectorSize,
      sectorsPerCluster: plan.sectorsPerCluster,
      reservedSectors: plan.reservedSectors,
      fatCount: 2,
      rootEntries: 0,
      totalSectors16: 0,
      media: MEDIA_FIXED,
      fatSectors16: 0,
      sectorsPerTrack: 63,
      heads: 255,
      hiddenSectors: Math.min(facts.partitionOffset / sectorSize, 0xffffffff),
      totalSectors32: plan.totalSectors,
    },
    sectors,
  );
  Fat32Ebpb.write(
    {
      fatSectors: plan.fatSectors,
      flags: 0,
      version: 0,
      rootCluster: ROOT_CLUSTER,
      fsInfoSector: FSINFO_SECTOR,
      backupBootSector: BACKUP_SECTOR,
      driveNumber: 0x80,
      state: 0,
      bootSignature: 0x29,
      volumeId: facts.volumeId,
      label: (facts.label || 'NO NAME').padEnd(11),
      fileSystemType: 'FAT32   ',
    },
    sectors,
    FatBpb.size,
  );
  sectors.set(code, FAT32_BOOT_CODE_AT);
  FatFsInfo.write(
    {
      leadSignature: FSINFO_LEAD,
      structSignature: FSINFO_STRUCT,
      freeClusters: plan.clusters - facts.usedClusters,
      nextFree: facts.usedClusters < plan.clusters ? ROOT_CLUSTER + facts.usedClusters : ROOT_CLUSTER,
      trailSignature: FSINFO_TRAIL,
    },
    sectors,
    FSINFO_SECTOR * sectorSize,
  );
  const view = new DataView(sectors.buffer);
  for (const sector of [0, 2]) view.setUint16(sector * sectorSize + 510, FAT_BOOT_SIGNATURE, true);
  return sectors;
}

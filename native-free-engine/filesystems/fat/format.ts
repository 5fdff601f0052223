import type { Extent } from '../../base/extent.ts';
import type { BlockSink } from '../../io/types.ts';
import { bootMessage } from '../../struct/boot-message.ts';
import { fillZeros, type FormatWatch } from '../fill-zeros.ts';
import { fatLabel } from '../label.ts';
import { planFat32, type Fat32Plan } from './plan.ts';
import {
  ATTR_VOLUME_LABEL,
  FAT_BOOT_SIGNATURE,
  FSINFO_LEAD,
  FSINFO_STRUCT,
  FSINFO_TRAIL,
  Fat32Ebpb,
  FatBpb,
  FatDirEntry,
  FatFsInfo,
} from './structs.ts';

export interface Fat32Options extends FormatWatch {
  /** At most eleven characters of ASCII; '' for none. */
  readonly label: string;
  /** The serial number, 32 bits. */
  readonly volumeId: number;
  /** For the date of the label. */
  readonly now: Date;
}

const ROOT_CLUSTER = 2;
const FSINFO_SECTOR = 1;
const BACKUP_SECTOR = 6;
/** Boot sector, FSInfo and the third sector of Windows's boot code. */
const BOOT_SECTORS = 3;
const MEDIA_FIXED = 0xf8;
const BOOT_CODE_AT = 90;

/** How many bytes {@link formatFat32} writes, for a progress bar. */
export const fat32Bytes = (plan: Fat32Plan): number =>
  (plan.reservedSectors + 2 * plan.fatSectors + plan.sectorsPerCluster + 2 * BOOT_SECTORS + 3) * plan.sectorSize;

/**
 * Makes an empty FAT32 volume in `partition` (fatgen103). The boot sector is
 * written last: until then there is no volume. Cancelled half way, it leaves zeros.
 * @throws EngineError `disk-too-small`, `disk-too-large`, `argument-invalid`; AbortError
 */
export async function formatFat32(sink: BlockSink, partition: Extent, options: Fat32Options): Promise<void> {
  const label = fatLabel(options.label);
  const plan = planFat32(partition.length, sink.sectorSize);
  const { sectorSize } = plan;
  const fatSector = plan.reservedSectors;
  const rootSector = fatSector + 2 * plan.fatSectors;
  const write = async (sector: number, data: Uint8Array): Promise<void> => {
    await sink.writeAt(partition.offset + sector * sectorSize, data);
    options.onWritten?.(data.length);
  };

  await fillZeros(sink, { offset: partition.offset, length: (rootSector + plan.sectorsPerCluster) * sectorSize }, options);

  const fat = new Uint8Array(sectorSize);
  const entries = new DataView(fat.buffer);
  entries.setUint32(0, 0x0fffff00 | MEDIA_FIXED, true);
  entries.setUint32(4, 0x0fffffff, true);
  entries.setUint32(ROOT_CLUSTER * 4, 0x0fffffff, true);
  await write(fatSector, fat);
  await write(fatSector + plan.fatSectors, fat);
  await write(rootSector, rootDirectory(label, sectorSize, options.now));

  const boot = bootSectors(plan, partition, label, options.volumeId);
  await write(BACKUP_SECTOR, boot);
  await write(0, boot);
}

function rootDirectory(label: string, sectorSize: number, now: Date): Uint8Array {
  const root = new Uint8Array(sectorSize);
  if (label) {
    const writeDate = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
    const writeTime = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
    FatDirEntry.write(
      { name: label.padEnd(11), attributes: ATTR_VOLUME_LABEL, clusterHigh: 0, clusterLow: 0, size: 0, writeDate, writeTime },
      root,
    );
  }
  return root;
}

/** The three sectors at the start, which lie at sector 6 once more. */
function bootSectors(plan: Fat32Plan, partition: Extent, label: string, volumeId: number): Uint8Array {
  const { sectorSize } = plan;
  const sectors = new Uint8Array(BOOT_SECTORS * sectorSize);
  FatBpb.write(
    {
      jump: Uint8Array.of(0xeb, BOOT_CODE_AT - 2, 0x90),
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
      hiddenSectors: Math.min(partition.offset / sectorSize, 0xffffffff),
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
      volumeId,
      label: (label || 'NO NAME').padEnd(11),
      fileSystemType: 'FAT32   ',
    },
    sectors,
    FatBpb.size,
  );
  sectors.set(bootMessage('This disk does not boot. Remove it and press a key.', 0x7c00 + BOOT_CODE_AT), BOOT_CODE_AT);
  FatFsInfo.write(
    {
      leadSignature: FSINFO_LEAD,
      structSignature: FSINFO_STRUCT,
      freeClusters: plan.clusters - 1,
      nextFree: ROOT_CLUSTER + 1,
      trailSignature: FSINFO_TRAIL,
    },
    sectors,
    FSINFO_SECTOR * sectorSize,
  );
  const view = new DataView(sectors.buffer);
  for (const sector of [0, 2]) view.setUint16(sector * sectorSize + 510, FAT_BOOT_SIGNATURE, true);
  return sectors;
}

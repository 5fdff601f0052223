import type { Extent } from '../../base/extent.ts';
import type { BlockSink } from '../../io/types.ts';
import { fillZeros, type FormatWatch } from '../fill-zeros.ts';
import { fatLabel } from '../label.ts';
import { BACKUP_SECTOR, BOOT_SECTORS, bootSectors, MEDIA_FIXED, ROOT_CLUSTER } from './boot-sectors.ts';
import { fatDate } from './date.ts';
import { planFat32, type Fat32Plan } from './plan.ts';
import { ATTR_VOLUME_LABEL, FatDirEntry } from './structs.ts';

export interface Fat32Options extends FormatWatch {
  /** At most eleven characters of ASCII; '' for none. */
  readonly label: string;
  /** The serial number, 32 bits. */
  readonly volumeId: number;
  /** For the date of the label. */
  readonly now: Date;
}

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

  const boot = bootSectors(plan, { partitionOffset: partition.offset, label, volumeId: options.volumeId, usedClusters: 1 });
  await write(BACKUP_SECTOR, boot);
  await write(0, boot);
}

function rootDirectory(label: string, sectorSize: number, now: Date): Uint8Array {
  const root = new Uint8Array(sectorSize);
  if (label) {
    FatDirEntry.write({ name: label.padEnd(11), attributes: ATTR_VOLUME_LABEL, clusterHigh: 0, clusterLow: 0, size: 0, ...fatDate(now) }, root);
  }
  return root;
}

import type { Extent } from '../../base/extent.ts';
import { alignUp } from '../../base/safe-int.ts';
import type { BlockSink } from '../../io/types.ts';
import { bootMessage } from '../../struct/boot-message.ts';
import { fillZeros, type FormatWatch } from '../fill-zeros.ts';
import { exfatLabel } from '../label.ts';
import { EXFAT_NOT_SUMMED, exfatChecksum } from './checksum.ts';
import { planExfat, type ExfatPlan } from './plan.ts';
import {
  EXFAT_BOOT_SIGNATURE,
  EXFAT_ENTRY,
  EXFAT_EXTENDED_SIGNATURE,
  EXFAT_NAME,
  ExfatBitmapEntry,
  ExfatBootSector,
  ExfatLabelEntry,
  ExfatUpcaseEntry,
} from './structs.ts';
import { upcaseTable } from './upcase.ts';

export interface ExfatOptions extends FormatWatch {
  /** At most eleven UTF-16 units; '' for none. */
  readonly label: string;
  /** The serial number, 32 bits. */
  readonly volumeSerial: number;
}

const FIRST_CLUSTER = 2;
const END_OF_CHAIN = 0xffffffff;
/** Boot sector, eight extended ones, OEM parameters, one reserved, checksums (3). */
const REGION_SECTORS = 12;
const REVISION_1_00 = 0x0100;

const rootCluster = (plan: ExfatPlan): number => FIRST_CLUSTER + plan.bitmapClusters + plan.upcaseClusters;
const usedClusters = (plan: ExfatPlan): number => plan.bitmapClusters + plan.upcaseClusters + 1;
const zeroedBytes = (plan: ExfatPlan): number => plan.heapOffset * plan.sectorSize + usedClusters(plan) * plan.clusterSize;

/** About how many bytes {@link formatExfat} writes, for a progress bar. */
export const exfatBytes = (plan: ExfatPlan): number => zeroedBytes(plan) + 2 * REGION_SECTORS * plan.sectorSize;

/**
 * Makes an empty exFAT volume in `partition`. The main boot region is written
 * last: until then there is no volume. Cancelled half way, it leaves zeros.
 * @throws EngineError `disk-too-small`, `argument-invalid`; AbortError
 */
export async function formatExfat(sink: BlockSink, partition: Extent, options: ExfatOptions): Promise<void> {
  const label = exfatLabel(options.label);
  const plan = planExfat(partition.length, sink.sectorSize);
  const { sectorSize, clusterSize } = plan;
  const write = (offset: number, data: Uint8Array): Promise<void> => sink.writeAt(partition.offset + offset, padded(data, sectorSize));
  const clusterAt = (cluster: number): number => plan.heapOffset * sectorSize + (cluster - FIRST_CLUSTER) * clusterSize;
  const upcaseCluster = FIRST_CLUSTER + plan.bitmapClusters;
  const upcase = upcaseTable();

  await fillZeros(sink, { offset: partition.offset, length: zeroedBytes(plan) }, options);
  await write(plan.fatOffset * sectorSize, fileAllocationTable(plan));
  await write(clusterAt(FIRST_CLUSTER), firstBitsSet(usedClusters(plan)));
  await write(clusterAt(upcaseCluster), upcase);
  await write(clusterAt(rootCluster(plan)), rootDirectory(plan, label, upcase, upcaseCluster));

  const region = bootRegion(plan, partition, options.volumeSerial);
  for (const sector of [REGION_SECTORS, 0]) {
    await write(sector * sectorSize, region);
    options.onWritten?.(region.length);
  }
}

function padded(data: Uint8Array, unit: number): Uint8Array {
  if (data.length % unit === 0) return data;
  const out = new Uint8Array(alignUp(data.length, unit));
  out.set(data);
  return out;
}

/** The two reserved entries, then a chain for each of the three files. */
function fileAllocationTable(plan: ExfatPlan): Uint8Array {
  const table = new Uint32Array(FIRST_CLUSTER + usedClusters(plan));
  table[0] = 0xfffffff8;
  table[1] = END_OF_CHAIN;
  let cluster = FIRST_CLUSTER;
  for (const count of [plan.bitmapClusters, plan.upcaseClusters, 1]) {
    for (let i = 1; i <= count; i++, cluster++) table[cluster] = i === count ? END_OF_CHAIN : cluster + 1;
  }
  const bytes = new Uint8Array(table.length * 4);
  const view = new DataView(bytes.buffer);
  table.forEach((entry, index) => view.setUint32(index * 4, entry, true));
  return bytes;
}

function firstBitsSet(count: number): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(count / 8)).fill(0xff);
  if (count % 8) bitmap[bitmap.length - 1] = (1 << (count % 8)) - 1;
  return bitmap;
}

function rootDirectory(plan: ExfatPlan, label: string, upcase: Uint8Array, upcaseCluster: number): Uint8Array {
  const entries: Uint8Array[] = [];
  if (label) entries.push(ExfatLabelEntry.write({ type: EXFAT_ENTRY.label, characters: label.length, label }));
  entries.push(
    ExfatBitmapEntry.write({
      type: EXFAT_ENTRY.bitmap,
      flags: 0,
      firstCluster: FIRST_CLUSTER,
      length: BigInt(Math.ceil(plan.clusters / 8)),
    }),
    ExfatUpcaseEntry.write({
      type: EXFAT_ENTRY.upcase,
      checksum: exfatChecksum(upcase),
      firstCluster: upcaseCluster,
      length: BigInt(upcase.length),
    }),
  );
  const root = new Uint8Array(entries.length * 32);
  entries.forEach((entry, index) => root.set(entry, index * 32));
  return root;
}

/** Twelve sectors, the last of which repeats the checksum of the others. */
function bootRegion(plan: ExfatPlan, partition: Extent, volumeSerial: number): Uint8Array {
  const { sectorSize } = plan;
  const region = new Uint8Array(REGION_SECTORS * sectorSize);
  const view = new DataView(region.buffer);
  ExfatBootSector.write(
    {
      jump: Uint8Array.of(0xeb, 0x76, 0x90),
      fileSystemName: EXFAT_NAME,
      mustBeZero: new Uint8Array(),
      partitionOffset: BigInt(partition.offset / sectorSize),
      volumeLength: BigInt(plan.totalSectors),
      fatOffset: plan.fatOffset,
      fatLength: plan.fatSectors,
      clusterHeapOffset: plan.heapOffset,
      clusterCount: plan.clusters,
      rootCluster: rootCluster(plan),
      volumeSerial,
      revision: REVISION_1_00,
      flags: 0,
      bytesPerSectorShift: Math.log2(sectorSize),
      sectorsPerClusterShift: Math.log2(plan.clusterSize / sectorSize),
      numberOfFats: 1,
      driveSelect: 0x80,
      percentInUse: Math.floor((usedClusters(plan) * 100) / plan.clusters),
      bootCode: bootMessage('This disk does not boot. Remove it and press a key.', 0x7c78),
      bootSignature: EXFAT_BOOT_SIGNATURE,
    },
    region,
  );
  for (let sector = 1; sector <= 8; sector++) view.setUint32((sector + 1) * sectorSize - 4, EXFAT_EXTENDED_SIGNATURE, true);
  const summed = region.subarray(0, (REGION_SECTORS - 1) * sectorSize);
  const checksum = exfatChecksum(summed, EXFAT_NOT_SUMMED);
  for (let at = summed.length; at < region.length; at += 4) view.setUint32(at, checksum, true);
  return region;
}

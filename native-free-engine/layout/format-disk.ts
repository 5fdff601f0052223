import { throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';
import type { Extent } from '../base/extent.ts';
import { alignDown } from '../base/safe-int.ts';
import { exfatBytes, formatExfat } from '../filesystems/exfat/format.ts';
import { MINIMUM_EXFAT, planExfat } from '../filesystems/exfat/plan.ts';
import { fat32Bytes, formatFat32 } from '../filesystems/fat/format.ts';
import { maximumFat32, minimumFat32, planFat32 } from '../filesystems/fat/plan.ts';
import { fillZeros } from '../filesystems/fill-zeros.ts';
import { exfatLabel, fatLabel } from '../filesystems/label.ts';
import { alignedBuffer } from '../io/aligned-buffer.ts';
import type { BlockDevice } from '../io/types.ts';
import { buildGpt } from '../partitions/gpt/index.ts';
import { MBR_TYPE, buildMbr } from '../partitions/mbr/index.ts';
import { randomGuid } from '../struct/index.ts';

export type StickFileSystem = 'fat32' | 'exfat';

/** What formatting a stick will do, before it does anything. */
export interface StickFormatPlan {
  /** GPT only beyond the 2 TiB (of 512-byte sectors) that an MBR can tell. */
  readonly table: 'mbr' | 'gpt';
  /** `0x0C`, `0x07`, or the GUID of basic data. */
  readonly partitionType: string;
  readonly partition: Extent;
  /** Bytes. */
  readonly clusterSize: number;
  /** Bytes to write in all. */
  readonly writes: number;
}

export interface StickFormatOptions {
  readonly fileSystem: StickFileSystem;
  readonly label: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((written: number, total: number) => void) | undefined;
}

const MIB = 1024 * 1024;
const BASIC_DATA = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';
const MAX_MBR_SECTORS = 0xffffffff;

/**
 * One partition from 1 MiB to the last whole MiB.
 * @param size bytes of the disk
 * @param name what to call the disk in an error
 * @throws EngineError `disk-too-small`, `disk-too-large`, `argument-invalid` for the label
 */
export function planStickFormat(size: number, sectorSize: number, fileSystem: StickFileSystem, label = '', name = 'disk'): StickFormatPlan {
  // A MiB in front, and a MiB behind at most: the rest of a size that is no whole MiB, or a GPT's backup.
  const minimum = (fileSystem === 'fat32' ? minimumFat32(sectorSize) : MINIMUM_EXFAT) + 2 * MIB;
  const maximum = fileSystem === 'fat32' ? maximumFat32(sectorSize) : Number.MAX_SAFE_INTEGER;
  if (size < minimum) throw new EngineError('disk-too-small', { disk: name, size, minimum });
  if (size > maximum) throw new EngineError('disk-too-large', { disk: name, size, maximum });
  const table = size / sectorSize > MAX_MBR_SECTORS ? 'gpt' : 'mbr';
  // The backup of a GPT needs the end; and a size that is no whole MiB has its rest there.
  const end = alignDown(table === 'gpt' ? size - MIB : size, MIB);
  const partition = { offset: MIB, length: end - MIB };
  const shared = { table, partition } as const;
  const wipes = MIB + tailOf(size, partition).length + MIB;
  if (fileSystem === 'fat32') {
    fatLabel(label);
    const plan = planFat32(partition.length, sectorSize);
    const partitionType = table === 'gpt' ? BASIC_DATA : '0x0C';
    return { ...shared, partitionType, clusterSize: plan.sectorsPerCluster * sectorSize, writes: wipes + fat32Bytes(plan) };
  }
  exfatLabel(label);
  const plan = planExfat(partition.length, sectorSize);
  return { ...shared, partitionType: table === 'gpt' ? BASIC_DATA : '0x07', clusterSize: plan.clusterSize, writes: wipes + exfatBytes(plan) };
}

/** The last MiB of the partition and all behind it: backups of a GPT, superblocks of a RAID. */
function tailOf(size: number, partition: Extent): Extent {
  const offset = partition.offset + partition.length - MIB;
  return { offset, length: size - offset };
}

/**
 * Gives a stick one fresh partition. The old table goes first and the new one
 * comes last, so that a stick pulled out or a job cancelled half way leaves a
 * blank disk, never a half one that looks whole.
 * @throws EngineError as {@link planStickFormat} before anything is written, and those of writing; AbortError
 */
export async function formatStick(device: BlockDevice, options: StickFormatOptions): Promise<void> {
  const { fileSystem, label, signal, onProgress } = options;
  const plan = planStickFormat(device.size, device.sectorSize, fileSystem, label);
  let written = 0;
  const onWritten = (bytes: number): void => {
    written += bytes;
    onProgress?.(written, plan.writes);
  };
  const watch = { signal, onWritten };
  const [volumeId = 1, diskSignature = 1] = crypto.getRandomValues(new Uint32Array(2));

  await fillZeros(device, { offset: 0, length: MIB }, watch);
  await fillZeros(device, tailOf(device.size, plan.partition), watch);
  await device.flush();
  if (fileSystem === 'fat32') await formatFat32(device, plan.partition, { label, volumeId, now: new Date(), ...watch });
  else await formatExfat(device, plan.partition, { label, volumeSerial: volumeId, ...watch });
  await device.flush();

  throwIfAborted(signal);
  const start = alignedBuffer(MIB);
  if (plan.table === 'mbr') {
    const type = fileSystem === 'fat32' ? MBR_TYPE.fat32Lba : MBR_TYPE.ntfsOrExfat;
    start.set(buildMbr({ diskSignature, partitions: [{ ...plan.partition, type }] }, device.sectorSize));
  } else {
    const partitions = [{ ...plan.partition, type: BASIC_DATA, id: randomGuid(), name: 'Basic data partition' }];
    const gpt = buildGpt({ diskGuid: randomGuid(), partitions }, device.size, device.sectorSize);
    await device.writeAt(gpt.endOffset, gpt.end);
    start.set(gpt.start);
  }
  await device.writeAt(0, start);
  onWritten(start.length);
  await device.flush();
}

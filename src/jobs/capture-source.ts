import { EngineError, mapDisk, openDevice, type BlockSource, type DeviceAddress, type DiskMap, type MapDiskOptions } from '../../native-free-engine/index.ts';
import type { CapturedPartition, CapturePlan, Disk, Partition, Stop } from '../contract/index.ts';
import type { OpenedSource, SourceUse } from '../host/index.ts';

/** Numbers of the partitions that a capture takes bytes of. */
export const takenNumbers = (disk: Pick<Disk, 'partitions'>, chosen: readonly number[] | null): number[] =>
  disk.partitions.filter((partition) => partition.role !== 'extended' && (chosen?.includes(partition.number) ?? true)).map(({ number }) => number);

/** @throws EngineError `partition-not-found` */
export function checkChosen(disk: Pick<Disk, 'partitions'>, chosen: readonly number[] | null, name: string): void {
  const missing = chosen?.find((number) => !disk.partitions.some((partition) => partition.number === number));
  if (missing !== undefined) throw new EngineError('partition-not-found', { number: missing, disk: name });
}

/** What is done about a partition in use; null when nobody uses it. */
export function holdOf(use: SourceUse | undefined): CapturedPartition['hold'] {
  if (!use || use.remedy === 'free') return null;
  return use.remedy === 'unmount' ? null : use.remedy;
}

/** Made to stand still by us, a volume is in order as far as its file system's own log goes. */
const settles = (hold: CapturedPartition['hold']): boolean => hold !== null && hold !== 'read-only';

/** What has to be agreed to by name, found on partitions as they would be captured. */
export function stopsOf(partitions: readonly CapturedPartition[]): Stop[] {
  const stops = new Map<Stop['code'], number[]>();
  const add = (code: Stop['code'], number: number): void => void stops.set(code, [...(stops.get(code) ?? []), number]);
  for (const { number, method, conditions, hold } of partitions) {
    if (method === 'none') continue;
    for (const condition of conditions) if (condition === 'hibernated' || !settles(hold)) add(condition, number);
    if (hold === 'remount-read-only') add(hold, number);
  }
  return [...stops].map(([code, numbers]) => ({ code, partitions: numbers }));
}

/** The partitions of a map, with what this computer knows of them. */
export function capturedPartitions(map: DiskMap, known: readonly Partition[], uses: readonly SourceUse[]): CapturedPartition[] {
  return map.partitions.map((mapped) => {
    const { number, offset, length, type, name, role, fileSystem, active, usedBytes, method, wholeReason, usedEnd, leftOut, conditions } = mapped;
    const use = uses.find((each) => each.partition === number);
    return {
      number, offset, length, type, name, role, fileSystem, active, usedBytes, method, wholeReason, usedEnd,
      mountPoints: known.find((partition) => partition.number === number)?.mountPoints ?? [],
      leftOut: leftOut.map(({ name: file, bytes }) => ({ name: file, bytes })),
      conditions: [...conditions],
      hold: method === 'none' ? null : holdOf(use),
    };
  });
}

/** Reads the map of a source that stands still: of the disk, and of the snapshots in place of its partitions. */
export async function mapOpened(opened: OpenedSource, map: Omit<MapDiskOptions, 'volume'>): Promise<DiskMap> {
  const sources: BlockSource[] = [];
  const open = async (address: DeviceAddress): Promise<BlockSource> => {
    const source = await openDevice(address.path, { write: false, size: address.size, sectorSize: address.sectorSize, wholeSectors: address.wholeSectors });
    sources.push(source);
    return source;
  };
  try {
    const disk = await open(opened.address);
    const volumes = new Map<number, BlockSource>();
    for (const { partition, address } of opened.overlays) volumes.set(partition, await open(address));
    return await mapDisk(disk, { ...map, volume: (number) => volumes.get(number) ?? null });
  } finally {
    await Promise.allSettled(sources.map((source) => source.close()));
  }
}

/** @throws EngineError `volume-dirty` for what was not agreed to by name */
export function checkStops(plan: Pick<CapturePlan, 'stops' | 'partitions'>, agreed: readonly string[]): void {
  const open = plan.stops.find(({ code }) => !agreed.includes(code));
  if (!open) return;
  const number = open.partitions[0] ?? 0;
  const kind = plan.partitions.find((partition) => partition.number === number)?.fileSystem?.kind ?? '';
  throw new EngineError('volume-dirty', { number, kind, conditions: open.code });
}

import { EngineError, throwIfAborted, type DeviceAddress } from '../../native-free-engine/index.ts';
import type { Disk, Partition } from '../contract/index.ts';
import type { Disks } from './disks.ts';
import { practicePath } from './practice.ts';
import type { OpenedSource, SourceControl, SourceDisk, SourceNote, SourceOptions, SourceOverlay, SourceUse } from './source-types.ts';

/** Something that makes bytes stand still until it is released. */
export interface Hold {
  /** Read the partition from here instead. */
  readonly partition?: DeviceAddress;
  /** Read the whole disk from here instead; it covers all its partitions. */
  readonly whole?: DeviceAddress;
  readonly note?: SourceNote;
  /** @throws EngineError `snapshot-lost`, `source-mounted` */
  confirm(): Promise<void>;
  release(): Promise<void>;
}

export interface HoldRequest {
  /** As it is now, with the address that it is read by when nothing replaces it. */
  readonly disk: Disk;
  readonly address: DeviceAddress;
  readonly partition: Partition;
  readonly use: SourceUse;
  readonly destination: string | null;
}

/** What differs from system to system in making a source stand still. */
export interface SourceSystem {
  /** One answer for each partition, in their order. `disk` is as it is now, `partitions` as they are on it. */
  uses(disk: Disk, partitions: readonly Partition[]): Promise<SourceUse[]>;
  /** Null when nothing needs to be held. @throws EngineError `source-mounted`, `snapshot-failed`, `rights-needed` */
  hold(request: HoldRequest): Promise<Hold | null>;
  /** Puts right what runs that died left behind; returns how many things. */
  sweep(): Promise<number>;
  /** The path that raw reads go through. */
  devicePath(path: string): string;
}

export const sourceMounted = (disk: Pick<Disk, 'path'>, use: SourceUse): EngineError =>
  new EngineError('source-mounted', { disk: disk.path, number: use.partition, mountPoint: use.mountPoints[0] ?? '' });

/** The rules that hold on every system around {@link SourceSystem}. */
export function createSources(disks: Pick<Disks, 'judge'>, system: SourceSystem): SourceControl {
  let swept: Promise<number> | null = null;
  const sweep = (): Promise<number> => system.sweep().catch(() => 0);

  const uses = async (wanted: SourceDisk, numbers: readonly number[]): Promise<{ disk: Disk; partitions: Partition[]; uses: SourceUse[] }> => {
    const disk = await disks.judge(wanted.id);
    const partitions = [...new Set(numbers)].map((number) => {
      const partition = wanted.partitions.find((each) => each.number === number);
      if (!partition) throw new EngineError('partition-not-found', { disk: disk.path, number });
      return partition;
    });
    return { disk, partitions, uses: await system.uses(disk, partitions) };
  };

  return {
    check: async (disk, numbers) => (await uses(disk, numbers)).uses,
    sweep,
    async open(wanted, numbers, options = {}) {
      await (swept ??= sweep());
      const found = await uses(wanted, numbers);
      const refused = found.uses.find((use) => mustRefuse(use, options));
      if (refused) throw sourceMounted(found.disk, refused);
      return hold(system, found, options);
    },
  };
}

function mustRefuse(use: SourceUse, options: SourceOptions): boolean {
  return use.remedy === 'unmount' || (use.remedy === 'remount-read-only' && options.mayRemount !== true);
}

async function hold(system: SourceSystem, found: { disk: Disk; partitions: Partition[]; uses: SourceUse[] }, options: SourceOptions): Promise<OpenedSource> {
  const { disk, partitions } = found;
  const address: DeviceAddress = {
    path: practicePath(disk.id) ?? system.devicePath(disk.path), size: disk.size, sectorSize: disk.logicalSectorSize, wholeSectors: process.platform !== 'linux',
  };
  const holds: Hold[] = [];
  const overlays: SourceOverlay[] = [];
  let whole: DeviceAddress | null = null;

  const close = async (): Promise<void> => {
    // The last one made goes first; one that will not go keeps none of the others.
    for (const each of holds.splice(0).reverse()) await each.release().catch(() => undefined);
  };

  try {
    for (const [index, partition] of partitions.entries()) {
      const use = found.uses[index];
      if (!use || (whole !== null && use.remedy === 'snapshot-lvm')) continue;
      throwIfAborted(options.signal);
      const held = await system.hold({ disk, address, partition, use, destination: options.destination ?? null });
      if (!held) continue;
      holds.push(held);
      whole = held.whole ?? whole;
      if (held.partition) {
        overlays.push({ partition: partition.number, offset: partition.offset, address: { ...held.partition, size: Math.min(held.partition.size, partition.length) } });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }

  const notes = holds.flatMap((each) => each.note ?? []);
  // Each volume is frozen at a moment of its own: programs that write to two of them at once may find them apart.
  const apart: SourceNote[] = overlays.length > 1 ? [{ code: 'shadow-copies-apart', params: { count: overlays.length } }] : [];
  return {
    address: whole ?? address,
    overlays,
    notes: [...notes, ...apart],
    async confirm() {
      for (const each of holds) await each.confirm();
    },
    close,
  };
}

import { endOf, EngineError, type Extent } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity } from '../contract/index.ts';
import type { Disks } from './disks.ts';
import type { DiscardResult, GrowthControl, GrowthPlan, GrowthRequest } from './growth-types.ts';
import { refusal } from './targets.ts';

/** What differs from system to system in growing file systems. `disk` is as it is now, and may be written. */
export interface GrowthSystem {
  plan(fileSystem: string): Promise<GrowthPlan>;
  /** @throws EngineError `tool-missing`, `grow-failed` */
  grow(disk: Disk, request: GrowthRequest): Promise<void>;
  /** Extents are whole mebibytes, ascending. */
  discard(disk: Disk, extents: readonly Extent[], signal: AbortSignal | undefined): Promise<DiscardResult>;
}

const MIB = 1024 * 1024;

/** The rules that hold on every system around {@link GrowthSystem}: only what may be written is touched. */
export function createGrowth(disks: Pick<Disks, 'judge'>, system: GrowthSystem): GrowthControl {
  const writable = async (identity: DiskIdentity): Promise<Disk> => {
    const disk = await disks.judge(identity.id);
    if (disk.verdict.kind === 'hidden') throw refusal(disk);
    return disk;
  };
  return {
    plan: (fileSystem) => system.plan(fileSystem),
    async grow(request) {
      const { offset, length } = request.partition;
      const disk = await writable(request.disk);
      if (length <= 0 || offset < 0 || offset + length > disk.size) throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${length}`, available: disk.size });
      await system.grow(disk, request);
    },
    async discard(identity, extents, signal) {
      const disk = await writable(identity);
      return system.discard(disk, wholeMebibytes(extents, disk.size), signal);
    },
  };
}

/** The whole mebibytes within extents and within the disk; ascending. Pure. */
export function wholeMebibytes(extents: readonly Extent[], size: number): Extent[] {
  return extents.flatMap((extent) => {
    const start = Math.ceil(extent.offset / MIB) * MIB;
    const end = Math.floor(Math.min(endOf(extent), size) / MIB) * MIB;
    return end > start ? [{ offset: start, length: end - start }] : [];
  }).sort((a, b) => a.offset - b.offset);
}

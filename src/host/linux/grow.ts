import { EngineError } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import { findProgram, type CommandRunner } from '../command.ts';
import type { GrowthSystem } from '../growth.ts';
import type { GrowthRequest } from '../growth-types.ts';
import { discardExtents } from './discard.ts';
import { withPartitionDevice } from './grow-device.ts';
import { growBtrfs, growMounted } from './grow-mounted.ts';
import { succeed } from './grow-tool.ts';
import { blockView } from './sources-view.ts';

interface Grower {
  /** Every program it takes, the one that grows last. */
  readonly tools: readonly string[];
  readonly checkAtBoot: boolean;
  /** What a person would type later. */
  command(partition: string): string;
  /** @throws EngineError `tool-failed` with the tool's own words */
  grow(run: CommandRunner, device: string, signal: AbortSignal | undefined): Promise<void>;
}

const EXT: Grower = {
  tools: ['e2fsck', 'resize2fs'],
  checkAtBoot: false,
  command: (partition) => `e2fsck -f ${partition} && resize2fs ${partition}`,
  async grow(run, device, signal) {
    // resize2fs wants a fresh check. 1 and 2 say that something was put right; see e2fsck(8).
    await succeed(run, 'e2fsck', ['-f', '-p', device], { signal, good: [0, 1, 2, 3] });
    await succeed(run, 'resize2fs', [device], { signal });
  },
};

const GROWERS: Readonly<Record<string, Grower>> = {
  ext2: EXT,
  ext3: EXT,
  ext4: EXT,
  ntfs: {
    tools: ['ntfsresize'],
    // ntfsresize always leaves the volume marked for a check, and that is right: Windows itself shall look at what another program changed.
    checkAtBoot: true,
    command: (partition) => `ntfsresize --bad-sectors ${partition}`,
    async grow(run, device, signal) {
      // The answer to its question. With --force it would also pass over a volume that was dirty before.
      // Clusters noted as bad are those of the disk that the image was made of: they stay as they are.
      await succeed(run, 'ntfsresize', ['--no-progress-bar', '--bad-sectors', device], { signal, input: 'y\n' });
    },
  },
  xfs: { tools: ['mount', 'umount', 'xfs_growfs'], checkAtBoot: false, command: (partition) => `mount ${partition} /mnt && xfs_growfs /mnt`, grow: growMounted('xfs', (folder) => ['xfs_growfs', folder]) },
  btrfs: { tools: ['mount', 'umount', 'btrfs'], checkAtBoot: false, command: (partition) => `mount ${partition} /mnt && btrfs filesystem resize max /mnt`, grow: growBtrfs },
};

export function createLinuxGrowth(run: CommandRunner): GrowthSystem {
  return {
    async plan(fileSystem) {
      const grower = GROWERS[fileSystem];
      const missing = await missingTools(grower?.tools ?? []);
      return { fileSystem, tool: grower?.tools.at(-1) ?? null, missing, checkAtBoot: grower?.checkAtBoot ?? false };
    },

    async grow(disk, request) {
      const grower = GROWERS[request.fileSystem];
      const partition = partitionNode(disk, request.partition.number);
      if (!grower) throw new EngineError('grow-failed', { tool: request.fileSystem, command: '' });
      const [missing] = await missingTools(grower.tools);
      if (missing !== undefined) throw new EngineError('tool-missing', { tool: missing });
      await refuseMounted(disk, request);
      const failed = (cause: unknown): EngineError => new EngineError('grow-failed', { tool: grower.tools.at(-1) ?? '', command: grower.command(partition) }, { cause });
      try {
        await withPartitionDevice(run, disk, request.partition, (device) => grower.grow(run, device, request.signal));
      } catch (error) {
        if (error instanceof EngineError && error.code !== 'tool-failed') throw error;
        throw failed(error);
      }
    },

    async discard(disk, extents, signal) {
      return discardExtents(run, disk, extents, signal);
    },
  };
}

async function missingTools(tools: readonly string[]): Promise<string[]> {
  const found = await Promise.all(tools.map(findProgram));
  return tools.filter((_, index) => found[index] === null);
}

async function refuseMounted(disk: Disk, { partition }: GrowthRequest): Promise<void> {
  const view = await blockView(disk);
  const found = view.mountsOn({ offset: partition.offset, length: partition.length });
  if (found.length > 0) throw new EngineError('target-in-use', { disk: disk.path, detail: found[0]?.mount.mountPoint ?? '' });
}

/** `/dev/sda2`, `/dev/nvme0n1p2`; the disk itself where there is no table. */
function partitionNode(disk: Disk, number: number): string {
  if (number === 0) return disk.path;
  return `${disk.path}${/\d$/.test(disk.path) ? 'p' : ''}${number}`;
}

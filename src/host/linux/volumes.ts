import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import { findProgram, type CommandRunner } from '../command.ts';
import type { VolumeSystem } from '../volumes.ts';
import { withPartitionDevice } from './grow-device.ts';
import { succeed } from './grow-tool.ts';

const TOOLS = ['losetup', 'blockdev', 'mount', 'umount'];
/** Nothing on it is run or trusted here; names of any script. A FAT that is damaged turns read-only and says so, rather than being made worse. */
const OPTIONS = 'nosuid,nodev,noexec,utf8,errors=remount-ro';

export function createLinuxVolumes(run: CommandRunner): VolumeSystem {
  return {
    async withFiles(disk, partition, { write, signal }, use) {
      for (const tool of TOOLS) if ((await findProgram(tool)) === null) throw new EngineError('tool-missing', { tool });
      if (process.getuid?.() !== 0) throw new EngineError('rights-needed', { disk: disk.path });
      return withPartitionDevice(run, disk, partition, async (device) => {
        // Made by mkdtemp: nobody but us may enter it.
        const folder = await mkdtemp(join(tmpdir(), 'werkbank-volume-'));
        try {
          await succeed(run, 'mount', ['-t', 'vfat', '-o', `${write ? 'rw' : 'ro'},${OPTIONS}`, '--', device, folder], { signal });
          try {
            return await use(folder);
          } finally {
            await succeed(run, 'umount', ['--', folder], {});
          }
        } finally {
          // Only an empty folder goes: one that is still mounted stays.
          await rmdir(folder).catch(() => undefined);
        }
      });
    },
  };
}

import { EngineError } from '../../../native-free-engine/index.ts';
import { findProgram, type CommandRunner } from '../command.ts';
import type { VolumeSystem } from '../volumes.ts';
import { withPartitionDevice } from './grow-device.ts';
import { whileMounted } from './mounted.ts';

const TOOLS = ['losetup', 'blockdev', 'mount', 'umount'];
/** Nothing on it is run or trusted here; names of any script. A FAT that is damaged turns read-only and says so, rather than being made worse. */
const OPTIONS = 'nosuid,nodev,noexec,utf8,errors=remount-ro';

export function createLinuxVolumes(run: CommandRunner): VolumeSystem {
  return {
    async withFiles(disk, partition, { write, signal }, use) {
      for (const tool of TOOLS) if ((await findProgram(tool)) === null) throw new EngineError('tool-missing', { tool });
      if (process.getuid?.() !== 0) throw new EngineError('rights-needed', { disk: disk.path });
      return withPartitionDevice(run, disk, partition, (device) =>
        whileMounted(run, { type: 'vfat', options: `${write ? 'rw' : 'ro'},${OPTIONS}`, device, signal }, use));
    },
  };
}

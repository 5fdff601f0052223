import { access, constants } from 'node:fs/promises';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { TargetSystem } from '../targets.ts';

const UNMOUNT_TIMEOUT_MS = 60_000;

/** Disks as targets on a Mac, through diskutil. */
export function createMacTargets(run: CommandRunner): TargetSystem {
  return {
    async needsRights(disk) {
      return access(disk.path.replace(/^\/dev\/disk/, '/dev/rdisk'), constants.R_OK | constants.W_OK).then(() => false, () => true);
    },
    async release(disk, signal) {
      const { code, stderr, stdout } = await run('diskutil', ['unmountDisk', 'force', disk.path], { timeoutMs: UNMOUNT_TIMEOUT_MS, signal });
      if (code !== 0) throw new EngineError('target-in-use', { disk: disk.path, detail: `${stdout} ${stderr}`.trim().slice(0, 300) });
    },
    prepare: () => Promise.resolve(),
    clear: () => Promise.resolve(false),
    // macOS looks at the table again by itself when the last writer closes the disk.
    reread: () => Promise.resolve(),
    async eject(disk) {
      if (disk.bus !== 'usb' && disk.bus !== 'sd') return false;
      return run('diskutil', ['eject', disk.path], { timeoutMs: UNMOUNT_TIMEOUT_MS }).then(({ code }) => code === 0, () => false);
    },
  };
}

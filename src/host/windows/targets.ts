import { open } from 'node:fs/promises';
import { EngineError, errnoOf } from '../../../native-free-engine/index.ts';
import type { DiskIdentity } from '../../contract/index.ts';
import type { CommandRunner } from '../command.ts';
import type { DiskSystem } from '../disks.ts';
import type { TargetSystem } from '../targets.ts';
import { driveNumber } from './parse.ts';
import { EJECT_SCRIPT, powershell, RESCAN_SCRIPT } from './powershell.ts';

const DISKPART_TIMEOUT_MS = 60_000;

/**
 * What diskpart is told to clear the way. `clean` takes away the table, and with it every volume on the disk; where there is
 * none it is left out, because it also zeroes the first MiB, and with it the marker that a half-restored disk goes on from.
 */
export function cleanScript(number: number, volumes: boolean): string {
  return [`select disk ${number}`, 'attributes disk clear readonly noerr', 'online disk noerr', ...(volumes ? ['clean'] : []), 'exit', ''].join('\r\n');
}

/** Disks as targets on Windows. */
export function createWindowsTargets(run: CommandRunner, system: DiskSystem): TargetSystem {
  const numberOf = (disk: Pick<DiskIdentity, 'path'>): number => {
    const number = driveNumber(disk.path);
    if (number === null) throw new EngineError('disk-not-found', { disk: disk.path });
    return number;
  };
  return {
    async needsRights(disk) {
      return open(disk.path, 'r+').then((file) => file.close().then(() => false), (error: unknown) => ['EPERM', 'EACCES'].includes(errnoOf(error)));
    },
    async release(disk, signal) {
      for (const mountPoint of disk.partitions.flatMap((part) => part.mountPoints)) {
        // Takes the volume offline and its letter away; the volume itself stays.
        const { code, stdout } = await run('mountvol.exe', [mountPoint.replace(/\\?$/, '\\'), '/P'], { timeoutMs: DISKPART_TIMEOUT_MS, signal });
        if (code !== 0) throw failure(disk.path, stdout);
      }
    },
    async prepare(disk) {
      // Windows lets nobody write where a volume lies, and cannot take removable disks offline: the volumes have to go.
      const { code, stdout } = await run('diskpart.exe', [], { input: cleanScript(numberOf(disk), disk.partitions.length > 0), timeoutMs: DISKPART_TIMEOUT_MS });
      if (code !== 0) throw failure(disk.path, stdout);
    },
    clear: () => Promise.resolve(false),
    async reread() {
      await powershell(run, RESCAN_SCRIPT).catch(() => undefined);
    },
    async eject(disk) {
      if (disk.bus !== 'usb' && disk.bus !== 'sd') return false;
      const facts = (await system.read({ quick: true })).disks.find((each) => each.id === disk.id);
      const letters = facts?.partitions.flatMap((part) => part.mountPoints).filter((point) => /^[a-z]:\\?$/i.test(point)).map((point) => point.slice(0, 2).toUpperCase()) ?? [];
      if (letters.length === 0) return false;
      return powershell(run, EJECT_SCRIPT, { input: letters.join('\r\n'), timeoutMs: 20_000 }).then(() => true, () => false);
    },
  };
}

function failure(disk: string, output: string): EngineError {
  return new EngineError(/denied|elevat/i.test(output) ? 'rights-needed' : 'target-in-use', { disk, detail: output.trim().slice(-300) });
}

import { realpath } from 'node:fs/promises';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { DiskSystem, ReadOptions, SystemDisks } from '../disks.ts';
import { guarded } from '../guarded.ts';
import { drives, layouts } from '../libraries.ts';
import { completed } from '../complete.ts';
import { practiceId } from '../practice.ts';
import { driveNumber, parseWindows, windowsFromDrives, windowsHolding } from './parse.ts';
import { LIST_SCRIPT, powershell } from './powershell.ts';

const LIST_TIMEOUT_MS = 30_000;

/** The disks of a Windows system: Get-Disk and its kin, completed by the libraries. */
export function createWindowsDisks(run: CommandRunner): DiskSystem {
  const script = guarded(() => powershell(run, LIST_SCRIPT, { timeoutMs: LIST_TIMEOUT_MS }), LIST_TIMEOUT_MS + 1_000);

  const read = async ({ quick }: ReadOptions): Promise<SystemDisks> => {
    const [json, driveList, layoutList] = await Promise.all([script(), drives(), quick ? null : layouts()]);
    let found: SystemDisks | null = null;
    try {
      if (json !== null) found = parseWindows(json, driveList);
    } catch {
      // What PowerShell printed is not what was asked for; drivelist is left.
    }
    found ??= driveList ? windowsFromDrives(driveList) : null;
    if (!found) throw new EngineError('disk-list-failed', { detail: 'no-list PowerShell, drivelist' });
    return { ...found, disks: found.disks.map((facts) => completed(facts, layoutList)) };
  };

  return {
    read,
    // drivelist asks Windows itself, which is quick; PowerShell would take a second each time.
    async fingerprint() {
      const list = await drives();
      return list ? JSON.stringify(list.map(({ device, size, mountpoints, isReadOnly }) => [device, size, mountpoints, isReadOnly])) : `${Math.floor(Date.now() / 5_000)}`;
    },
    practiceUses: () => Promise.resolve([]),
    async holding(path) {
      const real = await realpath(path).catch(() => path);
      return [practiceId(real), ...windowsHolding(real, (await read({ quick: true })).disks)];
    },
    numberOf: (facts) => driveNumber(facts.path),
    // Far from any number that diskpart shows.
    firstFreeNumber: 100,
    devicePath: (path) => path,
  };
}

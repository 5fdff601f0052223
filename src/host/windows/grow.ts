import { z } from 'zod';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { GrowthSystem } from '../growth.ts';
import { driveNumber } from './parse.ts';
import { powershell } from './powershell.ts';

const TIMEOUT_MS = 300_000;
const GROWS: ReadonlySet<string> = new Set(['ntfs', 'refs']);

/** The number by which diskpart knows the partition at `offset` of disk `disk`; 0 for none. */
export const PARTITION_NUMBER_SCRIPT = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$request = (@($input) -join "\`n") | ConvertFrom-Json
Update-HostStorageCache
$partition = @(Get-Partition -DiskNumber ([int]$request.disk) | Where-Object { [int64]$_.Offset -eq [int64]$request.offset })[0]
ConvertTo-Json -Compress @{ number = [int]$partition.PartitionNumber }
`;

/**
 * A restore has already enlarged the partition: Resize-Partition, which grows partition and file system
 * together, then finds nothing to do. "extend filesystem" is for exactly this case.
 */
export function extendScript(disk: number, partition: number): string {
  return ['rescan', `select disk ${disk}`, `select partition ${partition}`, 'extend filesystem', 'exit', ''].join('\r\n');
}

export function createWindowsGrowth(run: CommandRunner): GrowthSystem {
  return {
    async plan(fileSystem) {
      return { fileSystem, tool: GROWS.has(fileSystem) ? 'diskpart' : null, missing: [], checkAtBoot: false };
    },
    async grow(disk, { partition, fileSystem }) {
      const number = driveNumber(disk.path);
      const failed = (cause?: unknown): EngineError => new EngineError('grow-failed', { tool: 'diskpart', command: 'diskpart: extend filesystem' }, { cause });
      if (number === null || !GROWS.has(fileSystem)) throw failed();
      let found: number;
      try {
        const json = await powershell(run, PARTITION_NUMBER_SCRIPT, { input: JSON.stringify({ disk: number, offset: partition.offset }), timeoutMs: 60_000 });
        found = z.object({ number: z.int().min(0).max(1024) }).parse(JSON.parse(json)).number;
      } catch (error) {
        throw failed(error);
      }
      if (found === 0) throw failed();
      const { code, stdout } = await run('diskpart.exe', [], { input: extendScript(number, found), timeoutMs: TIMEOUT_MS });
      if (code !== 0) throw failed(new Error(stdout.trim().slice(-300)));
    },
    // Windows trims by volume only, when it has mounted it, and does so by itself.
    discard: async () => ({ discarded: 0, reason: 'unsupported' }),
  };
}

import { EngineError, type FileSystemScan, type Fragmentation, type VolumeRef } from '../../../../native-free-engine/index.ts';
import type { CommandRunner } from '../../command.ts';
import { garbage, NotHere } from '../../facts/attempt.ts';

interface Scanner {
  readonly program: string;
  /** In front of the device; all of them only read. */
  readonly args: readonly string[];
  /** Exit codes for a file system with errors; 0 is one without, anything else a scan that did not work. */
  readonly errors: readonly number[];
}

/** The system's own tools, told to change nothing. */
const SCANNERS: Readonly<Record<string, Scanner>> = {
  ext2: { program: 'e2fsck', args: ['-f', '-n'], errors: [4, 12] },
  ext3: { program: 'e2fsck', args: ['-f', '-n'], errors: [4, 12] },
  ext4: { program: 'e2fsck', args: ['-f', '-n'], errors: [4, 12] },
  ntfs: { program: 'ntfsresize', args: ['--check', '--force', '--no-progress-bar'], errors: [1] },
  xfs: { program: 'xfs_repair', args: ['-n'], errors: [1, 2] },
  fat12: { program: 'fsck.fat', args: ['-n'], errors: [1] },
  fat16: { program: 'fsck.fat', args: ['-n'], errors: [1] },
  fat32: { program: 'fsck.fat', args: ['-n'], errors: [1] },
  exfat: { program: 'fsck.exfat', args: ['-n'], errors: [1, 4] },
  btrfs: { program: 'btrfs', args: ['check', '--readonly'], errors: [1] },
};

const MAX_LINES = 10;

/** Goes through a file system that is not mounted, as long as it takes. @throws EngineError `tool-missing`, `tool-failed`; NotHere; AbortError */
export async function scanVolume(run: CommandRunner, volume: VolumeRef, signal: AbortSignal): Promise<FileSystemScan> {
  const scanner = SCANNERS[volume.kind];
  if (!scanner || volume.device === '') throw new NotHere(volume.kind);
  // What changes under their eyes looks like errors to all of them.
  if (volume.mountPoints.length > 0) throw new NotHere(`mounted at ${volume.mountPoints[0]}`);
  const { code, stdout, stderr } = await run(scanner.program, [...scanner.args, volume.device], { longLived: true, signal });
  if (code === 0) return { clean: true, lines: [] };
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/^(Pass \d|Phase \d|\s*-)/.test(line));
  if (code === null || !scanner.errors.includes(code)) throw new EngineError('tool-failed', { tool: scanner.program, detail: lines.at(-1) ?? `exit ${code}` });
  return { clean: false, lines: lines.slice(0, MAX_LINES).map((line) => line.slice(0, 200)) };
}

/** How the files of a mounted ext4 lie, by e4defrag's own count. @throws EngineError `tool-missing`, `tool-failed`; NotHere; AbortError */
export async function ext4Fragments(run: CommandRunner, volume: VolumeRef, timeoutMs: number, signal: AbortSignal): Promise<Fragmentation> {
  const place = volume.mountPoints[0];
  if (volume.kind !== 'ext4' || place === undefined) throw new NotHere(volume.kind);
  const { stdout, stderr, code } = await run('e4defrag', ['-c', place], { timeoutMs, signal });
  if (/must be root|not permitted/i.test(stderr)) throw new EngineError('rights-needed', { path: place });
  if (code !== 0) throw new EngineError('tool-failed', { tool: 'e4defrag', detail: stderr.trim().slice(0, 300) || `exit ${code}` });
  return parseE4defrag(stdout);
}

/** `Total/best extents  21/20`: the best has one piece for each file but the largest ones. */
export function parseE4defrag(text: string): Fragmentation {
  const [, total, best] = /Total\/best extents\s+(\d+)\/(\d+)/.exec(text) ?? [];
  if (total === undefined || best === undefined) throw garbage('e4defrag');
  const [fragments, files] = [Number(total), Number(best)];
  return { files, fragments, fragmentedFiles: Math.min(files, Math.max(0, fragments - files)), share: 1 };
}

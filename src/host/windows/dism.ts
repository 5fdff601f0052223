import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, win32 } from 'node:path';
import { EngineError, throwIfAborted } from '../../../native-free-engine/index.ts';
import type { CommandResult, CommandRunner } from '../command.ts';
import type { ImageServicing } from '../servicing.ts';

/** `werkbank-mount-<process>-<random>`: whose it is can be seen when that process is gone. */
const FOLDER = /^werkbank-mount-(\d+)-[A-Za-z0-9]+$/;

/** An image that DISM has mounted, as `/Get-MountedImageInfo` lists it. */
export interface MountedImage {
  readonly folder: string;
  readonly image: string;
  /** `Ok`, `Needs Remount`, `Invalid`. */
  readonly status: string;
}

/** Reads the answer of `dism /English /Get-MountedImageInfo`; what it does not know it passes over. */
export function parseMountedImages(text: string): MountedImage[] {
  const mounted: MountedImage[] = [];
  for (const block of text.split(/^(?=Mount Dir :)/m).slice(1)) {
    const field = (name: string): string => new RegExp(`^${name} : (.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
    const folder = field('Mount Dir').replace(/^\\\\\?\\/, '');
    if (folder !== '') mounted.push({ folder, image: field('Image File').replace(/^\\\\\?\\/, ''), status: field('Status') });
  }
  return mounted;
}

/** What DISM says is wrong: its last paragraph that begins with `Error`, without the pointer to its log. */
export function dismFailure(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.findLastIndex((line) => /^Error\b|: Error - /.test(line));
  const end = lines.findIndex((line, at) => at > start && line.startsWith('The DISM log file'));
  return (start < 0 ? lines : lines.slice(start, end < 0 ? undefined : end)).filter((line) => line !== '').join(' ').slice(0, 500);
}

/**
 * DISM in private folders: the image is mounted there, the drivers are added, it is unmounted with its changes, or without any when
 * one thing failed. What a program that died left mounted is discarded first.
 * @param isRunning whether a process is alive
 */
export function createWindowsServicing(run: CommandRunner, isElevated: () => boolean, isRunning = processRuns): ImageServicing {
  /** No time limit and never stopped half way: a mount that is broken off is what has to be cleaned up later. */
  const dism = (...args: readonly string[]): Promise<CommandResult> => run('dism.exe', ['/English', '/NoRestart', ...args], { longLived: true });
  const succeed = async (...args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await dism(...args);
    if (code !== 0) throw new EngineError('tool-failed', { tool: 'DISM', detail: dismFailure(`${stdout}\n${stderr}`) || `exit ${code}` });
  };
  const discard = (folder: string): Promise<unknown> => dism('/Unmount-Image', `/MountDir:${folder}`, '/Discard').catch(() => null);

  /** Only folders of ours, of processes that are gone: what a colleague has mounted is his. */
  const cleanUp = async (): Promise<void> => {
    const { code, stdout } = await dism('/Get-MountedImageInfo');
    const orphans = code === 0 ? parseMountedImages(stdout).filter(({ folder }) => {
      const owner = FOLDER.exec(win32.basename(folder))?.[1];
      return owner !== undefined && !isRunning(Number(owner));
    }) : [];
    for (const { folder } of orphans) await discard(folder);
    if (orphans.length > 0) await dism('/Cleanup-Mountpoints');
  };

  return {
    async register({ image, index, infs, signal }) {
      if (!isElevated()) throw new EngineError('rights-needed', { disk: image });
      throwIfAborted(signal);
      await cleanUp();
      const folder = await mkdtemp(join(tmpdir(), `werkbank-mount-${process.pid}-`));
      let mounted = false;
      try {
        // A mount that failed may have left its traces too.
        mounted = true;
        await succeed('/Mount-Image', `/ImageFile:${image}`, `/Index:${index}`, `/MountDir:${folder}`);
        for (const inf of infs) {
          throwIfAborted(signal);
          const { code, stdout, stderr } = await dism(`/Image:${folder}`, '/Add-Driver', `/Driver:${inf}`);
          if (code !== 0) throw new EngineError('driver-not-registered', { driver: basename(inf.replaceAll('\\', '/')), path: inf, reason: dismFailure(`${stdout}\n${stderr}`) || `exit ${code}` });
        }
        throwIfAborted(signal);
        await succeed('/Unmount-Image', `/MountDir:${folder}`, '/Commit');
        mounted = false;
      } finally {
        if (mounted) {
          await discard(folder);
          await dism('/Cleanup-Mountpoints').catch(() => null);
        }
        // Only an empty folder goes.
        await rmdir(folder).catch(() => undefined);
      }
    },
  };
}

function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

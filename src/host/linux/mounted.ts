import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { succeed } from './grow-tool.ts';
import { unmount } from './unmount.ts';

interface MountRequest {
  readonly type: string;
  readonly options: string;
  readonly device: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Mounts a device in a folder of our own while `use` runs. What was written is on the device when this returns, and it is not left mounted:
 * somebody who will not let go of it keeps it to himself, where nobody can enter it anew.
 * @throws EngineError `tool-failed`, `tool-missing`; `target-in-use` when somebody held it to the last; what `use` throws comes first
 */
export async function whileMounted<T>(run: CommandRunner, { type, options, device, signal }: MountRequest, use: (folder: string) => Promise<T>): Promise<T> {
  // Made by mkdtemp: nobody but us may enter it.
  const folder = await mkdtemp(join(tmpdir(), 'werkbank-volume-'));
  try {
    await succeed(run, 'mount', ['-t', type, '-o', options, '--', device, folder], { signal });
    let done: T;
    try {
      done = await use(folder);
    } catch (error) {
      // Also when it was cancelled.
      await leave(run, folder).catch(() => undefined);
      throw error;
    }
    await leave(run, folder);
    return done;
  } finally {
    // Only an empty folder goes: one that is still mounted stays.
    await rmdir(folder).catch(() => undefined);
  }
}

async function leave(run: CommandRunner, folder: string): Promise<void> {
  const { code, stderr } = await unmount(run, folder);
  if (code === 0) return;
  await run('sync', ['--file-system', '--', folder], { longLived: true }).catch(() => null);
  await succeed(run, 'umount', ['--lazy', '--', folder], {});
  throw new EngineError('target-in-use', { disk: folder, detail: stderr.trim().slice(0, 300) });
}

import { open, type FileHandle } from 'node:fs/promises';
import { EngineError, errnoOf } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import { outputOf, type CommandRunner } from '../command.ts';

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENXIO', 'ENODEV', 'ENOMEDIUM']);

/**
 * Shows one partition as a device of its own while `use` runs: a loop device
 * over its bytes, because the kernel may still believe an older table, or know
 * none at all (a practice disk).
 *
 * The device is marked for detaching at once and kept only by a descriptor of
 * this process: whatever becomes of us, the kernel takes it away.
 * @throws EngineError `tool-missing`, `tool-failed`; `target-gone` for a disk that was pulled out meanwhile, whatever `use` said of it
 */
export async function withPartitionDevice<T>(run: CommandRunner, disk: Disk, partition: { readonly offset: number; readonly length: number }, use: (device: string) => Promise<T>): Promise<T> {
  const { offset, length } = partition;
  const sectors = disk.logicalSectorSize === 512 ? [] : ['--sector-size', String(disk.logicalSectorSize)];
  const device = (await outputOf(run, 'losetup', ['--find', '--show', '--offset', String(offset), '--sizelimit', String(length), ...sectors, disk.path], { timeoutMs: 30_000 })).trim();
  let handle: FileHandle | null = null;
  try {
    handle = await open(device, 'r');
  } finally {
    await run('losetup', ['--detach', device], { timeoutMs: 30_000 });
  }
  try {
    return await use(device);
  } finally {
    await run('blockdev', ['--flushbufs', device], { timeoutMs: 60_000 }).catch(() => null);
    await handle.close();
    // What the tools wrote went through the disk's own cache; everybody else reads past it.
    const file = await open(disk.path, 'r+').catch((error: unknown) => {
      throw GONE.has(errnoOf(error)) ? new EngineError('target-gone', { disk: disk.path, path: disk.path }, { cause: error }) : error;
    });
    await file.sync().finally(() => file.close());
    if (!disk.practice) await run('blockdev', ['--flushbufs', disk.path], { timeoutMs: 60_000 }).catch(() => null);
  }
}

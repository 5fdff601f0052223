import { createHash } from 'node:crypto';
import { open, readFile, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.ts';
import { withLock } from './lock.ts';
import { tool } from './tool.ts';

export interface LoopRequest {
  /** Bytes; the backing file is sparse. Not needed with `backing`. */
  readonly size?: number;
  readonly sectorSize?: 512 | 4096;
  readonly readOnly?: boolean;
  /** An existing file to attach in place of a new one. */
  readonly backing?: string;
  /** Reads and writes pass the page cache of the backing file. */
  readonly directIo?: boolean;
}

export interface LoopDisk {
  /** `/dev/loopN` */
  readonly path: string;
  readonly backing: string;
  readonly sectorSize: number;
  /** Bytes as they are on the device itself, not in a cache. */
  read(offset: number, length: number): Promise<Buffer>;
  sha256(): Promise<string>;
  /** Makes `/dev/loopNpM` for the partitions of its table (the kernel may know no tables of its own). */
  addPartitionNodes(): Promise<void>;
  /** Puts another file behind the same device, as when one stick is pulled out and another put in. */
  exchange(backing: string): Promise<void>;
  detach(): Promise<void>;
}

/** What loop devices need, for `need()`. */
export const LOOP_NEEDS = { root: true, linux: true, tools: ['losetup', 'partx', 'blockdev'] } as const;

let made = 0;

/**
 * Attaches a loop device that goes with the lab.
 *
 * It is marked for detaching right away and kept only by a descriptor of this
 * process: whatever becomes of the test run, the kernel frees the device when
 * the last one who has it open is gone. Nothing is ever detached by a name
 * that could meanwhile belong to someone else.
 */
export async function attachLoop(lab: Lab, request: LoopRequest): Promise<LoopDisk> {
  const backing = request.backing ?? join(lab.folder, `disk-${process.pid}-${++made}.img`);
  if (request.backing === undefined) {
    await writeFile(backing, '');
    await truncate(backing, request.size ?? 0);
  }
  const sectorSize = request.sectorSize ?? 512;
  const args = ['--partscan', '--sector-size', String(sectorSize), `--direct-io=${request.directIo ? 'on' : 'off'}`, ...(request.readOnly ? ['--read-only'] : [])];
  const keep = async (device: string): Promise<FileHandle> => {
    const handle = await open(device, 'r');
    await tool('losetup', ['--detach', device]);
    return handle;
  };
  const attach = async (): Promise<{ path: string; handle: FileHandle }> => {
    const path = (await tool('losetup', ['--find', '--show', ...args, backing])).trim();
    return { path, handle: await keep(path) };
  };
  const first = await withLock('losetup', attach);
  const { path } = first;
  let handle: FileHandle | null = first.handle;
  let backed = await backingOf(path);

  const detach = async (): Promise<void> => {
    const held = handle;
    handle = null;
    if (!held) return;
    await held.close();
    // Somebody who looks at all disks may have it open at this very moment.
    for (let tries = 0; backed !== null && (await backingOf(path)) === backed; tries++) {
      if (tries === 3000) throw new Error(`${path} is still in use`);
      await sleep(20);
    }
  };
  lab.defer(detach);

  const fresh = async (): Promise<FileHandle> => {
    if (!handle) throw new Error(`${path} is detached`);
    // Writes back and forgets what the kernel has cached of the device.
    await tool('blockdev', ['--flushbufs', path]);
    return handle;
  };

  return {
    path, backing, sectorSize, detach,
    async read(offset, length) {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await (await fresh()).read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    async sha256() {
      const device = await fresh();
      const hash = createHash('sha256');
      const buffer = Buffer.alloc(1 << 20);
      for (let offset = 0; ; ) {
        const { bytesRead } = await device.read(buffer, 0, buffer.length, offset);
        if (bytesRead === 0) return hash.digest('hex');
        hash.update(buffer.subarray(0, bytesRead));
        offset += bytesRead;
      }
    },
    addPartitionNodes: async () => void (await tool('partx', ['--update', path])),
    exchange: (other) =>
      withLock('losetup', async () => {
        await detach();
        await tool('losetup', [...args, path, other]);
        handle = await keep(path);
        backed = await backingOf(path);
      }),
  };
}

/** The file behind a loop device as the kernel names it, null when there is none. */
async function backingOf(path: string): Promise<string | null> {
  return readFile(`/sys/block/${basename(path)}/loop/backing_file`, 'utf8').catch(() => null);
}

import { fork } from 'node:child_process';
import { mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lab } from './lab.ts';
import { attachLoop, type LoopDisk } from './loop.ts';
import { endProcess, spawnBound } from './process.ts';
import { tool } from './tool.ts';

/** One thing that goes wrong; of several that apply the first counts. */
export interface Fault {
  readonly on: 'read' | 'write' | 'flush';
  /** Only requests that touch the range of the disk from `fromByte` up to `toByte`; the whole disk when left out. */
  readonly fromByte?: number;
  readonly toByte?: number;
  /** Only once this many bytes have been written to the disk. */
  readonly afterBytes?: number;
  readonly error?: 'EIO' | 'ENOSPC';
  /** No answer at all until the faults are changed. */
  readonly stall?: boolean;
  readonly delayMs?: number;
  /** A read returns one wrong byte. */
  readonly corrupt?: boolean;
  /** A write is acknowledged and forgotten. */
  readonly drop?: boolean;
  /** Addresses start again from zero at this byte, as on a stick that holds less than it says. Set it for reads and for writes. */
  readonly wrapAt?: number;
}

export interface FaultyDisk extends LoopDisk {
  /** What the disk really holds, in a file. */
  readonly store: string;
  /** Replaces all faults; requests that a stall held back go on. */
  setFaults(...faults: readonly Fault[]): Promise<void>;
  state(): Promise<FaultyState>;
}

/** Between this module and nbd-server.ts. */
export interface FaultyRequest {
  readonly id: number;
  readonly faults?: readonly Fault[];
}
export interface FaultyState {
  readonly id: number;
  /** Bytes written so far. */
  readonly written: number;
  /** In order of arrival. */
  readonly writes: readonly { readonly offset: number; readonly length: number }[];
  /** Requests that are stalled now. */
  readonly held: number;
}

/** What faulty disks need, for `need()`. */
export const FAULTY_NEEDS = { root: true, linux: true, tools: ['losetup', 'blockdev', 'setpriv', 'nbdfuse', 'fusermount3'] } as const;

/**
 * A block device whose errors, delays and lies can be switched while it is in
 * use: an NBD server of our own, mounted as a file by nbdfuse, attached as a
 * loop device.
 */
export async function attachFaulty(lab: Lab, request: { size: number; sectorSize?: 512 | 4096; faults?: readonly Fault[] }): Promise<FaultyDisk> {
  const name = join(lab.folder, `faulty-${process.pid}-${++made}`);
  const [store, socket, mount] = [`${name}.store`, `${name}.sock`, `${name}.mount`];
  await writeFile(store, '');
  await truncate(store, request.size);
  await mkdir(mount);

  const server = fork(fileURLToPath(new URL('./nbd-server.ts', import.meta.url)), [socket, store, String(request.size)], { execArgv: [] });
  lab.defer(() => endProcess(server));
  await new Promise<void>((resolve, reject) => {
    server.once('message', () => resolve());
    server.once('exit', (code) => reject(new Error(`the NBD server ended with ${code}`)));
  });
  let requests = 0;
  const ask = async (faults?: readonly Fault[]): Promise<FaultyState> => {
    const id = ++requests;
    return new Promise((resolve) => {
      const listen = (state: FaultyState): void => {
        if (state.id !== id) return;
        server.off('message', listen);
        resolve(state);
      };
      server.on('message', listen);
      server.send({ id, ...(faults ? { faults } : {}) } satisfies FaultyRequest);
    });
  };

  const fuse = spawnBound('nbdfuse', ['--connections', '8', join(mount, 'disk'), '--unix', socket], { stdio: 'ignore' });
  lab.defer(async () => {
    // Whoever looks at the loop device's file holds it for a moment.
    for (let tries = 0; ; tries++) {
      try {
        await tool('fusermount3', ['-u', mount]);
        break;
      } catch (error) {
        if (tries === 1200) throw error;
        await sleep(50);
      }
    }
    await endProcess(fuse);
  });
  await appears(join(mount, 'disk'), request.size);

  const disk = await attachLoop(lab, { backing: join(mount, 'disk'), directIo: true, ...(request.sectorSize ? { sectorSize: request.sectorSize } : {}) });
  // Whoever still writes to it, and the loop device that writes back what it has, must not meet a fault now.
  lab.beforeClose(() => ask([]));
  await ask(request.faults ?? []);
  return { ...disk, store, setFaults: async (...faults) => void (await ask(faults)), state: async () => ask() };
}

let made = 0;

async function appears(path: string, size: number): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    const found = await stat(path).catch(() => null);
    if (found?.size === size) return;
    await sleep(20);
  }
  throw new Error(`${path} did not appear`);
}

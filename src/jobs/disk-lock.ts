import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError, errnoOf } from '../../native-free-engine/index.ts';

/** Gives a lock back. */
export type Unlock = () => Promise<void>;

/**
 * Makes sure that one disk has one job, across all windows and terminals of
 * this computer. The lock is something that the kernel itself takes back when
 * its process ends, however it ends: there are no locks of dead processes to
 * be recognised and taken over.
 * @param name the disk as people know it, for the error
 * @throws EngineError `disk-busy`
 */
export async function lockDisk(diskId: string, name: string): Promise<Unlock> {
  const unlock = await (process.platform === 'darwin' ? lockFile(diskId) : listenOn(addressOf(diskId)));
  if (!unlock) throw new EngineError('disk-busy', { disk: name });
  return unlock;
}

/** Tells early what {@link lockDisk} would say. @throws EngineError `disk-busy` */
export async function checkNotBusy(diskId: string, name: string): Promise<void> {
  if (await isDiskLocked(diskId)) throw new EngineError('disk-busy', { disk: name });
}

/** Some process of this computer has a job with this disk. */
export const isDiskLocked = (diskId: string): Promise<boolean> => (process.platform === 'darwin' ? isFileLocked(diskId) : answers(addressOf(diskId)));

const digestOf = (diskId: string): string => createHash('sha256').update(diskId).digest('hex').slice(0, 32);

/** A named pipe on Windows; on Linux a socket in the abstract name space, which leaves nothing in the file system. See unix(7). */
function addressOf(diskId: string): string {
  return `${process.platform === 'win32' ? '\\\\.\\pipe\\' : '\0'}werkbank-disk-${digestOf(diskId)}`;
}

/** Null when somebody listens there already. */
async function listenOn(address: string): Promise<Unlock | null> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(() => new Promise((closed) => void server.close(() => closed())));
    });
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Refused, or nobody there.
    socket.once('error', () => resolve(false));
  });
}

/** open(2) of macOS: O_RDWR, O_NONBLOCK, O_EXLOCK, O_CREAT. It waits for nobody and holds an exclusive flock(2). */
const OPEN_LOCKED = 0x2 | 0x4 | 0x20 | 0x200;

/** Null when somebody holds it already. */
async function lockFile(diskId: string): Promise<Unlock | null> {
  try {
    const file = await open(join(tmpdir(), `werkbank-disk-${digestOf(diskId)}.lock`), OPEN_LOCKED, 0o600);
    return () => file.close();
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return null;
    throw error;
  }
}

async function isFileLocked(diskId: string): Promise<boolean> {
  const unlock = await lockFile(diskId);
  await unlock?.();
  return unlock === null;
}

/** All or none. */
export async function lockDisks(disks: readonly { readonly id: string; readonly name: string }[]): Promise<Unlock> {
  const held: Unlock[] = [];
  const unlock = async (): Promise<void> => {
    await Promise.all(held.splice(0).map((release) => release()));
  };
  try {
    for (const disk of disks) held.push(await lockDisk(disk.id, disk.name));
  } catch (error) {
    await unlock();
    throw error;
  }
  return unlock;
}

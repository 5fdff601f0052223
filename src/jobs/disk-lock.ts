import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { EngineError, errnoOf } from '../../native-free-engine/index.ts';

/** Gives a lock back. */
export type Unlock = () => Promise<void>;

/**
 * Makes sure that one disk has one job, across all of the user's windows and
 * terminals. A lock left behind by a process that died is taken over.
 * @param name the disk as people know it, for the error
 * @throws EngineError `disk-busy`
 */
export async function lockDisk(diskId: string, name: string): Promise<Unlock> {
  const directory = join(tmpdir(), `werkbank-locks-${userInfo().username.replace(/[^\w.-]/g, '_')}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${createHash('sha256').update(diskId).digest('hex').slice(0, 32)}.lock`);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid)).finally(() => file.close());
      return () => rm(path, { force: true });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if (await isHeld(path)) break;
      await rm(path, { force: true });
    }
  }
  throw new EngineError('disk-busy', { disk: name });
}

async function isHeld(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  // Between another process's creating and filling it, the file is empty: held.
  if (text === '') return true;
  const pid = Number(text);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
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

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.ts';
import { tool } from './tool.ts';

/** Milliseconds between two tries, and how many: a list of disks that another test asks for looks at every file system for a moment. */
const PAUSE_MS = 200;
const TRIES = 300;

/** Unmounts a folder, and waits for whoever just looks at it. @throws Error with `umount`'s own words */
export async function unmount(folder: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await tool('umount', [folder]);
      return;
    } catch (error) {
      if (tries === TRIES || !String(error).includes('busy')) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** Mounts a device or a kind of memory file system in the lab's folder, until the lab closes or `unmount` is called. */
export async function mounted(lab: Lab, source: string, options: { type: string; options?: string }): Promise<{ folder: string; unmount(): Promise<void> }> {
  const folder = join(lab.folder, `mount-${++made}`);
  await mkdir(folder);
  await tool('mount', ['-t', options.type, ...(options.options ? ['-o', options.options] : []), source, folder]);
  let isMounted = true;
  const leave = async (): Promise<void> => {
    if (!isMounted) return;
    isMounted = false;
    await unmount(folder);
  };
  // The program under test may have unmounted it itself.
  lab.defer(async () => {
    if ((await readFile('/proc/self/mounts', 'utf8')).includes(` ${folder} `)) await leave();
  });
  return { folder, unmount: leave };
}

let made = 0;

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { tool } from './tool.ts';

/** Mounts a device or a kind of memory file system in the lab's folder, until the lab closes or `unmount` is called. */
export async function mounted(lab: Lab, source: string, options: { type: string; options?: string }): Promise<{ folder: string; unmount(): Promise<void> }> {
  const folder = join(lab.folder, `mount-${++made}`);
  await mkdir(folder);
  await tool('mount', ['-t', options.type, ...(options.options ? ['-o', options.options] : []), source, folder]);
  let isMounted = true;
  const unmount = async (): Promise<void> => {
    if (!isMounted) return;
    isMounted = false;
    await tool('umount', [folder]);
  };
  // The program under test may have unmounted it itself.
  lab.defer(async () => {
    if ((await readFile('/proc/self/mounts', 'utf8')).includes(` ${folder} `)) await unmount();
  });
  return { folder, unmount };
}

let made = 0;

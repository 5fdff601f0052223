import { createHash } from 'node:crypto';
import { closeSync, lstatSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { complement, normalize, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import type { AllocationMap, AllocationReader } from '../../../native-free-engine/filesystems/allocation-types.ts';
import { openFile, run, withLoop } from '../lab.ts';
import { unmount } from '../../labs/mount.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;

export async function allocationOf(path: string, read: AllocationReader): Promise<AllocationMap> {
  const source = await openFile(path);
  try {
    return await read(source, { leaveOutSwapFiles: true });
  } finally {
    await source.close();
  }
}

/** A file of the same size that has only `used` of `path`: what an image of it would give back. */
export function copyUsed(path: string, used: ExtentSet, size: number): string {
  const copy = `${path}.copy`;
  rmSync(copy, { force: true });
  writeFileSync(copy, '');
  truncateSync(copy, size);
  const from = openSync(path, 'r');
  const to = openSync(copy, 'r+');
  const buffer = Buffer.alloc(4 * MIB);
  for (const { offset, length } of used) {
    for (let done = 0; done < length; done += buffer.length) {
      const piece = Math.min(buffer.length, length - done);
      readSync(from, buffer, 0, piece, offset + done);
      writeSync(to, buffer, 0, piece, offset + done);
    }
  }
  closeSync(from);
  closeSync(to);
  return copy;
}

/** What partclone would copy. */
export function partcloneUsed(tool: string, path: string): ExtentSet {
  const domain = `${path}.domain`;
  rmSync(domain, { force: true });
  run(tool, ['-D', '-s', path, '-o', domain, '-L', `${path}.log`]);
  const lines = readFileSync(domain, 'utf8').matchAll(/^(0x[0-9A-F]+)\s+(0x[0-9A-F]+)\s+\+$/gm);
  return normalize([...lines].map(([, offset, length]) => ({ offset: Number(offset), length: Number(length) })));
}

/** What dumpe2fs does not list as free; a range of clusters it ends with the first block of the last. */
export function dumpe2fsUsed(path: string, blocks: number, blockSize: number, clusterSize: number): ExtentSet {
  const free: { offset: number; length: number }[] = [];
  for (const [, list] of run('dumpe2fs', [path]).matchAll(/^ {2}Free blocks: (.+)$/gm)) {
    for (const range of (list ?? '').split(', ')) {
      const [from = 0, to = from] = range.split('-').map(Number);
      free.push({ offset: from * blockSize, length: (to - from) * blockSize + clusterSize });
    }
  }
  return complement(normalize(free), blocks * blockSize);
}

/** Every file below a folder with what it holds, and every folder. */
export function treeOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const info = lstatSync(path);
    if (relative(folder, path).startsWith('lost+found')) continue;
    if (info.isFile()) found[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
    else found[name] = info.isSymbolicLink() ? readlinkSync(path) : 'folder';
  }
  return found;
}

/** Mounts a volume while `use` runs. `device` is the loop device it hangs on. Needs root. */
export async function withMount<T>(path: string, type: string, use: (folder: string, device: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(`${path}.mount-`);
  return withLoop(path, 512, async (device) => {
    run('mount', ['-t', type, device, folder]);
    try {
      return await use(folder, device);
    } finally {
      await unmount(folder);
      run('blockdev', ['--flushbufs', device]);
    }
  });
}

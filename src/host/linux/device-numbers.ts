import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { overlayFolders, type Mount } from './mounts.ts';

/** `major:minor` out of a dev_t, as the C library packs it; see makedev(3). */
export function formatDevno(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

/** The device number of a block device node, or null when it is none. */
export async function nodeDevno(path: string): Promise<string | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats?.isBlockDevice() ? formatDevno(stats.rdev) : null;
}

const MAX_DEPTH = 8;

/** The block devices under a mount, by device number; none for memory and network file systems. */
export async function devicesUnderMount(mount: Mount, mounts: readonly Mount[], depth = 0): Promise<string[]> {
  if (!mount.devno.startsWith('0:')) return [mount.devno];
  if (depth > MAX_DEPTH) return [];
  if (mount.fileSystem === 'overlay') {
    const found = await Promise.all(overlayFolders(mount.superOptions).map((folder) => devicesUnderPath(folder, mounts, depth + 1)));
    return [...new Set(found.flat())];
  }
  // bcachefs joins its devices with colons; everything else names one.
  const sources = mount.fileSystem === 'bcachefs' ? mount.source.split(':') : [mount.source];
  const found = new Set<string>();
  for (const source of sources.filter((path) => path.startsWith('/dev/'))) {
    const devno = await nodeDevno(source);
    if (devno) found.add(devno);
    if (mount.fileSystem === 'btrfs') for (const other of await btrfsSiblings(source)) found.add(other);
  }
  return [...found];
}

/** The block devices under the file system that a path lies on. The path need not exist yet. */
export async function devicesUnderPath(path: string, mounts: readonly Mount[], depth = 0): Promise<string[]> {
  const existing = await nearestExisting(path);
  const stats = await stat(existing, { bigint: true }).catch(() => null);
  if (!stats) return [];
  const devno = formatDevno(stats.dev);
  if (!devno.startsWith('0:')) return [devno];
  // btrfs gives each subvolume a number of its own: the mount is found by path.
  const mount = mountOf(existing, mounts);
  return mount ? devicesUnderMount(mount, mounts, depth) : [];
}

/** The mount that a path without links lies in, the last one on top. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  const inside = (mount: Mount): boolean => mount.mountPoint === '/' || path === mount.mountPoint || path.startsWith(`${mount.mountPoint}/`);
  return mounts.filter(inside).reduce<Mount | null>((best, next) => (best && best.mountPoint.length > next.mountPoint.length ? best : next), null);
}

async function nearestExisting(path: string): Promise<string> {
  for (let current = path; ; current = dirname(current)) {
    const real = await realpath(current).catch(() => null);
    if (real !== null) return real;
    if (current === dirname(current)) return current;
  }
}

/** A btrfs over several devices names only one of them in its mount; the kernel lists all of them. */
async function btrfsSiblings(source: string): Promise<string[]> {
  const name = basename(await realpath(source).catch(() => source));
  const names = async (path: string): Promise<string[]> => readdir(path).catch(() => []);
  for (const uuid of await names('/sys/fs/btrfs')) {
    const devices = await names(`/sys/fs/btrfs/${uuid}/devices`);
    if (!devices.includes(name)) continue;
    return (await Promise.all(devices.map((device) => nodeDevno(`/dev/${device}`)))).filter((devno) => devno !== null);
  }
  return [];
}

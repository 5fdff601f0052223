import { randomBytes } from 'node:crypto';
import { lstat, lutimes, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { isHostName } from './host-names.ts';
import type { LeftOut } from './file-tree.ts';
import { secondsOf } from './file-times.ts';

/**
 * True for a link that cannot lead out of the tree it is in: a relative one that first goes up, not above the root, and then only
 * down. Nothing goes up behind a name, for that name may be a link itself; so whatever links it passes, they stay inside as well.
 * @param path of the link in the tree
 */
export function staysInside(path: string, target: string): boolean {
  const parts = target.split('/');
  const up = parts.findIndex((part) => part !== '..');
  const down = up < 0 ? [] : parts.slice(up);
  const levels = path.split('/').length - 1;
  // A backslash parts names on Windows, and stands in targets that begin with a drive.
  return target !== '' && !/[\0\\]/.test(target) && (up < 0 ? parts.length : up) <= levels && down.every((part, i) => part !== '..' && (part !== '' || (i === down.length - 1 && i > 0)));
}

/**
 * Makes symbolic links in a folder that a tree was extracted into; after its files, so that none is written through a link.
 * @param links with targets whose parts are joined by `/`
 * @returns those that were not made: they lead outside, cannot have their name here, something is in their place, or the system makes no links
 * @throws AbortError
 */
export async function extractLinks(links: readonly LeftOut[], folder: string, options: { readonly overwrite?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {}): Promise<LeftOut[]> {
  const root = resolve(folder);
  const left: LeftOut[] = [];
  for (const link of links) {
    throwIfAborted(options.signal);
    const possible = staysInside(link.path, link.target) && [...link.path.split('/'), ...link.target.split('/').filter((part) => part !== '' && part !== '..')].every((name) => isHostName(name, process.platform) || name === '.');
    if (!possible || !(await isFolderInside(root, dirname(link.path))) || !(await makeLink(join(root, link.path), link, options.overwrite === true))) left.push(link);
  }
  return left;
}

/** Makes the folders on the way as well; none of them may be a link. */
async function isFolderInside(root: string, path: string): Promise<boolean> {
  let at = root;
  for (const part of path === '.' ? [] : path.split('/')) {
    at = join(at, part);
    await mkdir(at).catch(() => undefined);
    if (!(await lstat(at).catch(() => null))?.isDirectory()) return false;
  }
  return true;
}

async function makeLink(place: string, { target, ofFolder, times }: LeftOut, overwrite: boolean): Promise<boolean> {
  const there = await lstat(place).catch(() => null);
  if (there && (!overwrite || there.isDirectory())) return false;
  const partial = join(dirname(place), `.werkbank-${randomBytes(6).toString('hex')}.partial`);
  try {
    await symlink(target, partial, ofFolder ? 'dir' : 'file');
    if (times) await lutimes(partial, secondsOf(times.accessed), secondsOf(times.modified)).catch(() => undefined);
    await rename(partial, place);
    return true;
  } catch {
    await rm(partial, { force: true });
    return false;
  }
}

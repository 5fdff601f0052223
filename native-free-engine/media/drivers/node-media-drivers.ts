import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted } from '../../base/abort.ts';
import { EngineError, errnoOf } from '../../base/errors.ts';
import type { TreeEntry } from '../../io/file-tree.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { changedList, compareWithMedium, DRIVER_FOLDER, DRIVER_LIST, formatDriverList, listedDriver, parseDriverList, type DriverChange, type ListedDriver } from './driver-list.ts';
import { packageFiles } from './node-package-files.ts';
import type { DriverPackage } from './package.ts';

const COPY_BYTES = 1 << 20;

/** The files of driver packages as they go onto a medium, each package in a folder of its own, and their list. @throws EngineError `file-unreadable` */
export async function driverFiles(packages: readonly DriverPackage[]): Promise<{ readonly entries: TreeEntry[]; readonly list: ListedDriver[] }> {
  const list = packages.map(listedDriver);
  const entries: TreeEntry[] = [];
  for (const [index, each] of packages.entries()) {
    for (const file of await packageFiles(each)) entries.push({ ...file, path: `${DRIVER_FOLDER}/${list[index]?.folder ?? ''}/${file.path}` });
  }
  entries.push(memoryEntry(DRIVER_LIST, new TextEncoder().encode(formatDriverList(list))));
  return { entries, list };
}

/** The drivers on a medium that is mounted at `root`; none when it has no list. @throws EngineError `driver-list-invalid`, `driver-folder-missing` */
export async function driversOnMedium(root: string): Promise<ListedDriver[]> {
  const path = join(root, DRIVER_LIST);
  if (!(await stat(root).then((stats) => stats.isDirectory(), () => false))) throw new EngineError('driver-folder-missing', { path: root });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw new EngineError('driver-list-invalid', { path, reason: errnoOf(error) }, { cause: error });
  }
  return parseDriverList(text, path);
}

/**
 * Brings the drivers of a mounted medium up to date. The order bears a pulled plug: first the new packages, each under another
 * name until it is whole and on the disk, then the list, then the old packages go. Whoever starts from the medium in between
 * finds the old driver, the new one, or both. Doing it again finishes it.
 * @throws EngineError `driver-list-invalid`, `destination-full`, `destination-unwritable`, `file-unreadable`; AbortError
 */
export async function updateMedium(root: string, packages: readonly DriverPackage[], signal?: AbortSignal): Promise<DriverChange[]> {
  const there = await driversOnMedium(root);
  const changes = compareWithMedium(there, packages);
  for (const [index, change] of changes.entries()) {
    const source = packages[index];
    if (source && (change.kind === 'added' || change.kind === 'newer')) await copyPackage(root, change.driver, source, signal);
  }
  await writeDurably(join(root, DRIVER_LIST), new TextEncoder().encode(formatDriverList(changedList(there, changes))));
  for (const change of changes) {
    if (change.kind === 'newer') await rm(join(root, DRIVER_FOLDER, ...change.than.folder.split('/')), { recursive: true, force: true });
  }
  return changes;
}

async function copyPackage(root: string, { folder }: ListedDriver, source: DriverPackage, signal: AbortSignal | undefined): Promise<void> {
  const place = join(root, DRIVER_FOLDER, ...folder.split('/'));
  // Without .inf in its name Setup would still find the INF inside: half a package must not look like one.
  const partial = join(root, `${DRIVER_FOLDER}.partial`);
  try {
    await rm(partial, { recursive: true, force: true });
    for (const file of await packageFiles(source)) {
      throwIfAborted(signal);
      await copyFile(file, join(partial, ...file.path.split('/')));
    }
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { recursive: true, force: true });
    await rename(partial, place);
    await syncFolder(dirname(place));
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw named(error, place);
  }
}

async function copyFile(entry: TreeEntry, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const source = await entry.open();
  try {
    const file = await open(path, 'w');
    try {
      for (let at = 0; at < source.size; at += COPY_BYTES) await file.writeFile(await readBytes(source, at, Math.min(COPY_BYTES, source.size - at)));
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(`${path}.new`, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw named(error, path);
  }
}

/** Windows opens no folders; there a rename is on the disk when it returns. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function named(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (error instanceof EngineError || errno === '') return error;
  return new EngineError(errno === 'ENOSPC' || errno === 'EDQUOT' ? 'destination-full' : 'destination-unwritable', { path, errno }, { cause: error });
}

import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted } from '../../base/abort.ts';
import { EngineError, errnoOf } from '../../base/errors.ts';
import { destinationError } from '../../io/destination-error.ts';
import type { TreeEntry } from '../../io/file-tree.ts';
import { replaceFile } from '../../io/node-replace-file.ts';
import { syncFolder } from '../../io/node-sync-folder.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { changedList, compareWithMedium, DRIVER_FOLDER, DRIVER_LIST, formatDriverList, isVersionOf, listedDriver, parseDriverList, type DriverChange, type ListedDriver } from './driver-list.ts';
import { packageFiles } from './node-package-files.ts';
import type { DriverPackage } from './package.ts';

const COPY_BYTES = 1 << 20;
/** A package that is not there yet, or no longer. */
const PARTIAL = `${DRIVER_FOLDER}.partial`;

interface UpdateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of the bytes copied so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

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
export async function updateMedium(root: string, packages: readonly DriverPackage[], { signal, onProgress }: UpdateOptions = {}): Promise<DriverChange[]> {
  const there = await driversOnMedium(root);
  const changes = compareWithMedium(there, packages);
  await rm(join(root, PARTIAL), { recursive: true, force: true }).catch((error: unknown) => {
    throw named(error, root);
  });
  let copied = 0;
  const onCopied = (bytes: number): void => onProgress?.((copied += bytes));
  for (const [index, change] of changes.entries()) {
    const source = packages[index];
    if (source && (change.kind === 'added' || change.kind === 'newer')) await copyPackage(root, change.driver, source, signal, onCopied);
  }
  const list = changedList(there, changes);
  await mkdir(join(root, DRIVER_FOLDER), { recursive: true }).catch((error: unknown) => {
    throw named(error, root);
  });
  await replaceFile(join(root, DRIVER_LIST), formatDriverList(list));
  const old = changes.flatMap((change) => (change.kind === 'newer' ? [change.than.folder] : []));
  for (const change of changes) if (change.kind === 'kept') old.push(...(await otherVersions(root, change.driver, list)));
  for (const folder of old) await removePackage(root, folder);
  return changes;
}

/** Versions of a driver that an update which was cut off has replaced in the list, and not removed yet. */
async function otherVersions(root: string, driver: ListedDriver, listed: readonly ListedDriver[]): Promise<string[]> {
  const folders = (await readdir(join(root, DRIVER_FOLDER, driver.kind)).catch(() => [])).map((name) => `${driver.kind}/${name}`);
  return folders.filter((folder) => isVersionOf(folder, driver) && !listed.some((each) => each.folder === folder));
}

/** Out of sight at once: Setup would take half a package for one. */
async function removePackage(root: string, folder: string): Promise<void> {
  const [place, partial] = [join(root, DRIVER_FOLDER, ...folder.split('/')), join(root, PARTIAL)];
  if (!(await stat(place).catch(() => null))) return;
  try {
    await rename(place, partial);
    await syncFolder(dirname(place));
    await rm(partial, { recursive: true, force: true });
  } catch (error) {
    throw named(error, place);
  }
}

async function copyPackage(root: string, { folder }: ListedDriver, source: DriverPackage, signal: AbortSignal | undefined, onCopied: (bytes: number) => void): Promise<void> {
  const place = join(root, DRIVER_FOLDER, ...folder.split('/'));
  // Without .inf in its name Setup would still find the INF inside: half a package must not look like one.
  const partial = join(root, PARTIAL);
  try {
    for (const file of await packageFiles(source)) {
      await copyFile(file, join(partial, ...file.path.split('/')), signal, onCopied);
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

async function copyFile(entry: TreeEntry, path: string, signal: AbortSignal | undefined, onCopied: (bytes: number) => void): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const source = await entry.open();
  try {
    const file = await open(path, 'w');
    try {
      for (let at = 0; at < source.size; at += COPY_BYTES) {
        throwIfAborted(signal);
        const bytes = await readBytes(source, at, Math.min(COPY_BYTES, source.size - at));
        await file.writeFile(bytes);
        onCopied(bytes.length);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
}

function named(error: unknown, path: string): unknown {
  return error instanceof EngineError || errnoOf(error) === '' ? error : destinationError(path, error);
}

import { createHash } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm, stat, statfs, utimes, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { EngineError, errnoOf } from '../base/errors.ts';
import { alignUp } from '../base/safe-int.ts';
import { destinationError } from './destination-error.ts';
import { secondsOf } from './file-times.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { syncFolder } from './node-sync-folder.ts';
import { foldsCase, isHostName } from './host-names.ts';
import type { BlockSource } from './types.ts';

export interface ExtractOptions {
  /** Files, and folders with all that is in them, in any case; left out, everything. */
  readonly paths?: readonly string[] | undefined;
  /** Existing files are replaced; left out, they are a reason to refuse. */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes written so far of all, and the file that is being written. */
  readonly onProgress?: ((done: number, total: number, path: string) => void) | undefined;
  /** Whose rules for names hold; this system's by default. */
  readonly platform?: string | undefined;
}

export interface ExtractResult {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

const CHUNK_BYTES = 4 << 20;
/** So many files are put on stable storage at once. */
const SETTLING = 32;
/** What a file takes at least on most file systems. */
const CLUSTER_BYTES = 4096;

/**
 * Writes the files of a tree into a folder, with their times; those that are one file become hard links where the file system has them. Nothing is written outside of it, not through a link
 * either, and nothing at all before names, existing files and free space were looked at. Cancelled or failed, whole
 * files stay; a half one does not.
 * @throws EngineError `tree-entry-missing`, `tree-name-illegal`, `tree-names-collide`, `destination-exists`,
 *   `destination-full`, `destination-unwritable`, and what reading throws; AbortError
 */
export async function extractTree(tree: FileTree, folder: string, options: ExtractOptions = {}): Promise<ExtractResult> {
  const root = resolve(folder);
  const entries = chosenEntries(tree, options.paths);
  await checkPlaces(entries, root, options);
  const files = entries.filter(({ kind }) => kind === 'file');
  await named(root, mkdir(root, { recursive: true }));
  await checkSpace(root, files);

  const total = files.reduce((sum, { size }) => sum + size, 0);
  const made = new Set<string>();
  /** Of each file under several names, the first that was written. */
  const written = new Map<string, TreeEntry>();
  let done = 0;
  const onBytes = (bytes: number, path: string): void => {
    done += bytes;
    options.onProgress?.(done, total, path);
  };
  const settling = new Settling();
  try {
    for (const entry of entries) {
      throwIfAborted(options.signal);
      await makeFolder(root, entry.kind === 'folder' ? entry.path : parentOf(entry.path), made);
      if (entry.kind !== 'file') continue;
      const same = entry.sameFile === undefined ? undefined : written.get(entry.sameFile);
      if (same) await settling.of(same.path);
      if (same?.size === entry.size && (await linkFile(join(root, same.path), join(root, entry.path), entry, options))) onBytes(entry.size, entry.path);
      else await writeFile(join(root, entry.path), entry, options, settling, onBytes);
      if (entry.sameFile !== undefined && !same) written.set(entry.sameFile, entry);
    }
    await settling.all();
  } finally {
    await settling.end();
  }
  for (const path of ['', ...made]) await syncFolder(join(root, path));
  await setFolderTimes(entries, root);
  return { files: files.length, folders: entries.length - files.length, bytes: total };
}

/**
 * Looks whether entries can be written into a folder, which need not exist yet: their names, and what is there already.
 * @throws EngineError `tree-name-illegal`, `tree-names-collide`, `destination-exists`, `destination-unwritable`
 */
export async function checkPlaces(entries: readonly TreeEntry[], folder: string, options: Pick<ExtractOptions, 'overwrite' | 'platform'> = {}): Promise<void> {
  const root = resolve(folder);
  checkNames(entries, options.platform ?? process.platform);
  const top = await stat(root).catch(() => null);
  if (!top) return;
  if (!top.isDirectory()) throw new EngineError('destination-unwritable', { path: root, errno: 'ENOTDIR' });
  for (const entry of entries) await checkPlace(join(root, entry.path), entry, options.overwrite === true);
}

/** Last, because everything made in a folder changes its time; the deepest first for the same reason. */
export async function setFolderTimes(entries: readonly TreeEntry[], folder: string): Promise<void> {
  for (const entry of entries.filter(({ kind }) => kind === 'folder').toReversed()) await setTimes(join(folder, entry.path), entry);
}

async function setTimes(place: string, { times, modifiedAt }: TreeEntry): Promise<void> {
  if (times) await utimes(place, secondsOf(times.accessed), secondsOf(times.modified)).catch(() => undefined);
  else if (modifiedAt) await utimes(place, modifiedAt, modifiedAt).catch(() => undefined);
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * The entries that were asked for.
 * @param paths as in {@link ExtractOptions}
 * @throws EngineError `tree-entry-missing`
 */
export function chosenEntries(tree: FileTree, paths?: readonly string[]): readonly TreeEntry[] {
  if (!paths || paths.length === 0) return tree.entries;
  const there = [...tree.entries, ...(tree.leftOut ?? [])];
  for (const path of paths) if (!there.some((entry) => isChosen(entry.path, [path]))) throw new EngineError('tree-entry-missing', { path });
  return tree.entries.filter((entry) => isChosen(entry.path, paths));
}

/** Whether a path is, or lies in, one of `paths`; without any, every path is. */
export function isChosen(path: string, paths?: readonly string[]): boolean {
  if (!paths || paths.length === 0) return true;
  const key = path.toLowerCase();
  return paths.some((wanted) => {
    const want = wanted.replaceAll('\\', '/').replace(/^\/+|\/+$/g, '').toLowerCase();
    return want === '' || key === want || key.startsWith(`${want}/`);
  });
}

function checkNames(entries: readonly TreeEntry[], platform: string): void {
  const taken = new Map<string, string>();
  for (const { path } of entries) {
    if (!path.split('/').every((name) => isHostName(name, platform))) throw new EngineError('tree-name-illegal', { path });
    const key = foldsCase(platform) ? path.toUpperCase() : path;
    const other = taken.get(key);
    if (other !== undefined) throw new EngineError('tree-names-collide', { path, other });
    taken.set(key, path);
  }
}

/** A folder may be there already; a file only when it may be replaced; a link never counts as a folder. */
async function checkPlace(place: string, entry: TreeEntry, overwrite: boolean): Promise<void> {
  const there = await lstat(place).catch(() => null);
  if (!there || (entry.kind === 'folder' && there.isDirectory()) || (entry.kind === 'file' && overwrite && !there.isDirectory())) return;
  throw new EngineError('destination-exists', { path: place });
}

async function checkSpace(root: string, files: readonly TreeEntry[]): Promise<void> {
  const needed = files.reduce((sum, { size }) => sum + alignUp(size, CLUSTER_BYTES), 0);
  const { bavail, bsize } = await named(root, statfs(root));
  if (bavail * bsize < needed) throw new EngineError('destination-full', { path: root, needed, available: bavail * bsize });
}

/** Makes a folder and those above it up to the root, none of them a link. */
async function makeFolder(root: string, path: string, made: Set<string>): Promise<void> {
  if (path === '' || made.has(path)) return;
  await makeFolder(root, parentOf(path), made);
  const place = join(root, path);
  await mkdir(place).catch(async (error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw destinationError(place, error);
    const there = await lstat(place);
    if (!there.isDirectory()) throw new EngineError('destination-exists', { path: place });
  });
  made.add(path);
}

/** One more name of a file that was just written. @returns false where a file system has no links, or no more of them */
async function linkFile(first: string, place: string, entry: TreeEntry, options: ExtractOptions): Promise<boolean> {
  const partial = partialFor(place);
  await rm(partial, { force: true });
  if (!(await link(first, partial).then(() => true, () => false))) return false;
  try {
    await checkPlace(place, entry, options.overwrite === true);
    await named(place, rename(partial, place));
    return true;
  } finally {
    // It is still there when it failed, and when both names were one file already.
    await rm(partial, { force: true });
  }
}

/** The same each time: what a power cut left goes when it is done again. */
const partialFor = (place: string): string => join(dirname(place), `.werkbank-${createHash('sha256').update(basename(place)).digest('hex').slice(0, 12)}.partial`);

/** Under another name until it is whole and on stable storage: a half file never has the name of a whole one. */
async function writeFile(place: string, entry: TreeEntry, options: ExtractOptions, settling: Settling, onBytes: (bytes: number, path: string) => void): Promise<void> {
  const partial = partialFor(place);
  const source = await entry.open();
  try {
    await rm(partial, { force: true });
    // Never through a link that somebody put there.
    const file = await named(place, open(partial, 'wx', 0o644));
    try {
      await copy(source, (data, at) => writeAll(file, data, at, place), options.signal, (bytes) => onBytes(bytes, entry.path));
    } catch (error) {
      await file.close();
      await rm(partial, { force: true });
      throw error;
    }
    await settling.add(entry.path, () => nameFile(file, partial, place, entry, options));
  } finally {
    await source.close();
  }
}

async function nameFile(file: FileHandle, partial: string, place: string, entry: TreeEntry, options: ExtractOptions): Promise<void> {
  try {
    await named(place, file.sync().finally(() => file.close()));
    await setTimes(partial, entry);
    // Looked at again: on some file systems two names of the tree are one here.
    await checkPlace(place, entry, options.overwrite === true);
    await named(place, rename(partial, place));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Files that are written and get their names once they are on stable storage, some at once: a file system does that for several in one go. */
class Settling {
  readonly #under = new Map<string, Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  /** Waits for a place. @throws what one before has met with */
  async add(path: string, settle: () => Promise<void>): Promise<void> {
    const settled = settle()
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#under.delete(path));
    this.#under.set(path, settled);
    if (this.#under.size >= SETTLING) await Promise.race(this.#under.values());
    this.#check();
  }

  /** @throws what this file or one before has met with */
  async of(path: string): Promise<void> {
    await this.#under.get(path);
    this.#check();
  }

  async end(): Promise<void> {
    await Promise.all(this.#under.values());
  }

  async all(): Promise<void> {
    await this.end();
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

/** Reads one chunk while the one before it is written. */
async function copy(
  source: BlockSource, write: (data: Uint8Array, at: number) => Promise<void>, signal: AbortSignal | undefined, onBytes: (bytes: number) => void,
): Promise<void> {
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(CHUNK_BYTES, source.size)));
  let writing: Promise<void> = Promise.resolve();
  for (let at = 0, turn = 0; at < source.size; turn++) {
    throwIfAborted(signal);
    const data = (buffers[turn % 2] ?? new Uint8Array()).subarray(0, Math.min(CHUNK_BYTES, source.size - at));
    const here = at;
    const reading = source.readInto(here, data);
    // Both are waited for, so that neither goes on behind a failure of the other.
    const [read, written] = await Promise.allSettled([reading, writing]);
    if (written.status === 'rejected') throw written.reason;
    if (read.status === 'rejected') throw read.reason;
    writing = write(data, here).then(() => onBytes(data.length));
    writing.catch(() => undefined);
    at += data.length;
  }
  await writing;
}

async function writeAll(file: { write(data: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }> }, data: Uint8Array, at: number, path: string): Promise<void> {
  for (let done = 0; done < data.length; ) done += (await named(path, file.write(data, done, data.length - done, at + done))).bytesWritten;
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw destinationError(path, error);
  }
}

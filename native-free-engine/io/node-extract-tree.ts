import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, rename, rm, statfs, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { EngineError, errnoOf } from '../base/errors.ts';
import { alignUp } from '../base/safe-int.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
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
/** What a file takes at least on most file systems. */
const CLUSTER_BYTES = 4096;

/**
 * Writes the files of a tree into a folder, with their times. Nothing is written outside of it, not through a link
 * either, and nothing at all before names, existing files and free space were looked at. Cancelled or failed, whole
 * files stay; a half one does not.
 * @throws EngineError `tree-entry-missing`, `tree-name-illegal`, `tree-names-collide`, `destination-exists`,
 *   `destination-full`, `destination-unwritable`, and what reading throws; AbortError
 */
export async function extractTree(tree: FileTree, folder: string, options: ExtractOptions = {}): Promise<ExtractResult> {
  const root = resolve(folder);
  const entries = chosenEntries(tree, options.paths);
  checkNames(entries, options.platform ?? process.platform);
  const files = entries.filter(({ kind }) => kind === 'file');
  await named(root, mkdir(root, { recursive: true }));
  for (const entry of entries) await checkPlace(join(root, entry.path), entry, options.overwrite === true);
  await checkSpace(root, files);

  const total = files.reduce((sum, { size }) => sum + size, 0);
  const made = new Set<string>();
  let done = 0;
  const onBytes = (bytes: number, path: string): void => {
    done += bytes;
    options.onProgress?.(done, total, path);
  };
  for (const entry of entries) {
    throwIfAborted(options.signal);
    await makeFolder(root, entry.kind === 'folder' ? entry.path : parentOf(entry.path), made);
    if (entry.kind === 'file') await writeFile(join(root, entry.path), entry, options, onBytes);
  }
  // Last, because every file in a folder changes its time; the deepest first for the same reason.
  for (const { path, modifiedAt } of entries.filter(({ kind }) => kind === 'folder').toReversed()) {
    if (modifiedAt) await utimes(join(root, path), modifiedAt, modifiedAt).catch(() => undefined);
  }
  return { files: files.length, folders: entries.length - files.length, bytes: total };
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * The entries that were asked for.
 * @param paths as in {@link ExtractOptions}
 * @throws EngineError `tree-entry-missing`
 */
export function chosenEntries(tree: FileTree, paths?: readonly string[]): readonly TreeEntry[] {
  if (!paths || paths.length === 0) return tree.entries;
  const wanted = paths.map((path) => ({ path, key: path.replaceAll('\\', '/').replace(/^\/+|\/+$/g, '').toLowerCase(), found: false }));
  const entries = tree.entries.filter((entry) => {
    const key = entry.path.toLowerCase();
    const hits = wanted.filter((want) => want.key === '' || key === want.key || key.startsWith(`${want.key}/`));
    for (const hit of hits) hit.found = true;
    return hits.length > 0;
  });
  const missing = wanted.find(({ found }) => !found);
  if (missing) throw new EngineError('tree-entry-missing', { path: missing.path });
  return entries;
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

/** Under another name until it is whole: a half file never has the name of a whole one. */
async function writeFile(place: string, entry: TreeEntry, options: ExtractOptions, onBytes: (bytes: number, path: string) => void): Promise<void> {
  const partial = join(dirname(place), `.werkbank-${randomBytes(6).toString('hex')}.partial`);
  const source = await entry.open();
  try {
    const file = await named(place, open(partial, 'wx', 0o644));
    try {
      await copy(source, (data, at) => writeAll(file, data, at, place), options.signal, (bytes) => onBytes(bytes, entry.path));
    } finally {
      await file.close();
    }
    if (entry.modifiedAt) await utimes(partial, entry.modifiedAt, entry.modifiedAt).catch(() => undefined);
    // Looked at again: on some file systems two names of the tree are one here.
    await checkPlace(place, entry, options.overwrite === true);
    await named(place, rename(partial, place));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await source.close();
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

function destinationError(path: string, error: unknown): EngineError {
  const errno = errnoOf(error);
  const full = errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG';
  return full ? new EngineError('destination-full', { path }, { cause: error }) : new EngineError('destination-unwritable', { path, errno }, { cause: error });
}

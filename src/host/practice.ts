import { constants, createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rm, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { destinationError, EngineError, nameNew, syncFolder } from '../../native-free-engine/index.ts';
import type { DiskFacts } from './facts.ts';
import { resourcePath } from './resources.ts';

/** Practice disks: ordinary files in a folder of the user's choice, shown and used as disks. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.img', '.practice']);
const SECTOR = 512;
const MAX_PRACTICE_DISKS = 200;
/** The largest practice disk, in bytes. Files are sparse: size costs nothing until it is written. */
const MAX_PRACTICE_SIZE = 16 * 1024 ** 4;
const MIN_PRACTICE_SIZE = 1024 * 1024;

export const PRACTICE_PREFIX = 'file:';
export const practiceId = (path: string): string => `${PRACTICE_PREFIX}${path}`;

/** The path in a practice disk's id, or null for a real disk. */
export function practicePath(id: string): string | null {
  return id.startsWith(PRACTICE_PREFIX) ? id.slice(PRACTICE_PREFIX.length) : null;
}

/**
 * A file as a disk; its path is the real one, with links in its folder resolved.
 * @throws EngineError `disk-not-found` when it is not an ordinary file of whole sectors
 */
export async function practiceFacts(path: string): Promise<DiskFacts> {
  const refused = (cause?: unknown): EngineError => new EngineError('disk-not-found', { disk: practiceId(path) }, { cause });
  const stats = await lstat(path).catch((error: unknown) => {
    throw refused(error);
  });
  if (!stats.isFile() || stats.size < SECTOR || stats.size % SECTOR !== 0) throw refused();
  const real = await realpath(path);
  const writable = await open(real, constants.O_WRONLY).then((file) => file.close().then(() => true), () => false);
  return {
    id: practiceId(real), path: real, practice: true, model: basename(real, extname(real)), serial: '', size: stats.size, bus: 'file', removable: true, readOnly: !writable,
    logicalSectorSize: SECTOR, physicalSectorSize: SECTOR, table: 'none', partitions: [], uses: [], medium: true, optical: false, hotplug: true, soldered: false,
  };
}

/** The practice disks of a folder by name; a folder that is not there has none. */
export async function listPractice(folder: string | null): Promise<DiskFacts[]> {
  const found = await Promise.all((await practiceFiles(folder)).map((path) => practiceFacts(path).catch(() => null)));
  return found.filter((facts) => facts !== null);
}

async function practiceFiles(folder: string | null): Promise<string[]> {
  if (folder === null) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(folder, entry.name)).sort().slice(0, MAX_PRACTICE_DISKS);
}

/** Changes when a practice disk comes, goes or was written; not while it is being written. */
export function practiceFingerprint(): (folder: string | null) => Promise<string> {
  const settled = new Map<string, number>();
  return async (folder) => {
    const lines = await Promise.all((await practiceFiles(folder)).map(async (path) => {
      const stats = await lstat(path).catch(() => null);
      if (!stats) return '';
      if (Date.now() - stats.mtimeMs > SETTLED_MS || !settled.has(path)) settled.set(path, stats.mtimeMs);
      return `${path} ${stats.ino} ${stats.size} ${stats.mode} ${settled.get(path) ?? 0}`;
    }));
    return lines.join('\n');
  };
}

const SETTLED_MS = 1_000;

export interface PracticeRequest {
  readonly name: string;
  /** Bytes; rounded up to whole mebibytes. With `sample`, at least the sample's size. */
  readonly size: number;
  /** Fill it with the sample disk that comes with the program. */
  readonly sample: boolean;
}

/**
 * Makes a practice disk and returns its path. Nothing that exists is touched, and no half disk ever has the name of one.
 * @throws EngineError `argument-invalid`, `destination-exists`, `destination-full`, `destination-unwritable`
 */
export async function createPractice(folder: string, request: PracticeRequest): Promise<string> {
  const name = practiceFileName(request.name);
  const size = Math.ceil(request.size / MIN_PRACTICE_SIZE) * MIN_PRACTICE_SIZE;
  if (!Number.isSafeInteger(size) || size < MIN_PRACTICE_SIZE || size > MAX_PRACTICE_SIZE) {
    throw new EngineError('argument-invalid', { what: `size ${request.size}` });
  }
  const path = join(resolve(folder), name);
  const partial = `${path}.partial`;
  try {
    await mkdir(folder, { recursive: true });
    if (await lstat(path).catch(() => null)) throw new EngineError('destination-exists', { path });
    // What a power cut left.
    await rm(partial, { force: true });
    const file = await open(partial, 'wx', 0o600);
    try {
      const filled = request.sample ? await unpackSample(file) : 0;
      await file.truncate(Math.max(size, filled));
      await file.sync();
    } finally {
      await file.close();
    }
    await nameNew(partial, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw destinationError(path, error);
  }
  return path;
}

/**
 * Removes a practice disk. Only an ordinary file directly in the folder is ever removed.
 * @throws EngineError `disk-not-found` for anything else
 */
export async function removePractice(folder: string, id: string): Promise<void> {
  const path = practicePath(id);
  const refused = (cause?: unknown): EngineError => new EngineError('disk-not-found', { disk: id }, { cause });
  if (path === null || !EXTENSIONS.has(extname(path).toLowerCase())) throw refused();
  try {
    const [home, parent, stats] = await Promise.all([realpath(folder), realpath(dirname(path)), lstat(path)]);
    if (home !== parent || !stats.isFile()) throw refused();
    // unlink takes away the name itself and follows nothing.
    await unlink(path);
  } catch (error) {
    throw error instanceof EngineError ? error : refused(error);
  }
}

const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

function practiceFileName(name: string): string {
  const trimmed = name.trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._()-]{0,99}$/u.test(trimmed) || /[. ]$/.test(trimmed) || WINDOWS_DEVICE.test(trimmed)) {
    throw new EngineError('argument-invalid', { what: `"${name.slice(0, 100)}"` });
  }
  return EXTENSIONS.has(extname(trimmed).toLowerCase()) ? trimmed : `${trimmed}.img`;
}

const ZEROS = Buffer.alloc(64 * 1024);
const MAX_SAMPLE_SIZE = 1024 ** 3;

/** Writes the sample disk sparsely and returns its size in bytes. */
async function unpackSample(file: FileHandle): Promise<number> {
  const sample = resourcePath('practice', 'practice-disk.img.gz');
  if (sample === null) throw new EngineError('image-not-found', { path: 'resources/practice/practice-disk.img.gz' });
  const source = createReadStream(sample);
  const unpacked = source.pipe(createGunzip());
  source.on('error', (error) => unpacked.destroy(error));
  let offset = 0;
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += ZEROS.length) {
      const part = chunk.subarray(at, at + ZEROS.length);
      if (!part.equals(ZEROS.subarray(0, part.length))) await file.write(part, 0, part.length, offset + at);
    }
    offset += chunk.length;
    if (offset > MAX_SAMPLE_SIZE) throw new EngineError('image-corrupt', { path: sample });
  }
  return offset;
}

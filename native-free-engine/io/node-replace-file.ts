import { link, lstat, open, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EngineError, errnoOf } from '../base/errors.ts';
import { destinationError } from './destination-error.ts';
import { giveToCaller } from './node-caller.ts';
import { syncFolder } from './node-sync-folder.ts';

interface ReplaceOptions {
  /** Whether there may be one already; true by default. */
  readonly overwrite?: boolean;
  /** Rights of the file; 0o644 by default, less what the process' umask takes. */
  readonly mode?: number;
}

/** The name of a file until it is whole: its own, and the process that writes it. */
const UNFINISHED = /\.(\d{1,10})\.tmp$/;
/** Longer than anybody writes a small file: a process of that number is another one by then. */
const UNFINISHED_LIVES_MS = 24 * 3600_000;

/**
 * Writes a small file whole or not at all: a crash or a power cut leaves the old one or the new one, and when this returns the
 * new one lasts. A link is replaced, not followed; what is no file (a pipe, `/dev/stdout`) is written into.
 * @throws EngineError `destination-exists` unless `overwrite`, `destination-full`, `destination-unwritable`
 */
export async function replaceFile(path: string, data: string | Uint8Array, { overwrite = true, mode = 0o644 }: ReplaceOptions = {}): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    if (overwrite && (await isSpecial(path))) return await writeFile(path, data);
    await sweepUnfinished(dirname(path), basename(path));
    await writeSynced(unfinished, data, mode);
    try {
      await (overwrite ? rename(unfinished, path) : nameNew(unfinished, path));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw destinationError(path, error);
  }
}

/**
 * Makes a small file with what it holds on stable storage; its name lasts once its folder is there too. None is left when that fails.
 * @throws EngineError `destination-full`, `destination-unwritable`
 */
export async function writeSynced(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  try {
    // Made anew and never through a link: with administrator rights this would else write wherever a link leads.
    await rm(path, { force: true });
    const file = await open(path, 'wx', mode);
    try {
      giveToCaller(file.fd);
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw destinationError(path, error);
  }
}

/**
 * Gives a file a name that nothing has, also when something takes it in this very moment.
 * @throws EngineError `destination-exists`
 */
export async function nameNew(from: string, to: string): Promise<void> {
  const taken = (cause?: unknown): EngineError => new EngineError('destination-exists', { path: to }, { cause });
  const linked = await link(from, to).then(() => true, (error: unknown) => {
    if (errnoOf(error) === 'EEXIST') throw taken(error);
    // FAT and exFAT know no second name for a file.
    return false;
  });
  if (linked) return unlink(from);
  if (await lstat(to).catch(() => null)) throw taken();
  await rename(from, to);
}

/**
 * Removes what {@link replaceFile} left in a folder when its process was killed or the power went.
 * @param name of the file that was to be; all by default
 */
export async function sweepUnfinished(folder: string, name?: string): Promise<void> {
  for (const each of await readdir(folder).catch(() => [])) {
    const pid = UNFINISHED.exec(each)?.[1];
    if (pid === undefined || (name !== undefined && each !== `${name}.${pid}.tmp`)) continue;
    const path = join(folder, each);
    const stats = await lstat(path).catch(() => null);
    if (!stats?.isFile() || (isRunning(Number(pid)) && Date.now() - stats.mtimeMs < UNFINISHED_LIVES_MS)) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

const isSpecial = (path: string): Promise<boolean> => stat(path).then((stats) => !stats.isFile() && !stats.isDirectory(), () => false);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

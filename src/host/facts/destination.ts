import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, known, missing, throwIfAborted, type DestinationFacts, type Fact } from '../../../native-free-engine/index.ts';
import { attempt } from './attempt.ts';
import type { FactSystem } from './system.ts';

/** A share that went away answers never: it is asked once, and then left alone. */
const TIMEOUT_MS = 4_000;
const MIB = 1024 * 1024;
/** What the speed is measured with, at most: as long as this takes, or as much as this. */
const SPEED_MS = 800;
const SPEED_BYTES = 64 * MIB;
/** What an image smaller than this is written with says more about the first seek than about speed. */
const SPEED_LEAST = 16 * MIB;
/** Less free than this is not filled up for a measurement. */
const SPEED_NEEDS = 256 * MIB;

interface Wanted {
  /** A guess at the image; null when there is none. */
  readonly imageBytes: number | null;
  /** The disks that the folder lies on, by `Disk.id`. */
  readonly onDisks: () => Promise<readonly string[]>;
}

/** Whether a folder takes an image, found out by writing a short file into it and taking it away. */
export async function destinationFacts(system: FactSystem, folder: string, { imageBytes, onDisks }: Wanted, signal: AbortSignal): Promise<DestinationFacts> {
  const [place, disks] = await Promise.all([
    attempt(folder, TIMEOUT_MS, signal, () => isFolder(folder)),
    attempt(folder, TIMEOUT_MS, signal, onDisks),
  ]);
  if (!place.known) return { ...unreachable(folder, place), writable: refused(place), onDisks: disks };
  const gone = missing('unsupported', folder, 'no folder');
  if (!place.value) return { folder, exists: false, free: gone, fileSystem: gone, writable: gone, speed: gone, onDisks: disks };
  const free = await attempt(`statfs ${folder}`, TIMEOUT_MS, signal, async () => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  });
  const silent = !free.known && free.reason === 'timed-out';
  const fileSystem = silent ? free : await system.folder(folder, signal);
  const written = silent ? free : await attempt(folder, TIMEOUT_MS, signal, () => writeShortly(folder, free.known ? free.value : 0, imageBytes ?? SPEED_BYTES, signal));
  const writable = written.known ? known(true, written.from) : refused(written);
  const speed: Fact<number> = written.known ? (written.value === null ? missing('unsupported', written.from, 'too little to measure') : known(written.value, written.from)) : written;
  return { folder, exists: true, free, fileSystem, writable, speed, onDisks: disks };
}

/** Of a folder that cannot be looked at nothing is known, and nobody looks at it. */
export const unreachable = (folder: string, why: Extract<Fact<unknown>, { known: false }>): DestinationFacts => ({ folder, exists: true, free: why, fileSystem: why, writable: why, speed: why, onDisks: why });

/** A share that is no longer connected, a drive that was pulled out under its mount. */
const GONE = /ENOTCONN|ESTALE|EHOSTDOWN|EHOSTUNREACH|ENETUNREACH|EIO\b/;

/** To be told that one may not write is an answer; so is, in a folder that is there, that no file can be (`/proc`). */
function refused(fact: Extract<Fact<unknown>, { known: false }>): Fact<boolean> {
  return fact.reason === 'no-rights' || fact.reason === 'unsupported' || /EROFS|ENOSPC|EDQUOT|read-only/.test(fact.detail) || GONE.test(fact.detail) ? known(false, fact.from) : fact;
}

/**
 * @param upTo bytes: no more than the image itself will be
 * @returns bytes a second, null where there is too little room, or too little to write, to measure
 */
async function writeShortly(folder: string, free: number, upTo: number, signal: AbortSignal): Promise<number | null> {
  const path = join(folder, `.werkbank-${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(path, 'wx', 0o600);
  try {
    const room = free >= SPEED_NEEDS && upTo >= SPEED_LEAST;
    // Nothing that a file system could pack, or know already.
    const piece = randomBytes(room ? MIB : 512);
    const started = performance.now();
    let written = 0;
    do {
      throwIfAborted(signal);
      written += (await file.write(piece)).bytesWritten;
    } while (room && written < Math.min(SPEED_BYTES, upTo) && performance.now() - started < SPEED_MS);
    await file.datasync();
    return room ? (written / Math.max(1, performance.now() - started)) * 1000 : null;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/** Nobody makes it: a drive that is not mounted would else be taken for a folder of the system's own disk. */
async function isFolder(folder: string): Promise<boolean> {
  const found = await stat(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null;
    throw error;
  });
  return found?.isDirectory() ?? false;
}

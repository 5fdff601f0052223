import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { known, missing, throwIfAborted, type DestinationFacts, type Fact } from '../../../native-free-engine/index.ts';
import { attempt, NotHere } from './attempt.ts';
import type { FactSystem } from './system.ts';

/** A share that went away answers never: it is asked once, and then left alone. */
const TIMEOUT_MS = 4_000;
const MIB = 1024 * 1024;
/** What the speed is measured with, at most: as long as this takes, or as much as this. */
const SPEED_MS = 800;
const SPEED_BYTES = 64 * MIB;
/** Less free than this is not filled up for a measurement. */
const SPEED_NEEDS = 256 * MIB;

/** Whether a folder takes an image, found out by writing a short file into it and taking it away. */
export async function destinationFacts(system: FactSystem, folder: string, onDisks: () => Promise<readonly string[]>, signal: AbortSignal): Promise<DestinationFacts> {
  const [place, disks] = await Promise.all([
    attempt(folder, TIMEOUT_MS, signal, () => nearestExisting(folder)),
    attempt(folder, TIMEOUT_MS, signal, onDisks),
  ]);
  if (!place.known) return { folder, free: place, fileSystem: place, writable: place, speed: place, onDisks: disks };
  const free = await attempt(`statfs ${place.value}`, TIMEOUT_MS, signal, async () => {
    const { bavail, bsize } = await statfs(place.value);
    return bavail * bsize;
  });
  const silent = !free.known && free.reason === 'timed-out';
  const fileSystem = silent ? free : await system.folder(place.value, signal);
  const written = silent ? free : await attempt(place.value, TIMEOUT_MS, signal, () => writeShortly(place.value, free.known ? free.value : 0, signal));
  const writable = written.known ? known(true, written.from) : refused(written);
  const speed: Fact<number> = written.known ? (written.value === null ? missing('unsupported', written.from, 'too little room to measure') : known(written.value, written.from)) : written;
  return { folder, free, fileSystem, writable, speed, onDisks: disks };
}

/** To be told that one may not write is an answer. */
function refused(fact: Extract<Fact<unknown>, { known: false }>): Fact<boolean> {
  return fact.reason === 'no-rights' || /EROFS|ENOSPC|EDQUOT|read-only/.test(fact.detail) ? known(false, fact.from) : fact;
}

/** @returns bytes a second, null where there is too little room to measure */
async function writeShortly(folder: string, free: number, signal: AbortSignal): Promise<number | null> {
  const path = join(folder, `.werkbank-${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(path, 'wx', 0o600);
  try {
    const room = free >= SPEED_NEEDS;
    // Nothing that a file system could pack, or know already.
    const piece = randomBytes(room ? MIB : 512);
    const started = performance.now();
    let written = 0;
    do {
      throwIfAborted(signal);
      written += (await file.write(piece)).bytesWritten;
    } while (room && written < SPEED_BYTES && performance.now() - started < SPEED_MS);
    await file.datasync();
    return room ? (written / Math.max(1, performance.now() - started)) * 1000 : null;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/** The folder, or the one that it will be made in. */
async function nearestExisting(folder: string): Promise<string> {
  for (let current = folder; ; current = dirname(current)) {
    const found = await stat(current).catch(() => null);
    if (found?.isDirectory()) return current;
    if (found) throw new NotHere(`${current} is no folder`);
    if (current === dirname(current)) throw new NotHere(folder);
  }
}

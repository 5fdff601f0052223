import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DiskActivity } from '../../../../native-free-engine/index.ts';
import { garbage, NotHere } from '../../facts/attempt.ts';

/** How long a disk is looked at. */
const LOOK_MS = 2_000;

interface Counters {
  readonly sectors: number;
  /** Milliseconds in which the disk was at work. */
  readonly busyMs: number;
  readonly at: number;
}

/** What a disk did in two seconds, by the kernel's own counters. @param name as in /proc/diskstats */
export async function diskActivity(name: string, signal: AbortSignal, path = '/proc/diskstats'): Promise<DiskActivity> {
  const before = await counters(name, path);
  await sleep(LOOK_MS, undefined, { signal });
  return between(before, await counters(name, path));
}

async function counters(name: string, path: string): Promise<Counters> {
  const found = parseDiskstats(await readFile(path, 'utf8'), name);
  if (!found) throw new NotHere(name);
  return { ...found, at: performance.now() };
}

/** Of one disk; see the kernel's Documentation/admin-guide/iostats.rst. Null when it is not listed. */
export function parseDiskstats(text: string, name: string): Omit<Counters, 'at'> | null {
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[2] !== name) continue;
    const numbers = fields.slice(3).map(Number);
    const [, , read, , , , written, , , busyMs] = numbers;
    if (read === undefined || written === undefined || busyMs === undefined || numbers.some((value) => !Number.isFinite(value))) throw garbage('/proc/diskstats');
    return { sectors: read + written, busyMs };
  }
  return null;
}

/** Counters start again at zero after 2^32 on small systems: less than before counts as nothing. */
export function between(before: Counters, after: Counters): DiskActivity {
  const ms = Math.max(1, after.at - before.at);
  return {
    seconds: Math.round(ms / 1000),
    busy: Math.min(100, Math.round((Math.max(0, after.busyMs - before.busyMs) / ms) * 100)),
    // The kernel counts in units of 512 bytes whatever the sector size.
    bytesPerSecond: (Math.max(0, after.sectors - before.sectors) * 512 * 1000) / ms,
  };
}

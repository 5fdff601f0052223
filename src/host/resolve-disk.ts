import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../native-free-engine/index.ts';
import type { Disk } from '../contract/index.ts';
import { PRACTICE_PREFIX, practicePath } from './practice.ts';

/**
 * The disk that a user means by a number of the list, a device path (links such
 * as /dev/disk/by-id/... too), or `file:PATH`. A practice disk outside the
 * practice folder is looked up with `practice`.
 * @throws EngineError `disk-not-found`, `disk-ambiguous`
 */
export async function resolveDisk(spec: string, disks: readonly Disk[], practice: (path: string) => Promise<Disk>): Promise<Disk> {
  const wanted = spec.trim();
  const only = (found: readonly Disk[]): Disk => {
    const [disk, ...others] = found;
    if (!disk) throw new EngineError('disk-not-found', { disk: spec });
    if (others.length > 0) throw new EngineError('disk-ambiguous', { disk: spec });
    return disk;
  };
  if (/^\d+$/.test(wanted)) return only(disks.filter((disk) => disk.number === Number(wanted)));
  const file = practicePath(wanted);
  if (file !== null) {
    if (file === '') throw new EngineError('disk-not-found', { disk: spec });
    const real = await realpath(resolve(file)).catch(() => resolve(file));
    return disks.find((disk) => disk.practice && disk.path === real) ?? practice(resolve(file));
  }
  if (process.platform === 'win32') {
    const drive = /^(?:\\\\[.?]\\)?physicaldrive(\d+)$/i.exec(wanted);
    return only(disks.filter((disk) => !disk.practice && drive !== null && disk.number === Number(drive[1])));
  }
  if (!wanted.startsWith('/')) return only([]);
  const real = await realpath(wanted).catch(() => wanted);
  // macOS has two nodes for each disk; the raw one names the same disk.
  const paths = new Set([wanted, real, real.replace(/^\/dev\/rdisk/, '/dev/disk')]);
  return only(disks.filter((disk) => !disk.practice && (paths.has(disk.path) || paths.has(disk.id))));
}

/** Whether the text can name a disk at all, for telling `inspect FILE` from `inspect DISK`. */
export function looksLikeDisk(spec: string): boolean {
  return /^\d+$/.test(spec) || spec.startsWith(PRACTICE_PREFIX) || spec.startsWith('/dev/') || /^\\\\[.?]\\physicaldrive\d+$/i.test(spec);
}


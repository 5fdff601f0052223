import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../native-free-engine/index.ts';
import type { DiskFacts } from './facts.ts';
import { PRACTICE_PREFIX, practicePath } from './practice.ts';

/** What a disk can be meant by. */
type Named = Pick<DiskFacts, 'id' | 'path' | 'practice'> & { readonly number: number };

/**
 * The disk that a user means by a number of the list, a device path (links such
 * as /dev/disk/by-id/... too), or `file:PATH`. A practice disk outside the
 * practice folder is looked up with `practice`.
 * @throws EngineError `disk-not-found`, `disk-ambiguous`, `disk-is-partition`
 */
export async function resolveDisk<D extends Named>(spec: string, disks: readonly D[], practice: (path: string) => Promise<D>): Promise<D> {
  const wanted = spec.trim();
  const only = (found: readonly D[]): D => {
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
  const found = disks.filter((disk) => !disk.practice && (paths.has(disk.path) || paths.has(disk.id)));
  const whole = found.length > 0 ? undefined : disks.find((disk) => !disk.practice && isPartOf(real, disk.path));
  if (whole) throw new EngineError('disk-is-partition', { path: wanted, disk: whole.path });
  return only(found);
}

/** `/dev/sda2`, `/dev/nvme0n1p3`, `/dev/disk2s1`: the name of a disk, with a letter where that ends in a digit, and a number. */
function isPartOf(path: string, disk: string): boolean {
  const rest = path.startsWith(disk) ? path.slice(disk.length) : '';
  return (/\d$/.test(disk) ? /^[ps]\d+$/ : /^\d+$/).test(rest);
}

/** Whether the text can name a disk at all, for telling `inspect FILE` from `inspect DISK`. */
export function looksLikeDisk(spec: string): boolean {
  return /^\d+$/.test(spec) || spec.startsWith(PRACTICE_PREFIX) || spec.startsWith('/dev/') || /^\\\\[.?]\\physicaldrive\d+$/i.test(spec);
}


import { lstat, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../native-free-engine/index.ts';
import type { DiskFacts } from './facts.ts';
import { PRACTICE_PREFIX, practiceId, practicePath } from './practice.ts';

/** What a disk can be meant by. */
type Named = Pick<DiskFacts, 'id' | 'path' | 'practice'> & { readonly number: number };

/**
 * The disk that a user means by a number of the list, a device path (relative
 * ones and links such as /dev/disk/by-id/... too), or `file:PATH`. A practice
 * disk outside the practice folder is looked up with `practice`.
 * @throws EngineError `disk-not-found`, `disk-ambiguous`, `disk-is-partition`, `disk-named-otherwise`
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
    const listed = disks.find((disk) => disk.practice && disk.path === real);
    if (listed) return listed;
    const named = await otherName(resolve(file), real, disks);
    if (named !== null) throw new EngineError('disk-named-otherwise', { spec: wanted, disk: named });
    return practice(resolve(file));
  }
  if (process.platform === 'win32') {
    const drive = /^(?:\\\\[.?]\\)?physicaldrive(\d+)$/i.exec(wanted);
    return only(disks.filter((disk) => !disk.practice && drive !== null && disk.number === Number(drive[1])));
  }
  if (wanted === '') return only([]);
  const real = await realpath(resolve(wanted)).catch(() => wanted);
  // macOS has two nodes for each disk; the raw one names the same disk.
  const paths = new Set([wanted, real, real.replace(/^\/dev\/rdisk/, '/dev/disk')]);
  const found = disks.filter((disk) => !disk.practice && (paths.has(disk.path) || paths.has(disk.id)));
  const whole = found.length > 0 ? undefined : disks.find((disk) => !disk.practice && isPartOf(real, disk.path));
  if (whole) throw new EngineError('disk-is-partition', { path: wanted, disk: whole.path });
  if (found.length === 0 && (await isFile(real))) throw new EngineError('disk-named-otherwise', { spec: wanted, disk: practiceId(real) });
  return only(found);
}

/** How what stands behind `file:` has to be named, where that names a link to a file or a device: a practice disk is the file itself. */
async function otherName(path: string, real: string, disks: readonly Named[]): Promise<string | null> {
  const device = disks.find((disk) => !disk.practice && disk.path === real);
  if (device) return device.path;
  const isLink = await lstat(path).then((stats) => stats.isSymbolicLink(), () => false);
  return isLink && (await isFile(real)) ? practiceId(real) : null;
}

const isFile = (path: string): Promise<boolean> => stat(path).then((stats) => stats.isFile(), () => false);

/** `/dev/sda2`, `/dev/nvme0n1p3`, `/dev/disk2s1`: the name of a disk, with a letter where that ends in a digit, and a number. */
function isPartOf(path: string, disk: string): boolean {
  const rest = path.startsWith(disk) ? path.slice(disk.length) : '';
  return (/\d$/.test(disk) ? /^[ps]\d+$/ : /^\d+$/).test(rest);
}

/** Whether it can name a disk at all, also one that a link leads to: for telling `inspect FILE` from `inspect DISK`. */
export async function namesDisk(spec: string): Promise<boolean> {
  if (/^\d+$/.test(spec) || spec.startsWith(PRACTICE_PREFIX) || spec.startsWith('/dev/') || /^\\\\[.?]\\physicaldrive\d+$/i.test(spec)) return true;
  return stat(spec).then((stats) => stats.isBlockDevice(), () => false);
}

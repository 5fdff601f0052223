import { readFile, stat } from 'node:fs/promises';
import type { CommandRunner } from '../command.ts';
import type { ReadOptions } from '../disks.ts';
import { guardedEach } from '../guarded.ts';
import { drives, type DriveEntry } from '../libraries.ts';
import { devicesUnderMount, devicesUnderPath, formatDevno, mountOf, nodeDevno } from './device-numbers.ts';
import type { TracedMount } from './graph.ts';
import { lsblkReader, type LsblkDevice } from './lsblk.ts';
import { mayHang, parseMountInfo, parseSwaps, type Mount } from './mounts.ts';
import { readBlockDevices, type SysBlock } from './sysfs.ts';

/** Everything Linux and the libraries say about the disks at one moment; judging it is left to pure functions. */
export interface LinuxSnapshot {
  readonly drives: readonly DriveEntry[] | null;
  readonly lsblk: readonly LsblkDevice[] | null;
  readonly sys: readonly SysBlock[];
  readonly mounts: readonly TracedMount[];
  readonly swaps: readonly string[];
  readonly backing: ReadonlyMap<string, readonly string[]>;
}

const TRACE_TIMEOUT_MS = 3_000;

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Mounts as this process sees them, and as the first process does: a process in a name space of its own must not take a system disk for unused. */
export async function readMounts(): Promise<Mount[]> {
  const [own, first] = await Promise.all([textOf('/proc/self/mountinfo'), textOf('/proc/1/mountinfo')]);
  const mounts = parseMountInfo(own);
  return own === first ? mounts : [...parseMountInfo(first), ...mounts];
}

export async function readSwaps(): Promise<string[]> {
  return parseSwaps(await textOf('/proc/swaps'));
}

/** `quick` leaves the libraries out: enough to tell what may be written, not enough to show. */
export function snapshotReader(run: CommandRunner): (options: ReadOptions) => Promise<LinuxSnapshot> {
  const askLsblk = lsblkReader(run);
  return async ({ quick }) => {
    const [driveList, tree, sys, mounts, swaps] = await Promise.all([
      quick ? null : drives(), askLsblk(), readBlockDevices(), readMounts(), readSwaps(),
    ]);
    const [traced, swapDevices, backing] = await Promise.all([
      Promise.all(mounts.map((mount) => traceMount(mount, mounts))), devicesUnderSwaps(swaps, mounts), devicesUnderLoops(sys, mounts),
    ]);
    return { drives: driveList, lsblk: tree, sys, mounts: traced, swaps: swapDevices, backing };
  };
}

// Tracing asks the file system, and a dead network drive never answers.
const traceAnonymous = guardedEach((_mountPoint: string, mount: Mount, mounts: readonly Mount[]) => devicesUnderMount(mount, mounts), TRACE_TIMEOUT_MS);
const tracePath = guardedEach((path: string, mounts: readonly Mount[]) => devicesUnderPath(path, mounts), TRACE_TIMEOUT_MS);

async function traceMount(mount: Mount, mounts: readonly Mount[]): Promise<TracedMount> {
  const devnos = mount.devno.startsWith('0:') ? ((await traceAnonymous(mount.mountPoint, mount, mounts)) ?? []) : [mount.devno];
  return { mountPoint: mount.mountPoint, devnos };
}

async function devicesUnderSwaps(swaps: readonly string[], mounts: readonly Mount[]): Promise<string[]> {
  const found = await Promise.all(swaps.map(async (path) => {
    const devno = await nodeDevno(path);
    return devno ? [devno] : ((await tracePath(path, mounts)) ?? []);
  }));
  return found.flat();
}

async function devicesUnderLoops(sys: readonly SysBlock[], mounts: readonly Mount[]): Promise<Map<string, readonly string[]>> {
  const backed = sys.filter((block) => block.backingFile !== null);
  return new Map(await Promise.all(backed.map(async (block) => {
    return [block.name, await traceBacking(block.backingFile ?? '', mounts)] as const;
  })));
}

async function traceBacking(path: string, mounts: readonly Mount[]): Promise<readonly string[]> {
  const mount = mountOf(path, mounts);
  if (mount && mayHang(mount)) return (await traceAnonymous(mount.mountPoint, mount, mounts)) ?? [];
  const devno = await nodeDevno(path);
  return devno ? [devno] : ((await tracePath(path, mounts)) ?? []);
}

/** The loop devices that stand on this very file. */
export async function loopsOn(path: string, sys: readonly SysBlock[], mounts: readonly Mount[]): Promise<string[]> {
  const wanted = await identityOf(path);
  if (wanted === null) return [];
  const found = await Promise.all(sys.map(async ({ name, backingFile }) => {
    if (backingFile === null) return null;
    const mount = mountOf(backingFile, mounts);
    // On a file system that may never answer only a file of that same file system can be meant, which has just answered.
    if (mount && mayHang(mount) && !wanted.startsWith(`${mount.devno}/`)) return null;
    return (await identityOf(backingFile)) === wanted ? name : null;
  }));
  return found.filter((name) => name !== null);
}

/** The same for a file under all its names and links. */
export async function identityOf(path: string): Promise<string | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats ? `${formatDevno(stats.dev)}/${stats.ino}` : null;
}

import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import { outputOf, type CommandRunner } from '../command.ts';
import { completed } from '../complete.ts';
import type { DiskSystem, ReadOptions, SystemDisks } from '../disks.ts';
import { guarded } from '../guarded.ts';
import { drives, layouts } from '../libraries.ts';
import { practiceId } from '../practice.ts';
import { parseMac, wholeDisks } from './parse.ts';

const DISKUTIL_TIMEOUT_MS = 15_000;

/** A property list of diskutil's, turned into JSON by the system's own plutil. */
async function diskutil(run: CommandRunner, ...args: readonly string[]): Promise<unknown> {
  const plist = await outputOf(run, 'diskutil', args, { timeoutMs: DISKUTIL_TIMEOUT_MS });
  return JSON.parse(await outputOf(run, 'plutil', ['-convert', 'json', '-o', '-', '--', '-'], { input: plist }));
}

/** The disks of a Mac: diskutil, completed by the libraries. */
export function createMacDisks(run: CommandRunner): DiskSystem {
  const read = async ({ quick }: ReadOptions): Promise<SystemDisks> => {
    const libraries = Promise.all([quick ? null : drives(), quick ? null : layouts()]);
    try {
      const list = await diskutil(run, 'list', '-plist');
      const infos = await Promise.all(wholeDisks(list).map(async (name) => [name, await diskutil(run, 'info', '-plist', name).catch(() => null)] as const));
      const root = await diskutil(run, 'info', '-plist', '/').catch(() => null);
      const [driveList, layoutList] = await libraries;
      const found = parseMac({ list, infos: new Map(infos), root }, driveList);
      return { ...found, disks: found.disks.map((facts) => completed(facts, layoutList)) };
    } catch (error) {
      throw new EngineError('disk-list-failed', { detail: error instanceof Error ? error.message : String(error) }, { cause: error });
    }
  };
  const whole = guarded(() => diskutil(run, 'list', '-plist'), DISKUTIL_TIMEOUT_MS);

  return {
    read,
    async fingerprint() {
      const list = await drives();
      return JSON.stringify(list ? list.map(({ device, size, mountpoints }) => [device, size, mountpoints]) : await whole());
    },
    practiceUses: () => Promise.resolve([]),
    async holding(path) {
      const real = await realpath(path).catch(() => path);
      let existing = real;
      while (existing !== dirname(existing) && !(await realpath(existing).then(() => true, () => false))) existing = dirname(existing);
      // `df` knows the device of any path; diskutil knows volumes only.
      const lines = await outputOf(run, 'df', ['-P', existing]).catch(() => '');
      const device = /^\/dev\/(\S+)/m.exec(lines)?.[1];
      if (!device) return [practiceId(real)];
      const info = await diskutil(run, 'info', '-plist', device).catch(() => null) as Readonly<Record<string, unknown>> | null;
      const stores = Array.isArray(info?.['APFSPhysicalStores']) ? (info['APFSPhysicalStores'] as Readonly<Record<string, unknown>>[]).map((store) => store['APFSPhysicalStore']) : [];
      const names = [device, ...stores].flatMap((name) => (typeof name === 'string' ? [/^disk\d+/.exec(name)?.[0]] : [])).filter((name) => name !== undefined);
      return [practiceId(real), ...new Set(names.map((name) => `/dev/${name}`))];
    },
    numberOf: (facts) => Number(/(\d+)$/.exec(facts.path)?.[1] ?? 0),
    // Far from any number that diskutil shows.
    firstFreeNumber: 100,
    // The raw node goes past the page cache.
    devicePath: (path) => path.replace(/^\/dev\/disk/, '/dev/rdisk'),
  };
}

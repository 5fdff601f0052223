import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { Held, HeldRecords } from '../held-records.ts';
import type { Hold } from '../sources.ts';
import { isSystemMount, type Mount } from './mounts.ts';
import { readMounts } from './snapshot.ts';
import type { PlacedMount } from './sources-view.ts';

const TIMEOUT_MS = 60_000;

/** What the kernel itself mounts, and where nothing but the mounts writes. */
const REMOUNTABLE: ReadonlySet<string> = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs', 'vfat', 'exfat', 'ntfs3']);
/** Besides the system's own folders: where every program expects to be able to write. */
const ALWAYS_WRITTEN = /^\/(tmp|run|var|home)(\/[^/]*)?$/;

/** The whole file system: a mount that is read-only by itself leaves others free to write. */
export const isReadOnly = (mount: Mount): boolean => mount.superOptions.split(',').includes('ro');

export function isRemountable({ mount, direct }: PlacedMount): boolean {
  return direct && REMOUNTABLE.has(mount.fileSystem) && !isSystemMount(mount.mountPoint) && !ALWAYS_WRITTEN.test(mount.mountPoint);
}

/**
 * Makes file systems read-only, which the kernel refuses while anybody has a
 * file open for writing. See docs/decisions/0006-mounted-sources.md for why this
 * and not a freeze.
 * @throws EngineError what `refusal` makes when a file system is busy; `rights-needed`
 */
export async function holdReadOnly(run: CommandRunner, records: HeldRecords, mounts: readonly Mount[], refusal: () => EngineError): Promise<Hold> {
  const writable = new Map(mounts.filter((mount) => !isReadOnly(mount)).map((mount) => [mount.devno, mount]));
  const undo: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each();
  };
  const stillReadOnly = async (): Promise<boolean> => (await readMounts()).every((mount) => !writable.has(mount.devno) || isReadOnly(mount));

  try {
    for (const mount of writable.values()) {
      if (process.getuid?.() !== 0) throw new EngineError('rights-needed', { path: mount.source });
      const held: Held = { kind: 'remount', devno: mount.devno, source: mount.source, mountPoint: mount.mountPoint, options: mount.options };
      const forget = await records.add(held);
      undo.push(async () => {
        // The record stays when it cannot be undone now: the next start tries again.
        if (await writableAgain(run, held)) await forget();
      });
      const { code, stderr } = await remount(run, held, 'ro');
      if (code === 0) continue;
      if (/permission denied|superuser|not permitted/i.test(stderr)) throw new EngineError('rights-needed', { path: mount.source });
      throw refusal();
    }
    if (!(await stillReadOnly())) throw refusal();
  } catch (error) {
    await release();
    throw error;
  }
  const places = [...writable.values()].map((mount) => mount.mountPoint);
  return {
    note: { code: 'remounted-read-only', params: { mountPoint: places.join(', ') } },
    async confirm() {
      if (!(await stillReadOnly())) throw refusal();
    },
    release,
  };
}

/** Makes writable again what runs that died left read-only. */
export async function sweepRemounts(run: CommandRunner, records: HeldRecords): Promise<number> {
  let done = 0;
  for (const { held, forget } of await records.orphans()) {
    if (held.kind !== 'remount' || !(await writableAgain(run, held))) continue;
    await forget();
    done++;
  }
  return done;
}

type HeldMount = Extract<Held, { kind: 'remount' }>;

/** True when it is writable, or no longer mounted there. */
async function writableAgain(run: CommandRunner, held: HeldMount): Promise<boolean> {
  const mount = (await readMounts()).find((each) => each.devno === held.devno && each.mountPoint === held.mountPoint && each.source === held.source);
  if (!mount || !isReadOnly(mount)) return true;
  return (await remount(run, held, 'rw')).code === 0;
}

/** With both source and mount point given, mount does not look into fstab; a remount sets all options of the mount, so the others are said again. */
function remount(run: CommandRunner, held: HeldMount, mode: 'ro' | 'rw'): ReturnType<CommandRunner> {
  const others = held.options.split(',').filter((option) => /^[a-z_]+$/.test(option) && option !== 'rw' && option !== 'ro');
  return run('mount', ['-o', ['remount', mode, ...others].join(','), '--', held.source, held.mountPoint], { timeoutMs: TIMEOUT_MS });
}

import { readdir, readFile, stat } from 'node:fs/promises';
import { EngineError, type PendingProbe } from '../../../../native-free-engine/index.ts';
import type { CommandRunner } from '../../command.ts';
import { attempt } from '../../facts/attempt.ts';
import { formatDevno } from '../device-numbers.ts';

const TIMEOUT_MS = 6_000;
const MAX_PROCESSES = 100_000;
/** Held for as long as a package manager is at work. */
const LOCK_FILES = [
  '/var/lib/dpkg/lock-frontend', '/var/lib/dpkg/lock', '/var/cache/apt/archives/lock', '/var/lib/rpm/.rpm.lock', '/usr/lib/sysimage/rpm/.rpm.lock', '/var/lib/pacman/db.lck',
] as const;
const INSTALLERS: ReadonlySet<string> = new Set([
  'apt', 'apt-get', 'aptitude', 'dpkg', 'unattended-upgr', 'rpm', 'dnf', 'dnf5', 'yum', 'zypper', 'packagekitd', 'pacman', 'snap-update-ns', 'fwupdtool',
]);
/** Does nothing most of the time, and is always there. */
const IDLE: ReadonlySet<string> = new Set(['packagekitd', 'unattended-upgr']);

/** What waits for a restart, and who is installing. @param root in front of every path */
export async function linuxPending(run: CommandRunner, root: string, signal: AbortSignal): Promise<PendingProbe[]> {
  const [reboot, locks, installers] = await Promise.all([
    attempt('/run/reboot-required', TIMEOUT_MS, signal, () => rebootReasons(run, root, signal)),
    attempt('/proc/locks', TIMEOUT_MS, signal, () => heldLocks(root)),
    attempt('/proc/*/comm', TIMEOUT_MS, signal, () => installersRunning(root)),
  ]);
  return [{ probe: 'reboot', found: reboot }, { probe: 'updates', found: locks }, { probe: 'installer', found: installers }];
}

const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);

async function rebootReasons(run: CommandRunner, root: string, signal: AbortSignal): Promise<string[]> {
  for (const path of [`${root}/run/reboot-required`, `${root}/var/run/reboot-required`]) {
    if ((await textOf(path)) === null) continue;
    const packages = ((await textOf(`${path}.pkgs`)) ?? '').split('\n').filter((line) => line !== '');
    return packages.length > 0 ? [...new Set(packages)].slice(0, 50) : ['reboot-required'];
  }
  try {
    // Red Hat's way to ask the same: exit code 1 for yes.
    const { code, stdout } = await run('needs-restarting', ['-r'], { timeoutMs: TIMEOUT_MS - 1_000, signal });
    return code === 1 ? (stdout.match(/^\s+\*\s+\S+/gm) ?? ['needs-restarting']).map((line) => line.replace(/^\s+\*\s+/, '')) : [];
  } catch (error) {
    if (error instanceof EngineError && error.code === 'tool-missing') return [];
    throw error;
  }
}

async function heldLocks(root: string): Promise<string[]> {
  const table = await readFile(`${root}/proc/locks`, 'utf8');
  // `1: POSIX  ADVISORY  WRITE 1234 fd:01:567 0 EOF`; device numbers in hexadecimal. One that waits has an arrow.
  const held = new Set([...table.matchAll(/^\d+: (?!->)\S+\s+\S+\s+WRITE\s+-?\d+\s+([0-9a-f]+:[0-9a-f]+:\d+)/gm)].map((match) => match[1]));
  const found: string[] = [];
  for (const path of LOCK_FILES) {
    const stats = await stat(root + path, { bigint: true }).catch(() => null);
    if (!stats) continue;
    const [major = '0', minor = '0'] = formatDevno(stats.dev).split(':');
    const hex = (text: string): string => Number(text).toString(16).padStart(2, '0');
    // Pacman's lock is there as long as it is held; the others stay.
    if (path.endsWith('db.lck') || held.has(`${hex(major)}:${hex(minor)}:${stats.ino}`)) found.push(path);
  }
  return found;
}

async function installersRunning(root: string): Promise<string[]> {
  const ids = (await readdir(`${root}/proc`)).filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
  const names = await Promise.all(ids.map(async (id) => ((await textOf(`${root}/proc/${id}/comm`)) ?? '').trim()));
  return [...new Set(names.filter((name) => INSTALLERS.has(name) && !IDLE.has(name)))];
}

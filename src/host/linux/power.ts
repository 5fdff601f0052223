import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '../command.ts';
import type { PowerControl } from '../host.ts';
import { heldProgram, pollMains } from '../power.ts';

const POWER_SUPPLIES = '/sys/class/power_supply';
const MAX_SUPPLIES = 64;

export function createLinuxPower(run: CommandRunner, folder: string = POWER_SUPPLIES): PowerControl {
  return {
    watchMains: pollMains(() => readMains(folder)),
    // `cat` ends when its standard input is closed, and systemd-inhibit with it.
    keepAwake: () => heldProgram(run, 'systemd-inhibit', ['--what=shutdown:sleep:idle', '--who=Werkbank', '--why=A job is running', '--mode=block', 'cat']),
  };
}

/** Whether the computer runs on mains, by the kernel's list of supplies; null without a battery of its own. */
export async function readMains(folder: string): Promise<boolean | null> {
  const names = (await readdir(folder).catch(() => [])).slice(0, MAX_SUPPLIES);
  const supplies = await Promise.all(names.map(async (name) => {
    const [type, scope, online, status] = await Promise.all(['type', 'scope', 'online', 'status'].map((file) => readFile(join(folder, name, file), 'utf8').then((text) => text.trim(), () => '')));
    // A mouse has a battery too.
    return { type, own: scope !== 'Device', online: online === '1', status };
  }));
  const batteries = supplies.filter(({ type, own }) => type === 'Battery' && own);
  if (batteries.length === 0) return null;
  if (supplies.some(({ type, own, online }) => type !== 'Battery' && own && online)) return true;
  // Some firmware lists no mains at all; the battery then says which way the current runs.
  if (batteries.some(({ status }) => status === 'Discharging')) return false;
  return supplies.some(({ type, own }) => type !== 'Battery' && own) ? false : true;
}

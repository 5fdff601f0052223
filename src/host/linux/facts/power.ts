import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { known, type Fact, type PowerSupply } from '../../../../native-free-engine/index.ts';
import type { CommandRunner } from '../../command.ts';
import { attempt } from '../../facts/attempt.ts';

const TIMEOUT_MS = 3_000;
const MAX_SUPPLIES = 32;

/** Supplies of the machine as the kernel knows them, and a desktop UPS as UPower does. @param root of sysfs */
export async function linuxPower(run: CommandRunner, root: string, signal: AbortSignal): Promise<Fact<readonly PowerSupply[]>> {
  const folder = join(root, 'class/power_supply');
  const [kernel, ups] = await Promise.all([
    attempt(folder, TIMEOUT_MS, signal, async () => {
      const names = (await readdir(folder).catch(() => [])).sort().slice(0, MAX_SUPPLIES);
      return (await Promise.all(names.map((name) => readSupply(join(folder, name), name)))).filter((supply) => supply !== null);
    }),
    attempt('upower --dump', TIMEOUT_MS, signal, async () => parseUpower((await run('upower', ['--dump'], { timeoutMs: TIMEOUT_MS - 500, signal })).stdout)),
  ]);
  if (!kernel.known || !ups.known || ups.value.length === 0) return kernel;
  return known([...kernel.value.filter(({ kind }) => kind !== 'ups'), ...ups.value], `${kernel.from}, ${ups.from}`);
}

async function readSupply(path: string, name: string): Promise<PowerSupply | null> {
  const text = async (file: string): Promise<string> => (await readFile(join(path, file), 'utf8').catch(() => '')).trim();
  const number = async (file: string): Promise<number | null> => {
    const found = await text(file);
    return /^-?\d+$/.test(found) ? Number(found) : null;
  };
  // Batteries of mice and headsets say so; they keep no computer running.
  if ((await text('scope')) === 'Device' || (await text('present')) === '0') return null;
  const type = await text('type');
  const online = await number('online');
  if (type === 'Mains' || type === 'USB' || type === 'Wireless') {
    // A USB socket without a charger in it is no missing mains.
    return type !== 'Mains' && online !== 1 ? null : { name, kind: 'mains', online: online === null ? null : online > 0, charge: null, state: 'unknown', minutesLeft: null };
  }
  if (type !== 'Battery' && type !== 'UPS') return null;
  const state = stateOf(await text('status'));
  return { name, kind: type === 'UPS' ? 'ups' : 'battery', online: null, charge: await chargeOf(number), state, minutesLeft: state === 'discharging' ? await minutesOf(number) : null };
}

type NumberAt = (file: string) => Promise<number | null>;

async function chargeOf(number: NumberAt): Promise<number | null> {
  const capacity = await number('capacity');
  if (capacity !== null) return Math.min(100, Math.max(0, capacity));
  for (const unit of ['energy', 'charge']) {
    const [now, full] = [await number(`${unit}_now`), await number(`${unit}_full`)];
    if (now !== null && full !== null && full > 0) return Math.min(100, Math.round((now / full) * 100));
  }
  return null;
}

async function minutesOf(number: NumberAt): Promise<number | null> {
  const seconds = await number('time_to_empty_now');
  if (seconds !== null && seconds > 0) return Math.floor(seconds / 60);
  for (const [have, flows] of [['energy_now', 'power_now'], ['charge_now', 'current_now']] as const) {
    const [left, rate] = [await number(have), await number(flows)];
    // Some batteries give the current a sign.
    if (left !== null && rate !== null && rate !== 0) return Math.floor((left / Math.abs(rate)) * 60);
  }
  return null;
}

function stateOf(status: string): PowerSupply['state'] {
  if (status === 'Charging') return 'charging';
  if (status === 'Discharging') return 'discharging';
  // "Not charging": on mains, kept below full to spare the battery.
  return status === 'Full' || status === 'Not charging' ? 'full' : 'unknown';
}

/** The UPS devices in what `upower --dump` prints. */
export function parseUpower(text: string): PowerSupply[] {
  const found: PowerSupply[] = [];
  for (const block of text.split(/\n(?=Device:)/)) {
    const name = /^Device:\s*(\S*\/ups_\S+)/.exec(block)?.[1]?.split('/').at(-1);
    if (!name || /power supply:\s+no/.test(block)) continue;
    const field = (key: string): string => new RegExp(`^\\s+${key}:\\s*(.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
    const state = field('state');
    const charge = Number.parseFloat(field('percentage'));
    const [, amount = '', unit = ''] = /^([\d.]+) (second|minute|hour|day)/.exec(field('time to empty')) ?? [];
    found.push({
      name, kind: 'ups', online: null, charge: Number.isFinite(charge) ? Math.round(charge) : null,
      state: state === 'discharging' ? 'discharging' : state === 'charging' ? 'charging' : state === 'fully-charged' ? 'full' : 'unknown',
      minutesLeft: amount === '' ? null : Math.floor(Number(amount) * ({ second: 1 / 60, minute: 1, hour: 60, day: 1440 }[unit] ?? 1)),
    });
  }
  return found;
}

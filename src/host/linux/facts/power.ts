import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, known, type Fact, type PowerSupply } from '../../../../native-free-engine/index.ts';
import type { CommandRunner } from '../../command.ts';
import { attempt } from '../../facts/attempt.ts';

const TIMEOUT_MS = 3_000;
const MAX_SUPPLIES = 32;

/** Supplies of the machine as the kernel knows them, and a desktop UPS as UPower does. @param root of sysfs */
export async function linuxPower(run: CommandRunner, root: string, signal: AbortSignal): Promise<Fact<readonly PowerSupply[]>> {
  const folder = join(root, 'class/power_supply');
  const [kernel, ups] = await Promise.all([
    attempt(folder, TIMEOUT_MS, signal, async () => {
      const names = (await namesIn(folder)).sort().slice(0, MAX_SUPPLIES);
      return pooled((await Promise.all(names.map((name) => readSupply(join(folder, name), name)))).filter((supply) => supply !== null));
    }),
    attempt('upower --dump', TIMEOUT_MS, signal, async () => parseUpower((await run('upower', ['--dump'], { timeoutMs: TIMEOUT_MS - 500, signal })).stdout)),
  ]);
  if (!kernel.known || !ups.known) return kernel;
  // UPower knows of a UPS more than the kernel, where it knows it at all.
  return known([...kernel.value.filter(({ kind }) => kind !== 'ups' || ups.value.length === 0), ...ups.value], `${kernel.from}, ${ups.from}`);
}

/** A kernel that knows no supplies has no such folder; one that may not be looked into is something else. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** What a battery holds and gives, in millionths of watts or of amperes (and of their hours). */
interface Store {
  readonly unit: 'energy' | 'charge';
  readonly left: number;
  readonly rate: number;
}

interface Read {
  readonly supply: PowerSupply;
  readonly store: Store | null;
}

/**
 * Two batteries last as long as what both hold, at what the machine takes from them: one that rests takes over, and two that
 * are drawn from at once do not each last as long as they say.
 */
function pooled(read: readonly Read[]): PowerSupply[] {
  const batteries = read.filter(({ supply }) => supply.kind === 'battery');
  const stores = batteries.flatMap(({ store }) => (store ? [store] : []));
  const rate = batteries.reduce((sum, { supply, store }) => sum + (supply.state === 'discharging' ? (store?.rate ?? 0) : 0), 0);
  if (stores.length < 2 || stores.length < batteries.length || rate === 0 || new Set(stores.map(({ unit }) => unit)).size > 1) return read.map(({ supply }) => supply);
  return read.map(({ supply, store }) => (supply.kind === 'battery' && store ? { ...supply, minutesLeft: Math.floor((store.left / rate) * 60) } : supply));
}

async function readSupply(path: string, name: string): Promise<Read | null> {
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
    return type !== 'Mains' && online !== 1 ? null : { supply: { name, kind: 'mains', online: online === null ? null : online > 0, charge: null, state: 'unknown', minutesLeft: null }, store: null };
  }
  if (type !== 'Battery' && type !== 'UPS') return null;
  const state = stateOf(await text('status'));
  const [charge, store] = [await chargeOf(number), await storeOf(number)];
  return { supply: { name, kind: type === 'UPS' ? 'ups' : 'battery', online: null, charge, state, minutesLeft: state === 'discharging' ? await minutesOf(number, store) : null }, store };
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

async function minutesOf(number: NumberAt, store: Store | null): Promise<number | null> {
  const seconds = await number('time_to_empty_now');
  if (seconds !== null && seconds > 0) return Math.floor(seconds / 60);
  return store && store.rate !== 0 ? Math.floor((store.left / store.rate) * 60) : null;
}

async function storeOf(number: NumberAt): Promise<Store | null> {
  for (const [unit, have, flows] of [['energy', 'energy_now', 'power_now'], ['charge', 'charge_now', 'current_now']] as const) {
    const [left, rate] = [await number(have), await number(flows)];
    // Some batteries give the current a sign; one that rests may give none.
    if (left !== null) return { unit, left, rate: Math.abs(rate ?? 0) };
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

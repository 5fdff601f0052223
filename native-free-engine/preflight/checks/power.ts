import type { PowerSupply } from '../facts.ts';
import { MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';
import type { Evidence } from '../types.ts';

const result = resultsOf('power');

/** Running on mains, on a battery or on a UPS, and for how long, against the length of the job. */
export const judgePower: Judge<'power'> = ({ supplies }, { estimate }, limits) => {
  if (!supplies.known) return [unknownResult('power', MACHINE, supplies)];
  const evidence = supplies.value.map((supply) => evidenceOf(supply, supplies.from));
  const batteries = supplies.value.filter(({ kind }) => kind !== 'mains');
  if (batteries.length === 0) return [result(MACHINE, 'fine', 'no-battery', { evidence: [...evidence, { code: 'none', params: {}, from: supplies.from }] })];
  const from = drawnFrom(supplies.value, batteries);
  if (from === 'mains') return [result(MACHINE, 'fine', 'mains', { evidence })];
  if (from === 'unknown') return [result(MACHINE, 'unknown', 'missing-unsupported', { params: { from: supplies.from, detail: '' }, evidence, remedies: [PLUG_IN] })];

  const { charge, minutes } = summed(from);
  const params = { charge: charge ?? '?', minutes: minutes ?? '?' };
  const kind = from.every((each) => each.kind === 'ups') ? 'ups' : 'battery';
  const say = (verdict: 'warning' | 'stop', code: string, more = {}): ReturnType<typeof result>[] => [
    result(MACHINE, verdict, code, { params: { ...params, ...more }, evidence, remedies: [kind === 'ups' ? MAINS_BACK : PLUG_IN] }),
  ];
  // A UPS that runs empty ends nothing where a battery goes on after it.
  const all = summed(batteries).charge;
  if (all !== null && all < limits.batteryStop) return say('stop', `${kind}-low`);
  const needed = estimate.seconds === null ? null : Math.ceil(estimate.seconds / 60);
  if (minutes !== null && needed !== null && minutes < needed + limits.batteryReserve) return say('warning', `${kind}-too-short`, { needed });
  return say('warning', `on-${kind}`);
};

const MAINS_BACK = remedy('mains-back', null, way('by-hand', 'mains-back'));
const PLUG_IN = remedy('plug-in', null, way('by-hand', 'plug-in'));

/** What the machine draws from: mains, or which of its batteries. */
function drawnFrom(supplies: readonly PowerSupply[], batteries: readonly PowerSupply[]): 'mains' | 'unknown' | readonly PowerSupply[] {
  const mains = supplies.filter(({ kind, online }) => kind === 'mains' && online !== null);
  const drained = batteries.filter(({ state }) => state === 'discharging');
  if (mains.some(({ online }) => online === true)) {
    // An adapter counts for more than a battery that is drained on purpose for calibration; behind a UPS that is drained there is no mains.
    const ups = drained.filter(({ kind }) => kind === 'ups');
    return ups.length > 0 ? ups : 'mains';
  }
  if (mains.length > 0 || drained.length > 0) return batteries;
  // Nothing says that it gives power, and nothing that it takes any: that is no mains.
  return batteries.some(({ state }) => state !== 'unknown') ? 'mains' : 'unknown';
}

/** Minutes add up, charge is the mean. */
function summed(batteries: readonly PowerSupply[]): { readonly charge: number | null; readonly minutes: number | null } {
  const charges = batteries.map(({ charge }) => charge).filter((charge) => charge !== null);
  const minutes = batteries.map(({ minutesLeft }) => minutesLeft).filter((left) => left !== null);
  return {
    charge: charges.length === 0 ? null : Math.round(charges.reduce((sum, charge) => sum + charge, 0) / charges.length),
    minutes: minutes.length === 0 ? null : minutes.reduce((sum, left) => sum + left, 0),
  };
}

function evidenceOf({ name, kind, online, charge, state }: PowerSupply, from: string): Evidence {
  if (kind === 'mains') return { code: online ? 'mains-on' : online === false ? 'mains-off' : 'mains-unknown', params: { name }, from };
  return { code: `${kind}-${state}`, params: { name, charge: charge ?? '?' }, from };
}

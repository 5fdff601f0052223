import type { PowerSupply } from '../facts.ts';
import { MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';
import type { Evidence } from '../types.ts';

const result = resultsOf('power');

/** Running on mains, on a battery or on a UPS, and for how long, against the length of the job. */
export const judgePower: Judge<'power'> = ({ supplies }, { estimate }, limits) => {
  if (!supplies.known) return [unknownResult('power', MACHINE, supplies)];
  const evidence = supplies.value.map((supply) => evidenceOf(supply, supplies.from));
  const say = (verdict: 'fine' | 'warning' | 'stop', code: string, params = {}): ReturnType<typeof result>[] => [
    result(MACHINE, verdict, code, { params, evidence, remedies: verdict === 'fine' ? [] : [remedy('plug-in', null, way('by-hand', 'plug-in'))] }),
  ];
  const { batteries, drawn, onMains } = summed(supplies.value);
  if (batteries.length === 0) return say('fine', 'no-battery');
  if (onMains) return say('fine', 'mains');

  const { charge, minutes } = drawn;
  const params = { charge: charge ?? '?', minutes: minutes ?? '?' };
  const kind = batteries.every((each) => each.kind === 'ups') ? 'ups' : 'battery';
  if (charge !== null && charge < limits.batteryStop) return say('stop', `${kind}-low`, params);
  const needed = estimate.seconds === null ? null : Math.ceil(estimate.seconds / 60);
  if (minutes !== null && needed !== null && minutes < needed + limits.batteryReserve) return say('warning', `${kind}-too-short`, { ...params, needed });
  return say('warning', `on-${kind}`, params);
};

/** Batteries are drawn one after the other: their minutes add up, their charge is the mean. */
function summed(supplies: readonly PowerSupply[]): { batteries: readonly PowerSupply[]; drawn: { charge: number | null; minutes: number | null }; onMains: boolean } {
  const batteries = supplies.filter(({ kind }) => kind !== 'mains');
  const mains = supplies.filter(({ kind, online }) => kind === 'mains' && online !== null);
  const draining = batteries.some(({ state }) => state === 'discharging');
  // What a mains adapter says counts for more than a battery that is kept full, or drained on purpose for calibration.
  const onMains = mains.some(({ online }) => online === true) || (mains.length === 0 && !draining);
  const charges = batteries.map(({ charge }) => charge).filter((charge) => charge !== null);
  const minutes = batteries.map(({ minutesLeft }) => minutesLeft).filter((left) => left !== null);
  return {
    batteries, onMains,
    drawn: {
      charge: charges.length === 0 ? null : Math.round(charges.reduce((sum, charge) => sum + charge, 0) / charges.length),
      minutes: minutes.length === 0 ? null : minutes.reduce((sum, left) => sum + left, 0),
    },
  };
}

function evidenceOf({ name, kind, online, charge, state }: PowerSupply, from: string): Evidence {
  if (kind === 'mains') return { code: online ? 'mains-on' : online === false ? 'mains-off' : 'mains-unknown', params: { name }, from };
  return { code: `${kind}-${state}`, params: { name, charge: charge ?? '?' }, from };
}

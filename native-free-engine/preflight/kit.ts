import type { CheckContext, CheckFacts, DiskRef } from './facts.ts';
import type { Thresholds } from './thresholds.ts';
import type { CheckId, CheckResult, CheckSubject, CheckVerdict, Evidence, Fact, Remedy, RemedyAction, RemedyWay, Said, TextParams, VolumeRef } from './types.ts';

/** From the facts of one check to what it says: at least one result, whatever is known. */
export type Judge<C extends CheckId> = (facts: CheckFacts[C], context: CheckContext, limits: Thresholds) => CheckResult[];

export const MACHINE: CheckSubject = { kind: 'machine', id: '', name: '' };

export const diskSubject = ({ id, model, path }: DiskRef): CheckSubject => ({ kind: 'disk', id, name: model || path });

/** `C: Windows`, `/dev/sda2 root`; the number where a partition has neither a device nor a name. */
export function volumeSubject({ diskId, number, device, label }: VolumeRef): CheckSubject {
  const name = [device, label].filter((text) => text !== '').join(' ');
  return { kind: 'partition', id: `${diskId}#${number}`, name: name || `${number}` };
}

export const said = (code: string, params: TextParams = {}): Said => ({ code, params });

/** One way to do something by hand, a step for each code. */
export const way = (code: RemedyWay['code'], ...steps: readonly (string | Said)[]): RemedyWay => ({
  code, steps: steps.map((step) => (typeof step === 'string' ? said(step) : step)),
});

/** "Type this." */
export const typed = (command: string): Said => said('run', { command });

export const remedy = (code: string, action: RemedyAction | null, ...ways: readonly RemedyWay[]): Remedy => ({ code, params: {}, action, commands: [], ways });

interface More {
  readonly params?: TextParams;
  readonly evidence?: readonly Evidence[];
  readonly remedies?: readonly Remedy[];
  /** Of a stop only: it may be accepted all the same. */
  readonly overridable?: boolean;
}

/** Makes the results of one check. */
export function resultsOf(check: CheckId) {
  return (subject: CheckSubject, verdict: CheckVerdict, code: string, more: More = {}): CheckResult => ({
    check, subject, verdict, finding: said(code, more.params), evidence: more.evidence ?? [], remedies: more.remedies ?? [],
    overridable: verdict !== 'stop' || more.overridable === true,
  });
}

type Missing = Extract<Fact<unknown>, { known: false }>;

/** What could not be found out, said as such: never a silent pass. */
export const unknownResult = (check: CheckId, subject: CheckSubject, { reason, from, detail }: Omit<Missing, 'known'>): CheckResult =>
  resultsOf(check)(subject, 'unknown', `missing-${reason}`, { params: { from, detail } });

/** Evidence for a fact: its text with its value, or that it is missing. */
export function shown<T>(fact: Fact<T>, code: string, params: (value: T) => TextParams): Evidence {
  return fact.known ? { code, params: params(fact.value), from: fact.from } : { code: `missing-${fact.reason}`, params: { from: fact.from, detail: fact.detail }, from: fact.from };
}

/**
 * Results for everything that is not fine, and one for all that is: nobody wants to read eleven times that all is well.
 * @param each one result for each subject; evidence of those that are fine is kept together
 */
export function gathered(check: CheckId, each: readonly CheckResult[], fine: string): CheckResult[] {
  if (each.length === 0) return [resultsOf(check)(MACHINE, 'fine', 'not-applicable')];
  const good = each.filter(({ verdict }) => verdict === 'fine');
  if (good.length === 0) return [...each];
  if (good.length === 1 && each.length === 1) return [...each];
  const together = resultsOf(check)(MACHINE, 'fine', fine, { params: { count: good.length }, evidence: good.flatMap(({ evidence }) => evidence) });
  return [...each.filter(({ verdict }) => verdict !== 'fine'), together];
}

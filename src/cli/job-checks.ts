import { AbortError, EngineError } from '../../native-free-engine/index.ts';
import { acceptedAs, DEFAULT_NAME_TEMPLATE, type CheckResult, type CheckVerdict, type Plan, type PreflightOutcome } from '../contract/index.ts';
import { checksOfPlan } from '../jobs/index.ts';
import { findingText, remedyText } from '../texts/index.ts';
import { checkLines, emitCheck, VERDICT_STYLES } from './check-text.ts';
import type { Context } from './context.ts';
import { writtenDisks } from './plan-text.ts';

/** What the command line says about the checks before a job. */
export interface CheckConsent {
  /** False for `--no-checks`. */
  readonly checks: boolean;
  /** Names of warnings, and of stops that may be accepted; {@link ALL_WARNINGS} for every warning. */
  readonly accept: readonly string[];
  /** Nobody is to be asked: `--yes`. */
  readonly yes: boolean;
  /** Conditions of volumes agreed to by name: `--allow`. */
  readonly allow: readonly string[];
  readonly folders: readonly string[];
  readonly nameTemplate: string;
}

/** Those of a job that has nothing to do with an image in a library. */
export const checkConsent = (options: { readonly checks: boolean; readonly accept?: readonly string[]; readonly yes?: boolean }, more: Partial<CheckConsent> = {}): CheckConsent => ({
  checks: options.checks, accept: options.accept ?? [], yes: options.yes ?? false, allow: [], folders: [], nameTemplate: DEFAULT_NAME_TEMPLATE, ...more,
});

export const ALL_WARNINGS = 'warnings';
/** All checks before a job together, milliseconds: nobody waits longer for a disk that does not answer. */
const WITHIN_MS = 4_000;

/** What a check finds that the plan of a capture has agreed to by name as well: nobody is asked twice. */
const SAID_BY_PLAN: Readonly<Record<string, string>> = { 'hibernation:asleep': 'hibernated', 'file-system:dirty': 'dirty', 'file-system:journal': 'journal' };

/**
 * Runs the checks of a plan before it is confirmed and shows what is not fine. Stops end it here, unless they may be
 * accepted and were. Warnings are asked about where somebody can answer; elsewhere they are said, and stand in the report.
 * @returns for the report; null for a plan that has no checks
 * @throws EngineError `check-stop`, `check-acceptable`, `confirmation-needed`; AbortError
 */
export async function checkPlan(context: Context, plan: Plan, consent: CheckConsent): Promise<PreflightOutcome | null> {
  const { texts } = context;
  const request = checksOfPlan(plan, { folders: consent.folders, nameTemplate: consent.nameTemplate, manyMachines: false });
  if (!request) return null;
  if (!consent.checks) {
    context.say(texts('cli:check.skipped'), 'yellow');
    return { results: [], accepted: [], skipped: true };
  }
  const { jobs } = await context.services();
  const controller = new AbortController();
  const stopInterrupts = context.terminal.onInterrupt(() => controller.abort());
  const live = context.terminal.live && !context.json;
  let results: CheckResult[];
  try {
    if (live) context.terminal.draw([texts('cli:check.looking')]);
    results = await jobs.preflight.run(request, { signal: controller.signal, withinMs: WITHIN_MS });
    if (controller.signal.aborted) throw new AbortError();
  } finally {
    if (live) context.terminal.draw([]);
    stopInterrupts();
  }
  const accepted = results.filter((result) => isAccepted(result, plan, consent)).map(acceptedAs);
  show(context, results, accepted);
  const open = results.filter((result) => !accepted.includes(acceptedAs(result)) && !planAsks(result, plan));
  refuse(context, open.filter(({ verdict, overridable }) => verdict === 'stop' && !overridable));
  const asked = await ask(context, open, consent);
  return { results, accepted: [...new Set([...accepted, ...asked])], skipped: false };
}

/** What the plan of a capture had agreed to after the checks, added to what was accepted. */
export function withPlanAgreed(outcome: PreflightOutcome | null, plan: Plan): PreflightOutcome | null {
  if (!outcome) return null;
  const agreed = outcome.results.filter((result) => planAsks(result, plan)).map(acceptedAs);
  return { ...outcome, accepted: [...new Set([...outcome.accepted, ...agreed])] };
}

function isAccepted(result: CheckResult, plan: Plan, { accept, allow }: CheckConsent): boolean {
  const { check, finding, verdict, overridable } = result;
  // Nothing shorter than the flag that spells it out.
  if (check === 'target' && finding.code === 'system-disk') return writtenDisks(plan).some(({ identity, systemDiskAllowed }) => systemDiskAllowed && identity.id === result.subject.id);
  if (verdict === 'fine' || !overridable) return false;
  const condition = SAID_BY_PLAN[`${check}:${finding.code}`];
  if (condition !== undefined && allow.includes(condition)) return true;
  return accept.includes(acceptedAs(result)) || (verdict === 'warning' && accept.includes(ALL_WARNINGS));
}

/** The plan of a capture has this very thing agreed to in words right after. */
function planAsks({ check, finding, subject }: CheckResult, plan: Plan): boolean {
  const condition = SAID_BY_PLAN[`${check}:${finding.code}`];
  if (condition === undefined || plan.kind !== 'capture') return false;
  return plan.stops.some(({ code, partitions }) => code === condition && partitions.some((number) => subject.id === `${plan.disk.id}#${number}`));
}

/** Stops and warnings with what to do, advice in a line each, and what is not known in one line for all of it. */
function show(context: Context, results: readonly CheckResult[], accepted: readonly string[]): void {
  const { texts } = context;
  for (const result of results) emitCheck(context, result, accepted);
  const of = (verdict: CheckVerdict): CheckResult[] => results.filter((result) => result.verdict === verdict);
  for (const result of [...of('stop'), ...of('warning'), ...of('advice')]) {
    context.say(checkLines(context, result, accepted).head, VERDICT_STYLES[result.verdict]);
    if (result.verdict === 'advice') continue;
    for (const remedy of result.remedies) context.say(`    ${texts('cli:check.remedy', { remedy: remedyText(remedy, texts) })}`);
  }
  const unknown = [...new Set(of('unknown').map(({ check }) => texts(`preflight:${check}.title`)))];
  if (unknown.length > 0) context.say(texts('cli:check.notKnown', { checks: unknown.join(', ') }), 'dim');
  if (results.length > 0 && results.every(({ verdict }) => verdict === 'fine' || verdict === 'unknown')) context.say(texts(unknown.length > 0 ? 'cli:check.restFine' : 'cli:check.allFine'), 'green');
}

function refuse({ texts }: Context, [first, ...rest]: readonly CheckResult[]): void {
  if (!first) return;
  const what = [first, ...rest].map((result) => `${texts(`preflight:${result.check}.title`)}: ${findingText(result, texts)}`).join(' ');
  throw new EngineError('check-stop', { what });
}

/** @returns the names that somebody accepted just now */
async function ask(context: Context, open: readonly CheckResult[], { yes }: CheckConsent): Promise<string[]> {
  const { texts, terminal } = context;
  const mayAsk = terminal.canAsk && !context.json && !yes;
  const stops = open.filter(({ verdict }) => verdict === 'stop');
  const names = stops.map(acceptedAs);
  if (stops.length > 0) {
    const what = stops.map((result) => findingText(result, texts)).join(' ');
    const refusal = new EngineError('check-acceptable', { what, names: names.map((name) => `--accept ${name}`).join(' ') });
    if (!mayAsk) throw refusal;
    // In words: what was found, typed over. A "yes" is typed before it is read.
    const expected = [...new Set(stops.map(({ finding }) => finding.code))].join(' ');
    if ((await terminal.ask(texts('cli:check.askStop', { what, expected }))).trim().toLowerCase() !== expected) throw refusal;
  }
  const warnings = open.filter(({ verdict }) => verdict === 'warning');
  if (warnings.length === 0 || !mayAsk) return names;
  const word = texts('cli:confirm.word');
  const answer = await terminal.ask(texts('cli:check.askWarnings', { count: warnings.length, word }));
  if (answer.trim().toLowerCase() !== word) throw new EngineError('confirmation-needed', { what: texts('cli:check.goOn', { count: warnings.length }) });
  return [...names, ...warnings.map(acceptedAs)];
}

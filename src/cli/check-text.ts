import type { CheckResult, CheckVerdict } from '../contract/index.ts';
import { commandText, evidenceTexts, findingText, remedyText, wayTexts } from '../texts/index.ts';
import { acceptedAs } from '../contract/index.ts';
import type { Context } from './context.ts';
import type { Style } from './terminal.ts';

type Speaker = Pick<Context, 'texts'>;

/** One result as a line for programs. */
export function emitCheck(context: Context, result: CheckResult, accepted: readonly string[]): void {
  const { texts } = context;
  context.emit({
    event: 'check', check: result.check, verdict: result.verdict, name: acceptedAs(result), accepted: accepted.includes(acceptedAs(result)), subject: result.subject,
    finding: { ...result.finding, text: findingText(result, texts) },
    evidence: evidenceTexts(result, texts).map((said, index) => ({ ...said, code: result.evidence[index]?.code ?? '', params: result.evidence[index]?.params ?? {} })),
    remedy: result.verdict === 'fine' || !result.remedies[0] ? null : remedyText(result.remedies[0], texts),
    remedies: result.remedies, overridable: result.overridable,
  });
}

/** A sign and a word: nobody has to tell them apart by their colour. */
const MARKS: Readonly<Record<CheckVerdict, string>> = { fine: '✓', advice: 'i', unknown: '?', warning: '!', stop: '✕' };
export const VERDICT_STYLES: Readonly<Record<CheckVerdict, Style | undefined>> = { fine: 'green', advice: undefined, unknown: 'dim', warning: 'yellow', stop: 'red' };

/** What is to be done about it: from an advice on, and of something fine nothing but what it may gain. */
const wantsRemedy = ({ verdict }: CheckResult): boolean => verdict !== 'fine';

/** One result: the verdict and what was found, then the figures, why it matters, and what to do. */
export function checkLines({ texts }: Speaker, result: CheckResult, accepted: readonly string[]): { readonly head: string; readonly rest: string[] } {
  const { check, verdict, subject } = result;
  const about = subject.name === '' ? '' : ` (${subject.name})`;
  const agreed = verdict !== 'fine' && accepted.includes(acceptedAs(result)) ? ` [${texts('cli:check.accepted')}]` : '';
  const head = `${MARKS[verdict]} ${texts(`preflight:verdict.${verdict}`).padEnd(11)} ${texts(`preflight:${check}.title`)}${about}: ${findingText(result, texts)}${agreed}`;
  if (!wantsRemedy(result)) return { head, rest: [] };
  const rest = evidenceTexts(result, texts).map(({ text, from }) => texts('cli:check.evidence', { text, from }));
  if (verdict === 'warning' || verdict === 'stop') rest.push(texts(`preflight:${check}.why`));
  for (const remedy of result.remedies) {
    rest.push(texts('cli:check.remedy', { remedy: remedyText(remedy, texts) }));
    if (remedy.commands.length > 0) rest.push(`  ${texts('cli:check.fix', { check })}`, ...remedy.commands.map((command) => `    ${commandText(command)}`));
    for (const { name, steps } of wayTexts(remedy, texts)) rest.push(`  ${name}:`, ...steps.map((step, index) => `    ${index + 1}. ${step}`));
  }
  if (result.overridable && (verdict === 'warning' || verdict === 'stop' || verdict === 'unknown') && agreed === '') rest.push(texts('cli:check.acceptAs', { name: acceptedAs(result) }));
  return { head, rest };
}

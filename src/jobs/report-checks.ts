import { acceptedAs, type CheckResult, type CheckVerdict, type Report } from '../contract/index.ts';
import { evidenceTexts, findingText, formatBytes, type Language, type Texts } from '../texts/index.ts';
import { html, type Html } from './report-markup.ts';

/** The worst first; what was in order comes last, in fewer words. */
const ORDER: readonly CheckVerdict[] = ['stop', 'warning', 'unknown', 'advice', 'fine'];
const MARKS: Readonly<Record<CheckVerdict, string>> = { fine: '✓', advice: 'i', unknown: '?', warning: '!', stop: '✕' };

/** The checks before a job: what each said, the figures it said it from, and what was accepted. */
export function checksTable({ preflight }: Report, texts: Texts): Html | null {
  if (!preflight || preflight.results.length === 0) return null;
  const { results, accepted } = preflight;
  const shown = ORDER.flatMap((verdict) => results.filter((result) => result.verdict === verdict && verdict !== 'fine'));
  const fine = results.filter(({ verdict }) => verdict === 'fine');
  const rows = shown.map((result) => html`<tr class="${result.verdict}"><td class="verdict"><span aria-hidden="true">${MARKS[result.verdict]}</span> ${texts(`preflight:verdict.${result.verdict}`)}</td>
<td><strong>${titleOf(result, texts)}</strong> ${findingText(result, texts)}${evidence(result, texts)}${agreed(result, accepted, texts)}</td></tr>`);
  const good = fine.length === 0 ? null : html`<tr class="fine"><td class="verdict"><span aria-hidden="true">${MARKS.fine}</span> ${texts('preflight:verdict.fine')}</td>
<td>${fine.map((result) => `${texts(`preflight:${result.check}.title`)}: ${findingText(result, texts)}`).join(' ')}</td></tr>`;
  return html`<table class="checks"><tbody>${rows}${good}</tbody></table>`;
}

const titleOf = ({ check, subject }: CheckResult, texts: Texts): string => `${texts(`preflight:${check}.title`)}${subject.name === '' ? '' : ` (${subject.name})`}:`;

function evidence(result: CheckResult, texts: Texts): Html | null {
  const said = evidenceTexts(result, texts);
  return said.length === 0 ? null : html`<br><span class="small">${said.map(({ text, from }) => (from === '' ? text : `${text} [${from}]`)).join(' · ')}</span>`;
}

function agreed(result: CheckResult, accepted: readonly string[], texts: Texts): Html | null {
  const name = acceptedAs(result);
  return accepted.includes(name) ? html`<br><span class="accepted">${texts('report:accepted', { name })}</span>` : null;
}

/** Maker, model, serial number and so on of the computer, as far as it says: the key of each under `report:fact`, and the value. */
export function machineFacts({ machine }: Report, language: Language): [name: string, value: string][] {
  if (!machine) return [];
  const { maker, model, serial, firmware, memory, processor, system } = machine;
  const facts: [string, string][] = [
    ['machine', [maker, model].filter((part) => part !== '').join(' ')], ['serialNumber', serial], ['processor', processor],
    ['memory', memory > 0 ? formatBytes(memory, language) : ''], ['firmware', firmware], ['system', system],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** The worst of the checks and what was accepted, in lines for a terminal. */
export function checkSummary({ preflight }: Report, texts: Texts): string[] {
  return (preflight?.results ?? [])
    .filter(({ verdict }) => verdict === 'stop' || verdict === 'warning')
    .map((result) => {
      const name = acceptedAs(result);
      const accepted = preflight?.accepted.includes(name) ? ` (${texts('report:accepted', { name })})` : '';
      return `${texts(`preflight:verdict.${result.verdict}`)}: ${titleOf(result, texts)} ${findingText(result, texts)}${accepted}`;
    });
}

import { acceptedAs, type CheckResult, type CheckVerdict, type Report } from '../contract/index.ts';
import { evidenceTexts, findingText, formatBytes, type Language, type Texts } from '../texts/index.ts';
import { html, tableRows, type Html } from './report-markup.ts';

/** The worst first; what was in order comes last, in fewer words. */
const ORDER: readonly CheckVerdict[] = ['stop', 'warning', 'unknown', 'advice', 'fine'];
const MARKS: Readonly<Record<CheckVerdict, string>> = { fine: '✓', advice: 'i', unknown: '?', warning: '!', stop: '✕' };

/** Checks that found something, on paper. */
const ON_PAPER = 8;

/** The checks before a job: what each said, the figures it said it from, and what was accepted. */
export function checksTable({ preflight }: Report, texts: Texts): Html | null {
  if (preflight?.skipped) return html`<p class="warning">${texts('report:checksSkipped')}</p>`;
  if (!preflight || preflight.results.length === 0) return null;
  const { results, accepted } = preflight;
  const shown = ORDER.flatMap((verdict) => results.filter((result) => result.verdict === verdict && verdict !== 'fine'));
  const fine = results.filter(({ verdict }) => verdict === 'fine');
  const rows = shown.map((result) => html`<tr class="${result.verdict}"><td class="verdict"><span aria-hidden="true">${MARKS[result.verdict]}</span> ${texts(`preflight:verdict.${result.verdict}`)}</td>
<td><strong>${titleOf(result, texts)}</strong> ${findingText(result, texts)}${agreed(result, accepted, texts)}${evidence(result, texts)}</td></tr>`);
  const good = fine.map((result) => html`<li><span class="tick" aria-hidden="true">${MARKS.fine}</span><span class="clamp-dense"><strong>${texts(`preflight:${result.check}.title`)}</strong> ${findingText(result, texts)} ${evidence(result, texts)}</span></li>`);
  return html`${rows.length === 0 ? null : html`<table class="checks">${tableRows(rows, ON_PAPER, 2, texts)}</table>`}
${good.length === 0 ? null : html`<h3 class="fine-title">${texts('report:fine', { count: good.length })}</h3><ul class="fine">${good}</ul>`}`;
}

const titleOf = ({ check, subject }: CheckResult, texts: Texts): string => `${texts(`preflight:${check}.title`)}${subject.name === '' ? '' : ` (${subject.name})`}:`;

function evidence(result: CheckResult, texts: Texts): Html | null {
  const said = evidenceTexts(result, texts);
  return said.length === 0 ? null : html`<span class="small evidence">${said.map(({ text, from }) => (from === '' ? text : `${text} [${from}]`)).join(' · ')}</span>`;
}

function agreed(result: CheckResult, accepted: readonly string[], texts: Texts): Html | null {
  const name = acceptedAs(result);
  return accepted.includes(name) ? html` <span class="accepted">${texts('report:accepted', { name })}</span>` : null;
}

/** Maker, model, serial number and so on of the computer, as far as it says: the key of each under `report:fact`, and the value. */
export function machineFacts({ machine, host }: Report, language: Language): [name: string, value: string][] {
  const computer: [string, string] = ['computer', host.name];
  if (!machine) return [computer, ['system', `${host.system} ${host.release}`]];
  const { maker, model, serial, firmware, memory, processor, system } = machine;
  const facts: [string, string][] = [
    computer, ['machine', [maker, model].filter((part) => part !== '').join(' ')], ['serialNumber', serial], ['processor', processor],
    ['memory', memory > 0 ? formatBytes(memory, language) : ''], ['firmware', firmware], ['system', system || `${host.system} ${host.release}`],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** The worst of the checks and what was accepted, in lines for a terminal. */
export function checkSummary({ preflight }: Report, texts: Texts): string[] {
  if (preflight?.skipped) return [texts('report:checksSkipped')];
  return (preflight?.results ?? [])
    .filter(({ verdict }) => verdict === 'stop' || verdict === 'warning')
    .map((result) => {
      const name = acceptedAs(result);
      const accepted = preflight?.accepted.includes(name) ? ` (${texts('report:accepted', { name })})` : '';
      return `${texts(`preflight:verdict.${result.verdict}`)}: ${titleOf(result, texts)} ${findingText(result, texts)}${accepted}`;
    });
}

import type { PlainError, Report } from '../contract/index.ts';
import { ALGORITHM_NAMES, createTexts, diskName, errorText, eventText, formatMoment, formatTime, planSteps, type Language, type ReadIn } from '../texts/index.ts';
import { checksTable, machineFacts } from './report-checks.ts';
import { speedCurve } from './report-curve.ts';
import { lostTable, targetsTable } from './report-disks.ts';
import { factList, jobFacts } from './report-facts.ts';
import { checksumRemark, headline } from './report-headline.ts';
import { badLines, imagingFacts } from './report-imaging.ts';
import { layouts } from './report-layout.ts';
import { html, tableRows, type Html, type Writer } from './report-markup.ts';
import { reportStyle } from './report-style.ts';

/** Rows of each table on paper: two pages have to hold them all. */
const BAD_ON_PAPER = 4;
const EVENTS_ON_PAPER = 4;
const SUMS_ON_PAPER = 4;

/**
 * The report as one self-contained page: no scripts, nothing fetched, everything
 * that came from a disk escaped; for the screen in light and dark, and for one or two pages of paper.
 */
export function reportHtml(report: Report, language: Language, readIn: ReadIn = 'terminal'): string {
  const writer: Writer = { texts: createTexts(language), language, readIn };
  const { texts } = writer;
  const kind = texts(`jobs:kind.${report.plan.kind}`);
  const foot = [report.program, kind, report.host.name, formatMoment(report.startedAt, language)].join(' · ');
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${texts('report:title', { kind })}</title>
<style>${reportStyle(foot, texts)}</style>
</head>
<body class="${muchToSay(report) ? 'dense' : ''}">
<main>
<header class="${report.outcome}">
<p class="kind">${report.program} · ${kind}</p>
<h1><span class="mark" aria-hidden="true">${MARK[report.outcome]}</span>${texts(`jobs:outcome.${report.outcome}`)}</h1>
<p class="headline">${headline(report, texts, language)}</p>
</header>
${section(writer, 'problems', problems(writer, report))}
${section(writer, 'facts', factList(jobFacts(writer, report), texts))}
${section(writer, 'machine', factList(machineFacts(report, language), texts))}
${section(writer, 'imaging', imaging(writer, report))}
${section(writer, 'targets', targetsTable(writer, report))}
${section(writer, report.plan.kind === 'capture' ? 'partitions' : 'layout', layouts(writer, report.plan))}
${section(writer, 'bad', bad(writer, report))}
${section(writer, 'checks', checksTable(report, texts))}
${section(writer, 'events', events(writer, report))}
${section(writer, 'checksums', checksums(writer, report))}
${section(writer, 'speed', speedCurve(report.speedCurve, texts, language))}
${section(writer, 'lost', lostTable(writer, report.plan))}
${section(writer, 'steps', html`<ol class="steps">${planSteps(report.plan, texts).map((step) => html`<li>${step}</li>`)}</ol>`)}
<footer>${texts('report:footer', { program: report.program, version: report.version, name: report.host.name })} ${texts('report:fact.job')} ${report.jobId}.</footer>
</main>
</body>
</html>
`;
  return page.markup;
}

/** Whether smaller letters are needed on paper. */
function muchToSay({ plan, targets, imaging: outcome, preflight, events: around }: Report): boolean {
  const partitions = plan.kind === 'capture' ? plan.partitions.length : plan.kind === 'restore' ? plan.image.partitions.length : 0;
  const found = preflight?.results.filter(({ verdict }) => verdict !== 'fine').length ?? 0;
  return targets.length + partitions + found + around.length + (outcome?.bad.count ?? 0) > ROOMY;
}
const ROOMY = 16;

const MARK: Record<Report['outcome'], string> = { done: '✓', partly: '!', failed: '✕', cancelled: '–', unknown: '?' };

function section({ texts }: Writer, name: string, content: Html | null): Html | null {
  return content && html`<section class="${name}"><h2>${texts(`report:section.${name}`)}</h2>${content}</section>`;
}

function problems({ texts, readIn }: Writer, report: Report): Html | null {
  const found: { who: string; error: PlainError }[] = [];
  if (report.error) found.push({ who: '', error: report.error });
  for (const target of report.targets) {
    const who = `${target.number} · ${diskName({ model: target.model, id: target.disk })}`;
    for (const error of target.error ? [target.error, ...target.notes] : target.notes) found.push({ who, error });
  }
  if (found.length === 0) return null;
  // The same fault of many disks is told once.
  const told = new Map<string, { whose: string[]; error: PlainError }>();
  for (const { who, error } of found) {
    const key = JSON.stringify([error.code, error.params, error.detail]);
    const same = told.get(key);
    if (same) same.whose.push(who);
    else told.set(key, { whose: [who], error });
  }
  const list = [...told.values()].map(({ whose, error }) => {
    const { title, remedy } = errorText(texts, error, readIn);
    const who = whose.filter(Boolean).join('; ');
    return html`<div class="problem"><p><strong>${who ? `${who}: ` : ''}${title}</strong></p> <p>${remedy}</p>
<p class="small">${texts('report:code', { code: error.code })}${error.detail ? ` · ${error.detail}` : ''}</p></div>`;
  });
  return html`${list}`;
}

function imaging({ texts, language }: Writer, { imaging: outcome, plan }: Report): Html | null {
  if (!outcome) return null;
  // The image that is made stands among the facts of the job already.
  const rows = imagingFacts(outcome, plan, texts, language).filter(([name]) => name !== 'location' || plan.kind !== 'capture');
  return rows.length === 0 ? null : factList(rows, texts);
}

function bad({ texts }: Writer, report: Report): Html | null {
  const lines = report.imaging ? badLines(report.imaging, texts) : [];
  if (lines.length === 0) return null;
  const head = ['where', 'files'].map((column) => html`<th scope="col">${texts(`report:column.${column}`)}</th>`);
  const rows = lines.map(({ place, files }) => html`<tr><td>${place}</td><td class="name"><span class="clamp">${files}</span></td></tr>`);
  return html`<table class="places"><thead><tr>${head}</tr></thead>${tableRows(rows, BAD_ON_PAPER, 2, texts)}</table>`;
}

function checksums({ texts }: Writer, report: Report): Html | null {
  const row = (algorithm: string, hex: string, remark: string): Html => html`<tr><th scope="row">${algorithm}</th><td><code>${hex}</code></td><td>${remark}</td></tr>`;
  const readBack = new Map<string, number[]>();
  for (const { sha256, number } of report.targets) if (sha256 !== null) readBack.set(sha256, [...(readBack.get(sha256) ?? []), number]);
  const rows = [
    ...report.checksums.map((checksum) => row(ALGORITHM_NAMES[checksum.algorithm], checksum.hex, checksumRemark(report, checksum, texts))),
    ...(report.files ? [row(texts('report:fileList'), report.files.sha256, texts('report:fileListIs', { count: report.files.count, size: report.files.bytes }))] : []),
    ...[...readBack].map(([hex, numbers]) => row(ALGORITHM_NAMES.sha256, hex, texts('report:readBack', { count: numbers.length, numbers: numbers.join(', ') }))),
  ];
  return rows.length === 0 ? null : html`<table class="sums">${tableRows(rows, SUMS_ON_PAPER, 3, texts)}</table>`;
}

function events({ texts, language }: Writer, report: Report): Html | null {
  if (report.events.length === 0) return null;
  const rows = report.events.map((event) => html`<tr><td class="figure"><time datetime="${event.at}">${formatTime(event.at, language)}</time></td><td>${eventText(event, texts)}</td></tr>`);
  return html`<table>${tableRows(rows, EVENTS_ON_PAPER, 2, texts)}</table>`;
}

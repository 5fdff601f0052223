import type { Partition, PlainError, PlannedDisk, Report, TargetOutcome } from '../contract/index.ts';
import { ALGORITHM_NAMES, createTexts, diskName, errorText, eventText, formatBytes, formatDuration, formatSpeed, formatTime, planSteps, type Language, type Texts } from '../texts/index.ts';
import { speedCurve } from './report-curve.ts';
import { checksTable, machineFacts } from './report-checks.ts';
import { checksumRemark, headline } from './report-headline.ts';
import { badLines, imagingFacts } from './report-imaging.ts';
import { html, type Html } from './report-markup.ts';
import { windowsFacts, winpeFacts } from './report-windows.ts';
import { REPORT_STYLE } from './report-style.ts';

interface Writer {
  readonly texts: Texts;
  readonly language: Language;
}

/**
 * The report as one self-contained page: no scripts, nothing fetched, everything
 * that came from a disk escaped; for the screen in light and dark, and for paper.
 */
export function reportHtml(report: Report, language: Language): string {
  const writer: Writer = { texts: createTexts(language), language };
  const { texts } = writer;
  const kind = texts(`jobs:kind.${report.plan.kind}`);
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${texts('report:title', { kind })}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header class="${report.outcome}">
<p class="kind">${report.program} · ${kind}</p>
<h1><span class="mark" aria-hidden="true">${MARK[report.outcome]}</span>${texts(`jobs:outcome.${report.outcome}`)}</h1>
<p class="headline">${headline(report, texts, language)}</p>
</header>
${problems(writer, report)}
${facts(writer, report)}
${machine(writer, report)}
${targets(writer, report)}
${imaging(writer, report)}
${bad(writer, report)}
${checks(writer, report)}
${events(writer, report)}
${checksums(writer, report)}
${speed(writer, report)}
${lost(writer, report)}
${steps(writer, report)}
<footer>${texts('report:footer', { program: report.program, version: report.version, name: report.host.name })}</footer>
</main>
</body>
</html>
`;
  return page.markup;
}

const MARK: Record<Report['outcome'], string> = { done: '✓', partly: '!', failed: '✕', cancelled: '–' };
const TARGET_MARK: Record<TargetOutcome['outcome'], string> = { verified: '✓', written: '✓', failed: '✕', cancelled: '–' };

function section(title: string, content: Html): Html {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

function problems({ texts }: Writer, report: Report): Html | null {
  const found: { who: string; error: PlainError }[] = [];
  if (report.error) found.push({ who: '', error: report.error });
  for (const target of report.targets) {
    const who = `${target.number} · ${diskName({ model: target.model, id: target.disk })}`;
    if (target.error) found.push({ who, error: target.error });
    for (const error of target.notes) found.push({ who, error });
  }
  if (found.length === 0) return null;
  const list = found.map(({ who, error }) => {
    const { title, remedy } = errorText(texts, error);
    return html`<div class="problem"><p><strong>${who ? `${who}: ` : ''}${title}</strong></p><p>${remedy}</p>
<p class="small">${texts('report:code', { code: error.code })}${error.detail ? ` · ${error.detail}` : ''}</p></div>`;
  });
  return section(texts('report:section.problems'), html`${list}`);
}

function facts(writer: Writer, report: Report): Html {
  const { texts, language } = writer;
  const { plan } = report;
  const when = (iso: string): Html => html`<time datetime="${iso}">${formatMoment(iso, language)}</time>`;
  const rows: [string, Html | string][] = [];
  if (plan.kind === 'write') {
    const { image } = plan;
    rows.push(['image', image.name], ['location', image.location], ['kind', texts(`jobs:image.${image.kind}`)]);
    const size = image.size ?? report.targets.find((target) => target.bytesVerified > 0)?.bytesVerified;
    if (size !== undefined) rows.push(['size', exactBytes(writer, size)]);
    if (image.chain.length > 0) rows.push(['packed', image.chain.join(' › ')]);
  } else if (plan.kind === 'windows-stick') {
    rows.push(...windowsFacts(plan, texts, language));
  } else if (plan.kind === 'iso') {
    rows.push(['location', plan.folder], ['destination', plan.destination], ['label', plan.label], ['size', exactBytes(writer, plan.size)]);
  } else if (plan.kind === 'extract') {
    rows.push(['image', plan.image.name], ['destination', plan.folder], ['size', exactBytes(writer, plan.bytes)]);
  } else if (plan.kind === 'winpe') {
    rows.push(...winpeFacts(plan, texts));
  } else if (plan.kind === 'read' || plan.kind === 'capture') {
    rows.push(['disk', diskTitle(writer, plan.number, plan.disk)], ['destination', plan.destination], ['size', exactBytes(writer, plan.disk.size)]);
  } else if (plan.kind === 'format') {
    rows.push(['fileSystem', texts(`jobs:fileSystem.${plan.fileSystem}`)]);
    if (plan.label) rows.push(['label', plan.label]);
  } else {
    rows.push(['image', plan.image.name], ['size', exactBytes(writer, plan.image.size)]);
    if (plan.kind === 'convert') rows.push(['destination', plan.destination]);
  }
  rows.push(
    ['started', when(report.startedAt)],
    ['ended', when(report.endedAt)],
    ['took', formatDuration(report.elapsedSeconds)],
    ['computer', `${report.host.name} · ${report.host.system} ${report.host.release}`],
    ['program', `${report.program} ${report.version}`],
    ['job', report.jobId],
  );
  const list = rows.map(([name, value]) => html`<div><dt>${texts(`report:fact.${name}`)}</dt><dd>${value}</dd></div>`);
  return section(texts('report:section.facts'), html`<dl>${list}</dl>`);
}

function targets(writer: Writer, report: Report): Html | null {
  const { texts } = writer;
  if (report.targets.length === 0) return null;
  const verified = report.targets.some((target) => target.bytesVerified > 0);
  // A restored disk stays where it is.
  const ejects = report.plan.kind !== 'restore';
  const columns = ['disk', 'outcome', 'written', 'write', ...(verified ? ['verify'] : []), ...(ejects ? ['ejected'] : [])];
  const rows = report.targets.map((target) => html`<tr>
<th scope="row">${diskTitle(writer, target.number, target)}</th>
<td class="outcome ${target.outcome}"><span aria-hidden="true">${TARGET_MARK[target.outcome]}</span> ${texts(`jobs:target.${target.outcome}`)}</td>
<td>${written(writer, target)}</td>
<td class="figure">${rate(writer, target.bytesWritten, target.writeSeconds)}</td>
${verified ? html`<td class="figure">${rate(writer, target.bytesVerified, target.verifySeconds)}</td>` : null}
${ejects ? html`<td>${texts(target.ejected ? 'report:yes' : 'report:no')}</td>` : null}</tr>`);
  const head = columns.map((column) => html`<th scope="col">${texts(`report:column.${column}`)}</th>`);
  return section(texts('report:section.targets'), html`<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`);
}

function written({ texts, language }: Writer, target: TargetOutcome): Html | string {
  if (target.bytesWritten === 0) return '–';
  const skipped = target.bytesSkipped > 0 ? html`<br><span class="small">${texts('report:skipped', { bytes: target.bytesSkipped })}</span>` : null;
  return html`${formatBytes(target.bytesWritten, language)}${skipped}`;
}

function rate({ language }: Writer, bytes: number, seconds: number): Html | string {
  if (bytes === 0 || seconds <= 0) return '–';
  return html`${formatSpeed(bytes / seconds, language)}<br><span class="small">${formatDuration(seconds)}</span>`;
}

function imaging({ texts, language }: Writer, report: Report): Html | null {
  if (!report.imaging) return null;
  const rows = imagingFacts(report.imaging, report.plan, texts, language).map(([name, value]) => html`<div><dt>${texts(`report:fact.${name}`)}</dt><dd>${value}</dd></div>`);
  return section(texts('report:section.imaging'), html`<dl>${rows}</dl>`);
}

function bad({ texts }: Writer, report: Report): Html | null {
  const lines = report.imaging ? badLines(report.imaging, texts) : [];
  if (lines.length === 0) return null;
  const head = ['where', 'files'].map((column) => html`<th scope="col">${texts(`report:column.${column}`)}</th>`);
  const rows = lines.map(({ place, files }) => html`<tr><td>${place}</td><td class="name">${files}</td></tr>`);
  return section(texts('report:section.bad'), html`<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`);
}

function checksums({ texts }: Writer, report: Report): Html | null {
  const rows = report.checksums.map((checksum) => html`<tr><th scope="row">${ALGORITHM_NAMES[checksum.algorithm]}</th><td><code>${checksum.hex}</code></td>
<td>${checksumRemark(report, checksum, texts)}</td></tr>`);
  const readBack = report.targets.filter((target) => target.sha256 !== null).map((target) => html`<tr><th scope="row">${ALGORITHM_NAMES.sha256}</th>
<td><code>${target.sha256}</code></td><td>${texts('report:readBack', { number: target.number })}</td></tr>`);
  if (rows.length + readBack.length === 0) return null;
  return section(texts('report:section.checksums'), html`<table class="sums"><tbody>${rows}${readBack}</tbody></table>`);
}

function speed({ texts, language }: Writer, report: Report): Html | null {
  const curve = speedCurve(report.speedCurve, texts, language);
  return curve ? section(texts('report:section.speed'), curve) : null;
}

function machine({ texts, language }: Writer, report: Report): Html | null {
  const rows = machineFacts(report, language).map(([name, value]) => html`<div><dt>${texts(`report:fact.${name}`)}</dt><dd>${value}</dd></div>`);
  return rows.length === 0 ? null : section(texts('report:section.machine'), html`<dl class="dense">${rows}</dl>`);
}

function checks({ texts }: Writer, report: Report): Html | null {
  const table = checksTable(report, texts);
  return table && section(texts('report:section.checks'), table);
}

function events({ texts, language }: Writer, report: Report): Html | null {
  if (report.events.length === 0) return null;
  const rows = report.events.map((event) => html`<tr><td class="figure"><time datetime="${event.at}">${formatTime(event.at, language)}</time></td><td>${eventText(event, texts)}</td></tr>`);
  return section(texts('report:section.events'), html`<table><tbody>${rows}</tbody></table>`);
}

function lost(writer: Writer, report: Report): Html | null {
  const { plan } = report;
  if (plan.kind !== 'write' && plan.kind !== 'restore' && plan.kind !== 'windows-stick' && plan.kind !== 'winpe' && plan.kind !== 'format') return null;
  const disks = plan.kind === 'format' ? [plan.disk] : plan.disks;
  return section(writer.texts('report:section.lost'), html`${disks.map((disk) => lostDisk(writer, disk))}`);
}

function lostDisk(writer: Writer, disk: PlannedDisk): Html {
  const { texts } = writer;
  const title = html`<h3>${diskTitle(writer, disk.number, disk.identity)}</h3>`;
  if (disk.loses.length === 0) return html`<div class="keep">${title}<p>${texts('report:nothingLost')}</p></div>`;
  const head = ['partition', 'size', 'fileSystem', 'name', 'used'].map((column) => html`<th scope="col">${texts(`report:column.${column}`)}</th>`);
  const rows = disk.loses.map((partition) => lostPartition(writer, partition));
  return html`<div class="keep">${title}<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function lostPartition({ texts, language }: Writer, partition: Partition): Html {
  const role = partition.role === 'unknown' ? '' : texts(`jobs:role.${partition.role}`);
  return html`<tr><td>${partition.number}${role ? `, ${role}` : ''}</td><td class="figure">${formatBytes(partition.length, language)}</td>
<td>${partition.fileSystem?.kind ?? '–'}</td><td class="name">${partition.fileSystem?.label || partition.name || '–'}</td>
<td>${partition.usedBytes === null ? '–' : formatBytes(partition.usedBytes, language)}</td></tr>`;
}

function steps({ texts }: Writer, report: Report): Html {
  const list = planSteps(report.plan, texts).map((step) => html`<li>${step}</li>`);
  return section(texts('report:section.steps'), html`<ol>${list}</ol>`);
}

function diskTitle({ texts, language }: Writer, number: number, disk: { model: string; serial: string; size: number; id?: string; disk?: string }): Html {
  const name = diskName({ model: disk.model, id: disk.id ?? disk.disk ?? '' });
  const serial = disk.serial ? ` · ${texts('report:serial', { serial: disk.serial })}` : '';
  return html`${number} · ${name}<br><span class="small">${formatBytes(disk.size, language)}${serial}</span>`;
}

const exactBytes = ({ language }: Writer, bytes: number): string =>
  `${formatBytes(bytes, language)} (${new Intl.NumberFormat(language).format(bytes)} B)`;

/** A moment in the local time of this computer, with the zone; what cannot be read is shown as it is. */
function formatMoment(iso: string, language: Language): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return new Intl.DateTimeFormat(language, {
    day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
  }).format(moment);
}

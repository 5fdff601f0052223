import type { Report } from '../contract/index.ts';
import { formatBytes, formatDuration, formatMoment, formatSpeed, formatTime, type Language, type Texts } from '../texts/index.ts';
import { diskTitle } from './report-disks.ts';
import { html, type Html, type Writer } from './report-markup.ts';
import { driversFacts, windowsFacts, winpeFacts } from './report-windows.ts';

type Fact = readonly [name: string, value: Html | string];

/** Characters that fit beside two other facts. */
const LONG = 44;
const HASHES: ReadonlySet<string> = new Set(['manifest', 'imageId']);

/** Facts side by side, a long one on a line of its own. The key of each is under `report:fact`. */
export function factList(facts: readonly Fact[], texts: Texts): Html {
  const rows = facts.map(([name, value]) => html`<div${typeof value === 'string' && value.length > LONG ? WIDE : null}><dt>${texts(`report:fact.${name}`)}</dt>
<dd>${HASHES.has(name) ? html`<code>${value}</code>` : html`<span class="clamp">${value}</span>`}</dd></div>`);
  return html`<dl>${rows}</dl>`;
}
const WIDE: Html = html` class="wide"`;

/** What the job was about, when it was, and how long it took. */
export function jobFacts(writer: Writer, report: Report): Fact[] {
  const { texts, language } = writer;
  const { plan } = report;
  const rows: Fact[] = [];
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
  } else if (plan.kind === 'drivers') {
    rows.push(...driversFacts(plan));
  } else if (plan.kind === 'read' || plan.kind === 'capture') {
    rows.push(['disk', diskTitle(writer, plan.number, plan.disk)], ['size', exactBytes(writer, plan.disk.size)], ['destination', plan.destination]);
  } else if (plan.kind === 'format') {
    rows.push(['fileSystem', texts(`jobs:fileSystem.${plan.fileSystem}`)]);
    if (plan.label) rows.push(['label', plan.label]);
  } else {
    rows.push(['image', plan.image.name], ['size', exactBytes(writer, plan.image.size)]);
    if (plan.kind === 'convert') rows.push(['destination', plan.destination]);
  }
  rows.push(
    ['started', html`<time datetime="${report.startedAt}">${longMoment(report.startedAt, language)}</time>`],
    ['ended', html`<time datetime="${report.endedAt}">${endText(report, language)}</time>`],
    ['took', took(writer, report)],
  );
  return rows;
}

/** The end of a job: with its day only where that is another than that of its start. */
function endText({ startedAt, endedAt }: Report, language: Language): string {
  return new Date(startedAt).toDateString() === new Date(endedAt).toDateString() ? formatTime(endedAt, language) : formatMoment(endedAt, language);
}

/** How long it took, and how fast that was where a whole image went through. */
function took({ texts, language }: Writer, { elapsedSeconds, imaging, outcome }: Report): string {
  const time = formatDuration(elapsedSeconds);
  if (!imaging || imaging.resumed || outcome !== 'done' || imaging.usedBytes === 0 || elapsedSeconds <= 0) return time;
  return texts('report:average', { time, speed: formatSpeed(imaging.usedBytes / elapsedSeconds, language) });
}

const exactBytes = ({ language }: Writer, bytes: number): string =>
  `${formatBytes(bytes, language)} (${new Intl.NumberFormat(language).format(bytes)} B)`;

/** A moment in the local time of this computer, with the zone; what cannot be read is shown as it is. */
function longMoment(iso: string, language: Language): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' }).format(moment);
}

import type { Plan, PlannedDisk, Report, TargetOutcome } from '../contract/index.ts';
import { diskName, formatBytes, formatDuration, formatSpeed } from '../texts/index.ts';
import { partitionName } from './report-layout.ts';
import { html, tableRows, type Html, type Writer } from './report-markup.ts';

const TARGETS_ON_PAPER = 16;
const LOST_ON_PAPER = 4;

const MARK: Record<TargetOutcome['outcome'], string> = { verified: '✓', written: '✓', failed: '✕', cancelled: '–', unknown: '?' };

/** How each disk that was written came out of it. */
export function targetsTable(writer: Writer, { targets, plan }: Report): Html | null {
  const { texts } = writer;
  if (targets.length === 0) return null;
  const verified = targets.some((target) => target.bytesVerified > 0);
  // A restored disk stays where it is.
  const ejects = plan.kind !== 'restore';
  const columns = ['disk', 'outcome', 'written', 'write', ...(verified ? ['verify'] : []), ...(ejects ? ['ejected'] : [])];
  const rows = targets.map((target) => html`<tr>
<th scope="row">${diskTitle(writer, target.number, target)}</th>
<td class="outcome ${target.outcome}"><span aria-hidden="true">${MARK[target.outcome]}</span> ${texts(`jobs:target.${target.outcome}`)}</td>
<td>${written(writer, target)}</td>
<td class="figure">${rate(writer, target.bytesWritten, target.writeSeconds)}</td>
${verified ? html`<td class="figure">${rate(writer, target.bytesVerified, target.verifySeconds)}</td>` : null}
${ejects ? html`<td>${texts(target.ejected ? 'report:yes' : 'report:no')}</td>` : null}</tr>`);
  const head = columns.map((column) => html`<th scope="col">${texts(`report:column.${column}`)}</th>`);
  return html`<table><thead><tr>${head}</tr></thead>${tableRows(rows, TARGETS_ON_PAPER, columns.length, texts)}</table>`;
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

/** What was on the disks that were written, before. Null for a job that destroys nothing. */
export function lostTable(writer: Writer, plan: Plan): Html | null {
  if (plan.kind !== 'write' && plan.kind !== 'restore' && plan.kind !== 'windows-stick' && plan.kind !== 'winpe' && plan.kind !== 'format') return null;
  const disks: readonly PlannedDisk[] = plan.kind === 'format' ? [plan.disk] : plan.disks;
  if (disks.length === 0) return null;
  const rows = disks.map((disk) => html`<tr><th scope="row">${diskTitle(writer, disk.number, disk.identity)}</th><td class="name"><span class="clamp">${lostText(writer, disk)}</span></td></tr>`);
  return html`<table class="lost">${tableRows(rows, LOST_ON_PAPER, 2, writer.texts)}</table>`;
}

/** What was on a disk, partition by partition. */
function lostText({ texts, language }: Writer, { loses }: PlannedDisk): string {
  if (loses.length === 0) return texts('report:nothingLost');
  return loses.map((partition) => {
    const { number, length, usedBytes } = partition;
    const size = formatBytes(length, language);
    const what = `${number > 0 ? `${number} ` : ''}${partitionName(partition, texts)}`;
    return usedBytes === null ? `${what}, ${size}` : texts('report:lostUsed', { partition: what, size, used: usedBytes });
  }).join('; ');
}

/** `3 · SanDisk Ultra`, its size and serial number below. */
export function diskTitle({ texts, language }: Writer, number: number, disk: { model: string; serial: string; size: number; id?: string; disk?: string }): Html {
  const name = diskName({ model: disk.model, id: disk.id ?? disk.disk ?? '' });
  const serial = disk.serial ? ` · ${texts('report:serial', { serial: disk.serial })}` : '';
  return html`<span class="disk-name">${number} · ${name}</span> <span class="small">${formatBytes(disk.size, language)}${serial}</span>`;
}

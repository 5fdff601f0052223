import type { ImagingOutcome, PlainError, Report, TargetOutcome } from '../contract/index.ts';
import { ALGORITHM_NAMES, createTexts, diskName, errorText, eventText, formatDuration, formatSpeed, formatTime, type Language, type Texts } from '../texts/index.ts';
import { checkSummary } from './report-checks.ts';
import { checksumRemark, headline } from './report-headline.ts';
import { badLines, imagingFacts, imagingLine } from './report-imaging.ts';

/** The report in some lines for a terminal: how it ended, each disk, what to do about what failed, the checksums. */
export function reportText(report: Report, language: Language): string {
  const texts = createTexts(language);
  const lines = [`${headline(report, texts, language)} ${texts('report:line.took', { time: formatDuration(report.elapsedSeconds) })}`];
  if (report.error) lines.push(...errorLines(texts, report.error, '  '));
  for (const target of report.targets) {
    lines.push(targetLine(texts, language, target));
    for (const error of target.error ? [target.error, ...target.notes] : target.notes) lines.push(...errorLines(texts, error, '      '));
  }
  if (report.imaging) lines.push(...imagingLines(report, report.imaging, texts, language));
  for (const line of checkSummary(report, texts)) lines.push(`  ${line}`);
  for (const event of report.events) lines.push(`  ${formatTime(event.at, language)} ${eventText(event, texts)}`);
  for (const checksum of report.checksums) {
    const remark = checksumRemark(report, checksum, texts);
    const line = texts('report:line.checksum', { algorithm: ALGORITHM_NAMES[checksum.algorithm], hex: checksum.hex });
    lines.push(`  ${line}${remark ? ` (${remark})` : ''}`);
  }
  if (report.files) lines.push(`  ${texts('report:line.files', { count: report.files.count, size: report.files.bytes, hex: report.files.sha256 })}`);
  return lines.join('\n');
}

/** What a terminal shows of the image: all facts but its path, which the headline names, and what could not be read. */
function imagingLines(report: Report, imaging: ImagingOutcome, texts: Texts, language: Language): string[] {
  const told = new Set(['location', 'used', 'stored', 'notes']);
  const summary = imagingLine(imaging, texts);
  return [
    ...(summary && report.plan.kind === 'capture' ? [`  ${summary}`] : []),
    ...imagingFacts(imaging, report.plan, texts, language).filter(([name]) => !told.has(name)).map(([name, value]) => `  ${texts(`report:fact.${name}`)}: ${value}`),
    ...badLines(imaging, texts).map(({ place, files }) => `  ${place}${files ? `: ${files}` : ''}`),
  ];
}

function targetLine(texts: Texts, language: Language, target: TargetOutcome): string {
  const speed = (bytes: number, seconds: number): string | null => (seconds > 0 && bytes > 0 ? formatSpeed(bytes / seconds, language) : null);
  const write = speed(target.bytesWritten, target.writeSeconds);
  const verify = speed(target.bytesVerified, target.verifySeconds);
  const parts = [
    texts(`jobs:target.${target.outcome}`),
    write ? texts('report:line.speeds', { write }) : '',
    verify ? texts('report:line.verified', { verify }) : '',
    target.ejected ? texts('report:line.ejected') : '',
  ];
  return `  ${target.number} ${diskName({ model: target.model, id: target.disk })}: ${parts.filter((part) => part !== '').join(', ')}`;
}

function errorLines(texts: Texts, error: PlainError, indent: string): string[] {
  const { title, remedy } = errorText(texts, error);
  return [`${indent}${title}`, `${indent}${remedy}`];
}

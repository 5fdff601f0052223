import { EngineError } from '../../../native-free-engine/index.ts';
import type { JobState, Report } from '../../contract/index.ts';
import { reportHtml } from '../../jobs/report-html.ts';
import { writeFileAtomically } from './atomic-file.ts';

export type ReportFormat = 'html' | 'json';

/** `werkbank-write-2026-05-04-1312.html`: what was done and when, without characters that a file system refuses. */
export function reportFileName(report: Report, format: ReportFormat): string {
  const stamp = report.startedAt.slice(0, 16).replace('T', '-').replaceAll(':', '');
  return `werkbank-${report.plan.kind}-${stamp}.${format}`;
}

export function findReport(states: readonly JobState[], jobId: string): Report {
  const report = states.find((state) => state.jobId === jobId)?.report;
  if (!report) throw new EngineError('argument-invalid', { what: 'jobId' });
  return report;
}

/** @throws EngineError `destination-unwritable` */
export async function saveReport(report: Report, path: string, format: ReportFormat, language: 'en' | 'nl'): Promise<void> {
  const text = format === 'html' ? reportHtml(report, language) : `${JSON.stringify(report, null, 2)}\n`;
  try {
    await writeFileAtomically(path, text);
  } catch (error) {
    throw new EngineError('destination-unwritable', { path }, { cause: error });
  }
}

import { replaceFile, toEngineError } from '../../../native-free-engine/index.ts';
import type { JobState, PlainError, Report } from '../../contract/index.ts';
import type { HistoryStore } from '../../history/index.ts';
import { reportJson, sumsPath } from '../../jobs/report-files.ts';
import { reportHtml } from '../../jobs/report-html.ts';
import { toPlainError } from '../engine-host/protocol.ts';
import { loggable, type Log } from './log.ts';

export type ReportFormat = 'html' | 'json';

/** `werkbank-write-2026-05-04-1312.html`: what was done and when, without characters that a file system refuses. */
export function reportFileName(report: Report, format: ReportFormat): string {
  const stamp = report.startedAt.slice(0, 16).replace('T', '-').replaceAll(':', '');
  return `werkbank-${report.plan.kind}-${stamp}.${format}`;
}

/** The report of a job that this start of the program knows; null for older ones. */
export const findReport = (states: readonly JobState[], jobId: string): Report | null => states.find((state) => state.jobId === jobId)?.report ?? null;

/** Keeps a report in the history, with the list of files of the medium that was made. A history that cannot be written changes nothing about the job. @returns why it was not kept, else null */
export async function keepReport(history: Pick<HistoryStore, 'add'>, report: Report, sums: string | null, log: Pick<Log, 'error'>): Promise<PlainError | null> {
  try {
    await history.add(report, sums);
    return null;
  } catch (thrown) {
    const error = toEngineError(thrown);
    log.error(loggable(error), 'a report was not kept');
    return toPlainError(error);
  }
}

/**
 * @param sums the list of files of the medium that was made, which goes beside the report
 * @throws EngineError `destination-unwritable`, `destination-full`
 */
export async function saveReport(report: Report, sums: string | null, path: string, format: ReportFormat, language: 'en' | 'nl'): Promise<void> {
  await replaceFile(path, format === 'html' ? reportHtml(report, language, 'window') : reportJson(report));
  if (sums !== null) await replaceFile(sumsPath(path), sums);
}

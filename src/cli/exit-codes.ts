import { ERROR_CODES, type ErrorCategory, type ErrorCode } from '../../native-free-engine/index.ts';
import type { Report } from '../contract/index.ts';

/** The exit codes of the command line, listed in docs/guides/terminal.md. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  source: 4,
  target: 5,
  verify: 6,
  rights: 7,
  /** Of `check`: something to look at, nothing that forbids the job. */
  warnings: 8,
  cancelled: 130,
} as const;

const BY_CATEGORY: Record<ErrorCategory, number> = {
  internal: EXIT.unexpected,
  usage: EXIT.usage,
  refused: EXIT.refused,
  source: EXIT.source,
  target: EXIT.target,
  verify: EXIT.verify,
  rights: EXIT.rights,
};

export function exitCodeOf(errorCode: string): number {
  return Object.hasOwn(ERROR_CODES, errorCode) ? BY_CATEGORY[ERROR_CODES[errorCode as ErrorCode].category] : EXIT.unexpected;
}

/** The error that a job as a whole ended with: its own, else that of its first disk that failed; null when all went well. */
export function errorOfReport(report: Report): Report['error'] {
  return report.error ?? report.targets.find((target) => target.error)?.error ?? null;
}

export function exitCodeOfReport(report: Report): number {
  if (report.outcome === 'done') return EXIT.ok;
  if (report.outcome === 'cancelled') return EXIT.cancelled;
  const error = errorOfReport(report);
  return error ? exitCodeOf(error.code) : EXIT.unexpected;
}

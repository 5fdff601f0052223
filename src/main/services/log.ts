import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { destination, pino, type Logger } from 'pino';
import type { EngineError } from '../../../native-free-engine/index.ts';
import type { JobProgress } from '../../contract/index.ts';

/** Logs of this many starts are kept. */
const KEPT_LOGS = 10;

export type Log = Logger;

/**
 * Starts a new log file and throws the oldest ones away. The log stays on this
 * computer and holds what went wrong and when: names of calls and codes of
 * errors, never serial numbers or the paths of images.
 */
export function openLog(folder: string, startedAt = new Date()): Log {
  mkdirSync(folder, { recursive: true });
  // The time in a file's name sorts, and has no colons, which Windows forbids.
  const stamp = startedAt.toISOString().replaceAll(':', '-');
  const older = readdirSync(folder).filter((name) => /^werkbank-.*\.log$/.test(name)).sort().reverse();
  for (const name of older.slice(KEPT_LOGS - 1)) rmSync(join(folder, name), { force: true });
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ dest: join(folder, `werkbank-${stamp}.log`), sync: true }));
}

/** What the log says of an error. A fault without a name of its own keeps its stack: nothing else says where it came from. */
export function loggable(error: EngineError): Record<string, unknown> {
  const { code, place } = error;
  if (code !== 'unexpected') return { code, place };
  return { code, stack: error.cause instanceof Error ? error.cause.stack : error.stack };
}

/** Writes down what happens around jobs, once each: what and when, not which device. */
export function eventLog(log: Pick<Log, 'warn'>): (progress: Pick<JobProgress, 'jobId' | 'events'>) => void {
  const told = new Map<string, number>();
  return ({ jobId, events }) => {
    for (const { at, code } of events.slice(told.get(jobId) ?? 0)) log.warn({ jobId, at, code }, 'around a job');
    if (events.length > 0) told.set(jobId, events.length);
  };
}

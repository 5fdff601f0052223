import { abortable, AbortError, EngineError, errnoOf, isAbort, known, missing, throwIfAborted, type Fact, type MissingReason } from '../../../native-free-engine/index.ts';
import { within } from '../guarded.ts';
import { patient } from '../patience.ts';

/** This system, or this kind of disk, has no such thing. */
export class NotHere extends Error {
  constructor(detail = '') {
    super(detail);
    this.name = 'NotHere';
  }
}

/** What programs say when they would need more rights; PowerShell held to its constrained language refuses in words of its own. */
const NO_RIGHTS = /permission denied|operation not permitted|access is denied|access denied|must be (run as )?root|are you root|superuser|administrator|0x80041003|0x80070005|language mode|constrained|permissiondenied|unauthorizedaccess/i;

/**
 * Asks one thing, with a time-out of its own. Nothing but cancelling is ever thrown: what cannot be found out is a
 * fact that says why.
 * @param from the command or file that is asked, as it is shown
 */
export async function attempt<T>(from: string, timeoutMs: number, signal: AbortSignal, ask: () => Promise<T>): Promise<Fact<T>> {
  let late = false;
  try {
    throwIfAborted(signal);
    const timer = setTimeout(() => (late = true), patient(timeoutMs));
    return known(await abortable(within(ask(), timeoutMs, from), signal).finally(() => clearTimeout(timer)), from);
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw new AbortError();
    return missing(late ? 'timed-out' : reasonOf(error), from, detailOf(error));
  }
}

function reasonOf(error: unknown): MissingReason {
  if (error instanceof NotHere) return 'unsupported';
  const detail = detailOf(error);
  if (error instanceof EngineError) {
    if (error.code === 'tool-missing') return 'no-tool';
    if (error.code === 'rights-needed') return 'no-rights';
    if (error.code === 'tool-failed' && detail.startsWith('no-answer ')) return 'timed-out';
  }
  const errno = errnoOf(error);
  if (errno === 'EACCES' || errno === 'EPERM' || NO_RIGHTS.test(detail)) return 'no-rights';
  return errno === 'ENOENT' ? 'unsupported' : 'failed';
}

function detailOf(error: unknown): string {
  if (error instanceof EngineError) return String(error.params['detail'] ?? error.params['reason'] ?? error.params['errno'] ?? error.code).slice(0, 300);
  return error instanceof Error ? (error.message || error.name).slice(0, 300) : String(error).slice(0, 300);
}

/** An answer that is not what was asked for. */
export function garbage(tool: string): EngineError {
  return new EngineError('tool-failed', { tool, detail: 'odd-answer' });
}

/** JSON of a program that is supposed to speak it. @throws EngineError `tool-failed` */
export function parsed(tool: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through: another language, a banner, half an answer.
  }
  throw garbage(tool);
}

/** The number at `path` of JSON, null where there is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/** The text at `path` of JSON, empty where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** PowerShell does not write a list of one. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

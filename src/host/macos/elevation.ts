import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { AUTHENTICATION_TIMEOUT_MS, startElevated } from '../elevation.ts';
import type { Elevation } from '../host.ts';

/** Rights through AppleScript's `do shell script ... with administrator privileges`. */
export function createMacElevation(run: CommandRunner): Elevation {
  return {
    isElevated: () => process.geteuid?.() === 0,
    start: (command) => startElevated(command, (program, args) => ({
      ended: run('osascript', ['-e', administratorScript(program, args)], { timeoutMs: AUTHENTICATION_TIMEOUT_MS }),
      name: osascriptError,
      answerWithinMs: AUTHENTICATION_TIMEOUT_MS,
    })),
  };
}

/** One word for the Bourne shell: nothing but a quote can end it. */
export function quoteShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A string of AppleScript's. */
export function quoteAppleScript(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** AppleScript knows no argument array: the words are quoted for its shell, and the whole for AppleScript. It does not wait for the program. */
export function administratorScript(program: string, args: readonly string[]): string {
  const line = `${[program, ...args].map(quoteShell).join(' ')} >/dev/null 2>&1 </dev/null &`;
  return `do shell script ${quoteAppleScript(line)} with administrator privileges`;
}

/** -128 is AppleScript's "User canceled", -60005 a wrong name or password, -60007 no dialogue possible. */
export function osascriptError(code: number | null, stderr: string): EngineError {
  const detail = stderr.trim().slice(0, 300);
  if (/\(-128\)/.test(detail)) return new EngineError('elevation-refused', { reason: 'dismissed', detail });
  if (/\(-60005\)/.test(detail)) return new EngineError('elevation-refused', { reason: 'not-authorised', detail });
  return new EngineError('elevation-unavailable', { reason: 'failed', detail: detail || `exit ${code}` });
}

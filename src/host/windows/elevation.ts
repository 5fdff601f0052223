import { spawnSync } from 'node:child_process';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { AUTHENTICATION_TIMEOUT_MS, startElevated } from '../elevation.ts';
import type { Elevation } from '../host.ts';
import { encodeScript } from './powershell.ts';

/** Lists file system filters: on every Windows, at once, for administrators and nobody else. */
const ADMINISTRATORS_ONLY = 'fltmc.exe';

/** Rights through UAC, by PowerShell's Start-Process with the verb RunAs. */
export function createWindowsElevation(run: CommandRunner): Elevation {
  let elevated: boolean | null = null;
  return {
    isElevated: () => (elevated ??= spawnSync(ADMINISTRATORS_ONLY, { stdio: 'ignore', windowsHide: true }).status === 0),
    start: (command) => startElevated(command, (program, args) => ({
      ended: run('powershell.exe', ['-NoProfile', '-NonInteractive', '-EncodedCommand', encodeScript(runAsScript(program, args))], { timeoutMs: AUTHENTICATION_TIMEOUT_MS }),
      name: uacError,
      answerWithinMs: AUTHENTICATION_TIMEOUT_MS,
    })),
  };
}

/** One argument as Windows programs take their command line apart; the rules of CommandLineToArgvW. */
export function quoteArgument(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  // Backslashes count only in front of a quote: there they are doubled, and the quote gets one of its own.
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** A PowerShell string that nothing in it can end: only quotes count, and typographic ones count as quotes too. */
export function quotePowerShell(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

/** The script that asks; it ends with 123 when the user says no (Windows' error 1223). */
export function runAsScript(program: string, args: readonly string[]): string {
  const line = args.map(quoteArgument).join(' ');
  return [
    '$ErrorActionPreference = "Stop"',
    'try {',
    `  Start-Process -FilePath ${quotePowerShell(program)} -ArgumentList ${quotePowerShell(line)} -Verb RunAs -WindowStyle Hidden`,
    '} catch {',
    '  $inner = $_.Exception',
    '  while ($inner.InnerException) { $inner = $inner.InnerException }',
    '  if ($inner.NativeErrorCode -eq 1223 -or $inner.HResult -eq -2147023673) { exit 123 }',
    '  [Console]::Error.WriteLine($inner.Message)',
    '  exit 1',
    '}',
  ].join('\r\n');
}

export function uacError(code: number | null, stderr: string): EngineError {
  const detail = stderr.trim().slice(0, 300);
  if (code === 123 || /cancel+ed by the user/i.test(detail)) return new EngineError('elevation-refused', { reason: 'dismissed', detail });
  return new EngineError('elevation-unavailable', { reason: 'failed', detail: detail || `exit ${code}` });
}

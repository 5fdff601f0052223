import { EngineError } from '../../base/errors.ts';
import type { Command } from './commands.ts';

/** NetBIOS names are no longer (characters). */
const MAX_NAME = 15;
const PIECE = /%SERIAL%|%RAND:([1-9])%|[A-Za-z0-9-]+/giy;

export type ComputerName =
  /** For `ComputerName` of Microsoft-Windows-Shell-Setup: a fixed name, or `*` for one that Windows makes up. */
  | { readonly kind: 'fixed'; readonly name: string }
  /** Windows knows no patterns outside Autopilot: a command of the specialize pass gives the name, and Windows starts anew. */
  | { readonly kind: 'command'; readonly command: Command };

/**
 * A name or a pattern: `%SERIAL%` is the serial number in the firmware without characters that a name cannot have,
 * `%RAND:4%` are four random digits. What comes out is cut to 15 characters.
 * @throws EngineError `answer-file-computer-name`
 */
export function computerName(wanted: string): ComputerName {
  if (wanted === '*') return { kind: 'fixed', name: '*' };
  if (!wanted.includes('%')) {
    // RFC 1123 and Microsoft's naming conventions: letters, digits, hyphens, not digits alone.
    if (!/^(?!-)[A-Za-z0-9-]{1,15}(?<!-)$/.test(wanted) || /^\d+$/.test(wanted)) throw invalid(wanted);
    return { kind: 'fixed', name: wanted };
  }
  return { kind: 'command', command: { command: renameCommand(wanted), description: 'Computer name', restart: true } };
}

function renameCommand(pattern: string): string {
  const pieces: string[] = [];
  let at = 0;
  let literal = 0;
  while (at < pattern.length) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(pattern);
    if (!match) throw invalid(pattern);
    at += match[0].length;
    const [piece, digits] = match;
    if (digits) pieces.push(`(-join(1..${digits}|%{Get-Random -Max 10}))`);
    else if (piece.startsWith('%')) pieces.push("((gcim Win32_BIOS).SerialNumber-replace'[^A-Za-z0-9-]')");
    else {
      literal += piece.length;
      pieces.push(`'${piece}'`);
    }
  }
  // With nothing left for the varying part all machines would be called the same.
  if (literal >= MAX_NAME - 1 || pattern.startsWith('-')) throw invalid(pattern);
  return `powershell.exe -NoProfile -Command "$n=${pieces.join('+')};Rename-Computer $n.Substring(0,[Math]::Min(${MAX_NAME},$n.Length)).TrimEnd('-') -Force;exit 0"`;
}

const invalid = (name: string): EngineError => new EngineError('answer-file-computer-name', { name });

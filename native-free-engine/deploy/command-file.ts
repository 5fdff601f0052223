import { EngineError } from '../base/errors.ts';

const MAX_LINES = 1000;

/** A command file as cmd.exe reads it. Text that is not ASCII needs the code page said first. @throws EngineError `answer-file-text` */
export function commandFile(lines: readonly string[]): Uint8Array {
  const bad = lines.length > MAX_LINES ? `${lines.length}` : lines.find((line) => /[\0-\x08\n-\x1f]/.test(line) || !line.isWellFormed());
  if (bad !== undefined) throw new EngineError('answer-file-text', { text: bad.replace(/[^ -~]/g, '?').slice(0, 60) });
  const ascii = lines.every((line) => /^[\t -~]*$/.test(line));
  return new TextEncoder().encode(['@echo off', ...(ascii ? [] : ['chcp 65001 >nul']), ...lines, ''].join('\r\n'));
}

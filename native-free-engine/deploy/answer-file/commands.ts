import { EngineError } from '../../base/errors.ts';
import { added, el, type Xml } from './xml-text.ts';

/** A command of an answer file, with what it is for. */
export interface Command {
  readonly command: string;
  readonly description: string;
  /** Windows starts anew after it. */
  readonly restart?: boolean;
}

/** Longest `Path` of a RunSynchronousCommand, characters (Unattended Windows Setup Reference, RunSynchronousCommand). */
export const MAX_COMMAND = 259;
/** Longest `CommandLine` of a SynchronousCommand at first logon, characters. */
export const MAX_LOGON_COMMAND = 1024;

/** One value of the registry of the system being installed. */
export function regAdd(key: string, value: string, type: 'REG_DWORD' | 'REG_SZ', data: string | number, description: string): Command {
  return { command: `reg.exe add "${key}" /v ${value} /t ${type} /d ${typeof data === 'number' ? data : `"${data}"`} /f`, description };
}

/** `RunSynchronous` of Microsoft-Windows-Setup (windowsPE) and Microsoft-Windows-Deployment (specialize). */
export function runSynchronous(commands: readonly Command[]): Xml[] {
  if (commands.length === 0) return [];
  return [el('RunSynchronous', commands.map(({ command, description, restart }, index) => {
    checkLength(command, MAX_COMMAND);
    return added('RunSynchronousCommand', [
      el('Order', String(index + 1)),
      el('Path', command),
      el('Description', description),
      ...(restart ? [el('WillReboot', 'Always')] : []),
    ]);
  }))];
}

/** `FirstLogonCommands` of Microsoft-Windows-Shell-Setup (oobeSystem). */
export function firstLogon(commands: readonly string[]): Xml[] {
  if (commands.length === 0) return [];
  return [el('FirstLogonCommands', commands.map((command, index) => {
    checkLength(command, MAX_LOGON_COMMAND);
    return added('SynchronousCommand', [el('Order', String(index + 1)), el('CommandLine', command)]);
  }))];
}

/** @throws EngineError `answer-file-command-too-long` */
function checkLength(command: string, limit: number): void {
  if (command.length > limit) throw new EngineError('answer-file-command-too-long', { command: `${command.slice(0, 60)}...`, length: command.length, limit });
}

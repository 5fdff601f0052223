import { EngineError, isAbort, toEngineError } from '../../native-free-engine/index.ts';
import { errorText, type Language, type Texts } from '../texts/index.ts';
import type { CliEvent } from './events.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Services } from './services.ts';
import type { Style, Terminal } from './terminal.ts';

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  readonly language: Language;
  readonly texts: Texts;
  /** One JSON object a line instead of words. */
  readonly json: boolean;
  /** The program's version. */
  readonly version: string;
  services(): Promise<Services>;
  /** Services of their own, with the practice disks of another folder. */
  servicesIn(practiceFolder: string): Promise<Services>;
  /** A line for people; silent with `--json`. */
  say(text: string, style?: Style): void;
  /** A line for programs; silent without `--json`. */
  emit(event: CliEvent): void;
}

/** The end of a command that did not get as far as a report. */
export function endWithError(context: Context, thrown: unknown): number {
  const { terminal, texts } = context;
  if (isAbort(thrown)) {
    context.emit({ event: 'ended', ok: false, code: 'cancelled', exitCode: EXIT.cancelled });
    if (!context.json) terminal.errorLine(texts('cli:cancelled'));
    return EXIT.cancelled;
  }
  const error = toEngineError(thrown);
  const exitCode = exitCodeOf(error.code);
  const plain = error.toPlain();
  const words = errorText(texts, plain);
  context.emit({ event: 'ended', ok: false, code: error.code, exitCode, error: { ...plain, ...words } });
  if (!context.json) {
    terminal.errorLine(words.title);
    terminal.errorLine(words.remedy);
  }
  return exitCode;
}

export function endWell(context: Context): number {
  context.emit({ event: 'ended', ok: true, code: null, exitCode: EXIT.ok });
  return EXIT.ok;
}

export const invalid = (what: string): EngineError => new EngineError('argument-invalid', { what });

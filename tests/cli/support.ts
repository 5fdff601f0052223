import { createServices } from './fake-services.ts';
import { run } from '../../src/cli/program.ts';
import type { Services } from '../../src/cli/services.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { AbortError } from '../../native-free-engine/index.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly out: string[];
  readonly err: string[];
  /** Everything drawn over. */
  readonly drawn: string[][];
  /** The lines of `--json`. */
  readonly events: readonly Record<string, unknown>[];
}

export interface Situation {
  readonly services?: Services;
  /** What the user types, in order; with it the terminal is one that can ask. */
  readonly answers?: readonly string[];
  readonly live?: boolean;
  /** Called with the way to press Ctrl+C. */
  readonly interrupt?: (press: () => void) => void;
  readonly onDraw?: () => void;
}

/** Runs the command line against a terminal that remembers. English unless `--lang` says otherwise. */
export async function werkbank(args: readonly string[], situation: Situation = {}): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const drawn: string[][] = [];
  const answers = [...(situation.answers ?? [])];
  const terminal: Terminal = {
    live: situation.live ?? false,
    canAsk: situation.answers !== undefined,
    columns: 100,
    line: (text) => out.push(text),
    errorLine: (text) => err.push(text),
    draw: (lines) => {
      drawn.push([...lines]);
      situation.onDraw?.();
    },
    ask: (question) => {
      out.push(question);
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new AbortError()) : Promise.resolve(answer);
    },
    onInterrupt: (listener) => {
      situation.interrupt?.(listener);
      return () => undefined;
    },
  };
  const services = situation.services ?? createServices();
  const withLanguage = args.includes('--lang') ? args : [...args, '--lang', 'en'];
  const exitCode = await run(withLanguage, terminal, () => Promise.resolve(services));
  const events = args.includes('--json') ? out.map((line) => JSON.parse(line) as Record<string, unknown>) : [];
  return { exitCode, out, err, drawn, events };
}

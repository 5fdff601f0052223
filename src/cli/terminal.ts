import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { AbortError } from '../../native-free-engine/index.ts';
import { printable } from '../texts/printable.ts';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Where the command line reads and writes; the tests bring their own. */
export interface Terminal {
  /** People watch: bars may be drawn over one another. */
  readonly live: boolean;
  /** People can answer questions. */
  readonly canAsk: boolean;
  readonly columns: number;
  line(text: string, style?: Style): void;
  errorLine(text: string): void;
  /** Replaces the lines drawn before by these; an empty list takes them away. */
  draw(lines: readonly string[]): void;
  /** @throws AbortError on Ctrl+C or when the input ends */
  ask(question: string): Promise<string>;
  /** Calls `listener` for Ctrl+C and other ways to be told to stop. Returns the way to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

/** Cut to `columns`, so that a drawn line never wraps. */
export function fit(text: string, columns: number): string {
  const points = [...text];
  return points.length <= columns ? text : `${points.slice(0, Math.max(0, columns - 1)).join('')}…`;
}

/** The terminal this process was started on. */
export function systemTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  let drawn = 0;

  // A reader that goes away (`| head`) must not end a write halfway: the job goes on, unseen.
  const ignore = (): void => undefined;
  stdout.on('error', ignore);
  stderr.on('error', ignore);

  const write = (text: string): void => {
    if (stdout.writable) stdout.write(text);
  };
  const erase = (): string => (drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : '');

  return {
    live: stdout.isTTY === true && process.env['TERM'] !== 'dumb',
    canAsk: stdin.isTTY === true && stdout.isTTY === true,
    get columns() {
      return stdout.columns || 80;
    },
    line(text, style) {
      const safe = printable(text);
      write(`${style ? styleText(style, safe, { stream: stdout }) : safe}\n`);
    },
    errorLine(text) {
      if (stderr.writable) stderr.write(`${printable(text)}\n`);
    },
    draw(lines) {
      const width = (stdout.columns || 80) - 1;
      write(erase() + lines.map((line) => `${fit(printable(line), width)}\n`).join(''));
      drawn = lines.length;
    },
    async ask(question) {
      const reader = createInterface({ input: stdin, output: stdout });
      try {
        return await new Promise<string>((resolve, reject) => {
          reader.on('close', () => reject(new AbortError()));
          reader.on('SIGINT', () => reject(new AbortError()));
          reader.question(`${printable(question)} `).then(resolve, reject);
        });
      } finally {
        reader.close();
      }
    },
    onInterrupt(listener) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
  };
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CliEvent } from '../../src/cli/events.ts';
import { WERKBANK } from './built.ts';
import type { Lab } from './lab.ts';
import { endProcess } from './process.ts';

type EndedEvent = Extract<CliEvent, { event: 'ended' }>;
type ReportEvent = Extract<CliEvent, { event: 'report' }>;

export interface WerkbankEnd {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly events: readonly CliEvent[];
  /** The last line of `--json`; undefined when it was killed before. */
  readonly ended: EndedEvent | undefined;
  readonly report: ReportEvent['report'] | undefined;
  readonly stderr: string;
}

export interface WerkbankRun {
  readonly pid: number;
  readonly end: Promise<WerkbankEnd>;
  kill(signal: NodeJS.Signals): void;
}

export interface WerkbankOptions {
  /** Seconds after which a silent disk is asked for less, opened anew, and given up. */
  readonly stallSeconds?: readonly [reduce: number, restart: number, fail: number];
  readonly onEvent?: (event: CliEvent) => void;
}

/** Starts the terminal program with `--json`, with settings and practice disks of its own in the lab's folder. */
export function startWerkbank(lab: Lab, args: readonly string[], options: WerkbankOptions = {}): WerkbankRun {
  const child = spawn(WERKBANK, [...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOME: lab.folder,
      XDG_DATA_HOME: `${lab.folder}/data`,
      XDG_CONFIG_HOME: `${lab.folder}/config`,
      ...(options.stallSeconds ? { WERKBANK_STALL_SECONDS: options.stallSeconds.join(',') } : {}),
    },
  });
  lab.defer(() => endProcess(child));
  const events: CliEvent[] = [];
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = JSON.parse(line) as CliEvent;
    events.push(event);
    options.onEvent?.(event);
  });
  const end = new Promise<WerkbankEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      const last = events.at(-1);
      resolve({
        exitCode, events, stderr,
        ended: last?.event === 'ended' ? last : undefined,
        report: events.find((event) => event.event === 'report')?.report,
      });
    });
  });
  return { pid: child.pid ?? 0, end, kill: (signal) => void child.kill(signal) };
}

/** Runs the terminal program to its end. */
export async function werkbank(lab: Lab, args: readonly string[], options: WerkbankOptions = {}): Promise<WerkbankEnd> {
  return startWerkbank(lab, args, options).end;
}

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { AbortError, EngineError, errnoOf } from '../../native-free-engine/index.ts';
import { patient } from './patience.ts';

export interface CommandResult {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly timeoutMs?: number;
  /**
   * It may run for as long as it likes and say as much as it likes; only the start of what it says is kept. Cancelled, it is asked to end
   * before it is killed: what mends a file system stops between two steps.
   */
  readonly longLived?: boolean;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** Leaves standard input open: for programs that hold something for as long as it is. It closes by itself when this process ends, however it ends. */
  readonly holdInput?: boolean;
  /** Told of standard output as it comes. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs a system program with an argument array, never through a shell. Tests hand in their own. */
export type CommandRunner = (program: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

const DEFAULT_TIMEOUT_MS = 10_000;
/** Between being asked to end and being killed. */
const STOP_MS = 5_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Only a shell can run one, and a shell would read its arguments anew; Windows takes trailing dots and blanks for nothing. */
const BATCH_FILE = /\.(?:bat|cmd)[. ]*$/i;

/** System programs live in sbin too, which is not on every user's PATH. */
const SEARCH_PATH = process.platform === 'win32' ? process.env['PATH'] : `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;

/** Where {@link runCommand} would find a program, or null. */
export async function findProgram(program: string): Promise<string | null> {
  for (const folder of (SEARCH_PATH ?? '').split(delimiter).filter((each) => each !== '')) {
    const path = join(folder, program);
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
  }
  return null;
}

/** What system programs are run with: found wherever they live, speaking English. */
export const toolEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: SEARCH_PATH, LC_ALL: 'C', LANG: 'C' });

/**
 * The one way system programs are run. An exit code other than 0 is an answer, not an error.
 * @throws EngineError `tool-missing`; `tool-is-batch-file`; `tool-failed` when it gives no answer in time or too much of it
 */
export const runCommand: CommandRunner = (program, args, options = {}) => {
  const timeoutMs = patient(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(new AbortError());
      return;
    }
    if (BATCH_FILE.test(program)) {
      reject(new EngineError('tool-is-batch-file', { tool: program }));
      return;
    }
    const failed = (detail: string, cause?: unknown): EngineError => new EngineError('tool-failed', { tool: program, detail }, { cause });
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(program, [...args], { env: toolEnvironment(), stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    } catch (error) {
      // Some reasons come as an event, others at once: arguments too long, a name that is none.
      reject(failed((error as Error).message, error));
      return;
    }
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;

    const settle = (act: () => void): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      act();
    };
    // A program stuck in the kernel outlives even SIGKILL: the answer does not wait for its end.
    const giveUp = (error: Error): void => {
      child.kill('SIGKILL');
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      settle(() => reject(error));
    };
    let stopping = false;
    const onAbort = (): void => {
      if (!options.longLived) return giveUp(new AbortError());
      stopping = true;
      child.kill('SIGTERM');
      timer = setTimeout(() => giveUp(new AbortError()), STOP_MS);
    };
    let timer = options.longLived ? undefined : setTimeout(() => giveUp(failed(`no-answer ${timeoutMs} ms`)), timeoutMs);
    options.signal?.addEventListener('abort', onAbort, { once: true });

    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MAX_OUTPUT_BYTES) output[name].push(chunk);
        else if (!options.longLived) giveUp(failed('too-much-output'));
      });
    }
    child.on('error', (error) => {
      const missing = errnoOf(error) === 'ENOENT';
      settle(() => reject(missing ? new EngineError('tool-missing', { tool: program }, { cause: error }) : failed(error.message, error)));
    });
    child.on('close', (code) => {
      settle(() => stopping ? reject(new AbortError()) : resolve({ code, stdout: Buffer.concat(output.stdout).toString('utf8'), stderr: Buffer.concat(output.stderr).toString('utf8') }));
    });
    if (options.onOutput) {
      const decoder = new StringDecoder('utf8');
      child.stdout.on('data', (chunk: Buffer) => options.onOutput?.(decoder.write(chunk)));
    }
    // A program that ends without reading its input is no reason to fail.
    child.stdin.on('error', () => undefined);
    if (options.holdInput) child.stdin.write(options.input ?? '');
    else child.stdin.end(options.input ?? '');
  });
};

/** Standard output of a program that has to succeed. @throws EngineError `tool-missing`, `tool-failed` */
export async function outputOf(run: CommandRunner, program: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new EngineError('tool-failed', { tool: program, detail: stderr.trim().slice(0, 500) || `exit ${code}` });
  return stdout;
}

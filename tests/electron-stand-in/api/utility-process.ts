/** electron.utilityProcess: a Node process of its own, spoken to by structured clone. */
import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { app } from './app.ts';
import { strict, strictEmitter } from '../strict.ts';

type Stdio = 'pipe' | 'ignore' | 'inherit';

interface ForkOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
  readonly stdio?: Stdio | readonly Stdio[];
  readonly serviceName?: string;
}

const BOOTSTRAP = join(import.meta.dirname, '..', 'utility', 'bootstrap.ts');
const Base = strictEmitter('electron.UtilityProcess', ['spawn', 'exit', 'message', 'error']);

class UtilityProcess extends Base {
  readonly #child: ChildProcess;
  #ended = false;

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super();
    const [, out = 'inherit', err = 'inherit'] = typeof options.stdio === 'string' ? [options.stdio, options.stdio, options.stdio] : options.stdio ?? [];
    this.#child = fork(BOOTSTRAP, [modulePath, ...args], {
      env: options.env ?? process.env,
      execArgv: [...(options.execArgv ?? [])],
      stdio: ['ignore', out, err, 'ipc'],
      serialization: 'advanced',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#child.once('spawn', () => { this.emit('spawn'); });
    this.#child.on('message', (message) => { this.emit('message', message); });
    this.#child.on('error', (error) => { if (!this.#ended) console.error(`stand-in: ${modulePath}:`, error); });
    this.#child.once('exit', (code, signal) => {
      this.#ended = true;
      this.emit('exit', code ?? (signal ? constants.signals[signal] : 1));
    });
    // A child that Electron would take down with itself; without the main process the channel closes too.
    const end = (): void => { this.#child.kill('SIGKILL'); };
    process.on('exit', end);
    this.#child.once('exit', () => { process.off('exit', end); });
  }

  get pid(): number | undefined { return this.#ended ? undefined : this.#child.pid; }
  get stdout(): Readable | null { return this.#child.stdout; }
  get stderr(): Readable | null { return this.#child.stderr; }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new Error('stand-in: electron.UtilityProcess.postMessage with ports is not provided');
    // Electron drops what is sent to a process that has ended.
    if (this.#child.connected) this.#child.send(message as object);
  }

  /** Asks the process to end; false when it has already. */
  kill(): boolean {
    return !this.#ended && this.#child.kill('SIGTERM');
  }
}

export const utilityProcess = strict('electron.utilityProcess', {
  fork(modulePath: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess {
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready.');
    return new UtilityProcess(modulePath, args, options);
  },
});

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { toolEnv } from './tool.ts';

type EndSignal = 'SIGTERM' | 'SIGKILL';

/**
 * Starts a long-running tool that cannot outlive this process: the kernel ends
 * it when we die, even by SIGKILL, so that an interrupted test run leaves no
 * emulator behind.
 */
export function spawnBound(program: string, args: readonly string[], options: SpawnOptions & { endWith?: EndSignal } = {}): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', options.endWith ?? 'SIGTERM', '--', program, ...args], { env: toolEnv, ...options });
}

/** Ends a process and waits for it; harder after three seconds. */
export async function endProcess(child: ChildProcess, signal: EndSignal = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const harder = setTimeout(() => child.kill('SIGKILL'), 3000);
  await exited;
  clearTimeout(harder);
}

import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { EngineError } from '../../../native-free-engine/index.ts';
import { ChannelEnds, type Channel } from '../engine-host/channel.ts';

/**
 * Threads for disk work. Node's four would be taken by the first disk that
 * hangs, and the healthy ones beside it would starve.
 */
const IO_THREADS = '16';

/** The engine host's own file, beside this one once built. */
export const ENGINE_HOST_FILE = join(import.meta.dirname, 'engine-host.js');

/**
 * Starts an engine host as a utility process, with the user's own rights.
 * @param onLine told of each line it writes to its standard error
 */
export function startEngineProcess(hostArguments: readonly string[], onLine: (line: string) => void): Channel {
  const ends = new ChannelEnds();
  const child = utilityProcess.fork(ENGINE_HOST_FILE, [...hostArguments], {
    serviceName: 'Werkbank engine host',
    stdio: 'pipe',
    env: { ...process.env, UV_THREADPOOL_SIZE: IO_THREADS },
  });
  child.stderr?.on('data', (chunk: Buffer) => onLine(chunk.toString('utf8').trimEnd()));
  child.stdout?.resume();
  child.on('message', (message: unknown) => ends.deliver(message));
  child.on('exit', (code: number) => ends.end(new EngineError('unexpected', { detail: `engine host ended with code ${code}` })));
  return {
    send(message) {
      if (!ends.closed) child.postMessage(message);
    },
    onMessage: (listener) => ends.onMessage(listener),
    onClose: (listener) => ends.onClose(listener),
    close() {
      child.kill();
    },
  };
}

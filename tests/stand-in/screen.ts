import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A screen in memory, under a number that nobody else has; gone after the test. @returns what `DISPLAY` is to be */
export async function startScreen(): Promise<string> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  onTestFinished(() => { screen.kill(); });
  // Said as soon as it takes connections.
  const [number] = await once(screen.stdio[3] as Readable, 'data') as [Buffer];
  return `:${number.toString().trim()}`;
}

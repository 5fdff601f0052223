import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a program started with other rights finds the one that started it. */
export interface Rendezvous {
  readonly socketPath: string;
  /** Holds the token; readable by this user (and administrators) only. */
  readonly tokenPath: string;
  readonly token: string;
  /** Removes whatever is left. */
  close(): Promise<void>;
}

/** A private folder (mode 0700) with a one-time token in a file (0600) and a place for a socket; a named pipe on Windows. */
export async function createRendezvous(): Promise<Rendezvous> {
  const folder = await mkdtemp(join(tmpdir(), 'werkbank-'));
  const token = randomBytes(32).toString('hex');
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, token, { mode: 0o600, flag: 'wx' });
  const socketPath = process.platform === 'win32' ? `\\\\.\\pipe\\werkbank-${randomBytes(16).toString('hex')}` : join(folder, 'socket');
  return { socketPath, tokenPath, token, close: () => rm(folder, { recursive: true, force: true }) };
}

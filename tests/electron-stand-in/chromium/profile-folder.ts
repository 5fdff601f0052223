/** Chromium's profile: a temporary folder, gone when the stand-in ends. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^electron-stand-in-(\d+)-/;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes profiles whose stand-in was killed before it could tidy up; the owner's process id is in the name. */
function sweep(): void {
  for (const entry of readdirSync(tmpdir())) {
    const owner = NAME.exec(entry)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) removeProfile(join(tmpdir(), entry));
  }
}

export function makeProfile(): string {
  sweep();
  return mkdtempSync(join(tmpdir(), `electron-stand-in-${process.pid}-`));
}

export function removeProfile(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  } catch {
    // Chromium's last child may still be writing: the next start sweeps it.
  }
}

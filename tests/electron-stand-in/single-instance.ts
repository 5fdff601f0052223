/**
 * One instance for each userData folder. The lock is a file holding the
 * owner's process id; a second instance leaves a note beside it, which the
 * first one is watching for. Files, because Electron answers synchronously.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SecondInstance {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly additionalData: unknown;
}

const NOTE = /^stand-in-note-\d+\.json$/;

function ownerRuns(lock: string): boolean {
  const pid = Number(readFileSync(lock, 'utf8'));
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function take(lock: string): boolean {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (ownerRuns(lock)) return false;
      rmSync(lock, { force: true });
    }
  }
}

/** The function that gives the lock back, or null when another instance has it (and has now been told). */
export function lockSingleInstance(folder: string, additionalData: unknown, onSecond: (other: SecondInstance) => void): (() => void) | null {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'stand-in-lock');
  if (!take(lock)) {
    const note: SecondInstance = { argv: process.argv, workingDirectory: process.cwd(), additionalData };
    const path = join(folder, `stand-in-note-${process.pid}.json`);
    writeFileSync(`${path}.part`, JSON.stringify(note));
    renameSync(`${path}.part`, path);
    return null;
  }
  const readNotes = (): void => {
    for (const name of readdirSync(folder).filter((entry) => NOTE.test(entry))) {
      const path = join(folder, name);
      const note = JSON.parse(readFileSync(path, 'utf8')) as SecondInstance;
      rmSync(path, { force: true });
      onSecond(note);
    }
  };
  const watcher = watch(folder, { persistent: false }, readNotes);
  const unlock = (): void => {
    watcher.close();
    rmSync(lock, { force: true });
  };
  process.on('exit', unlock);
  return unlock;
}

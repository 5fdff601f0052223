import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Undo = () => Promise<unknown> | void;

/** A temporary folder and everything that must be undone before it goes. */
export interface Lab {
  readonly folder: string;
  /** Undo steps run in reverse order when the lab closes, all of them, even when one fails. */
  defer(undo: Undo): void;
  /** A step before all undo steps: lets go what would make them wait, a stalled disk for example. */
  beforeClose(step: Undo): void;
  close(): Promise<void>;
}

const MEMORY = '/dev/shm';
const ROOM_IN_MEMORY = 1 << 30;

/** Where files of many GiB that are nearly all holes are best kept: holes of files in memory are read without taking up memory. */
export async function folderForHoles(): Promise<string> {
  const memory = await statfs(MEMORY).catch(() => null);
  return memory && memory.bavail * memory.bsize > ROOM_IN_MEMORY ? MEMORY : tmpdir();
}

/** A lab for callers with their own clean-up (a Playwright fixture); call `close()`. */
export async function openLab(parent = tmpdir()): Promise<Lab> {
  const folder = await mkdtemp(join(parent, 'werkbank-lab-'));
  const undos: Undo[] = [];
  const first: Undo[] = [];
  return {
    folder,
    defer: (undo) => void undos.push(undo),
    beforeClose: (step) => void first.push(step),
    async close() {
      const failures: unknown[] = [];
      const steps = [...undos.splice(0), ...first.splice(0)];
      for (let undo = steps.pop(); undo; undo = steps.pop()) {
        try {
          await undo();
        } catch (error) {
          failures.push(error);
        }
      }
      // A file system that could not be unmounted must not be emptied.
      if (failures.length > 0) throw new AggregateError(failures, `could not clean up ${folder}: ${failures.map(String).join('; ')}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

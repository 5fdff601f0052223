import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder and everything that must be undone before it goes. */
export interface Lab {
  readonly folder: string;
  /** Undo steps run in reverse order when the lab closes, all of them, even when one fails. */
  defer(undo: () => Promise<unknown> | void): void;
  close(): Promise<void>;
}

/** A lab for callers with their own clean-up (a Playwright fixture); call `close()`. */
export async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'werkbank-lab-'));
  const undos: (() => Promise<unknown> | void)[] = [];
  return {
    folder,
    defer: (undo) => void undos.push(undo),
    async close() {
      const failures: unknown[] = [];
      for (let undo = undos.pop(); undo; undo = undos.pop()) {
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

import { rm } from 'node:fs/promises';
import { writeWholeFile } from './node-new-file.ts';
import { partName } from './node-open.ts';
import type { Wim } from './open.ts';
import { planSplit } from './split.ts';

/** How files that are made by moving bytes are written. */
export interface WriteFilesOptions {
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Bytes written so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes the parts of a split WIM: `first`, and beside it `name2.swm`, `name3.swm`, .... When one cannot be written, none stays.
 * @returns the paths of the parts
 * @throws EngineError as {@link planSplit}, `destination-exists`, `destination-full`, `destination-unwritable`, what the WIM's sources throw; AbortError
 */
export async function splitToFiles(wim: Wim, first: string, maxPartBytes: number, options: WriteFilesOptions = {}): Promise<string[]> {
  const parts = planSplit(wim, maxPartBytes);
  const total = parts.reduce((sum, { source }) => sum + source.size, 0);
  const made: string[] = [];
  let done = 0;
  try {
    for (const { number, source } of parts) {
      const path = partName(first, number);
      await writeWholeFile(path, source, { ...options, onBytes: (bytes) => options.onProgress?.((done += bytes), total) });
      made.push(path);
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    throw error;
  }
  return made;
}

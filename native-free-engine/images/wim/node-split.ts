import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '../../base/errors.ts';
import { openFileSource } from '../../io/node-file.ts';
import { syncFolder } from '../../io/node-sync-folder.ts';
import type { WimHeader } from './header.ts';
import { checkFree, checkRoom, giveName, makeUnnamed, unnamed, unwritable, writeWholeFile } from './node-new-file.ts';
import { partName } from './node-open.ts';
import { readWimHeader, type Wim } from './open.ts';
import { planSplit } from './split.ts';

/** How files that are made by moving bytes are written. */
export interface WriteFilesOptions {
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Bytes written so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes the parts of a split WIM: `first`, and beside it `name2.swm`, `name3.swm`, .... When one cannot be written, none stays, and what was
 * to be replaced does. They get their names when all are whole, the first part last. Of a set that is replaced, the parts that have no
 * successor go before its first one, which names them. So no other parts are ever taken for those of the first one: a power cut in between
 * leaves no first part or one that lacks parts, and splitting again ends it.
 * @returns the paths of the parts
 * @throws EngineError as {@link planSplit}, `destination-exists`, `destination-full`, `destination-unwritable`, what the WIM's sources throw; AbortError
 */
export async function splitToFiles(wim: Wim, first: string, maxPartBytes: number, options: WriteFilesOptions = {}): Promise<string[]> {
  const parts = planSplit(wim, maxPartBytes);
  const total = parts.reduce((sum, { source }) => sum + source.size, 0);
  const paths = parts.map(({ number }) => partName(first, number));
  await checkRoom(first, total);
  for (const path of paths) await checkFree(path, options.overwrite ?? false);
  const named: string[] = [];
  let done = 0;
  try {
    for (const [index, { source }] of parts.entries()) {
      await writeWholeFile(paths[index]!, source, { ...options, onBytes: (bytes) => options.onProgress?.((done += bytes), total) }, makeUnnamed);
    }
    for (const path of await surplusParts(first, paths.length)) await rm(path).catch(unwritable(path));
    await syncFolder(dirname(first));
    await rm(first, { force: true }).catch(unwritable(first));
    await syncFolder(dirname(first));
    for (const path of paths.toReversed()) {
      if (path === first) await syncFolder(dirname(first));
      await giveName(path);
      named.push(path);
    }
    await syncFolder(dirname(first));
  } catch (error) {
    for (const path of [...paths.map(unnamed), ...named]) await rm(path, { force: true });
    throw error;
  }
  return paths;
}

/** The parts, beyond `count`, of the set that `first` belongs to, by what they say themselves; the last one first. */
async function surplusParts(first: string, count: number): Promise<string[]> {
  const old = await headerOf(first);
  const surplus: string[] = [];
  for (let number = old?.partCount ?? 0; number > count; number--) {
    const path = partName(first, number);
    const header = await headerOf(path);
    if (old && header?.guid === old.guid && header.partNumber === number && header.partCount === old.partCount) surplus.push(path);
  }
  return surplus;
}

/** Null for what is no WIM, or not there. */
async function headerOf(path: string): Promise<WimHeader | null> {
  const source = await openFileSource(path).catch(nullFor);
  return source && readWimHeader({ path, source }).catch(nullFor).finally(() => source.close());
}

function nullFor(error: unknown): null {
  if (error instanceof EngineError) return null;
  throw error;
}

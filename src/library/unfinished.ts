import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EngineError, journalPath, partialPath, partPath, readJournal } from '../../native-free-engine/index.ts';
import type { UnfinishedCapture } from '../contract/index.ts';
import { fileSize } from './folder-files.ts';

/** More pieces than this no image has. */
const MAX_PARTS = 999;
/** Notes of two million clusters and more; a larger file is no journal. */
const MAX_JOURNAL_BYTES = 192 * 1024 * 1024;

/**
 * The interrupted capture that would become the image at `path`; null when there is none.
 * @throws EngineError `image-manifest-invalid`, `image-unreadable` when its notes are of no use
 */
export async function readUnfinished(path: string): Promise<UnfinishedCapture | null> {
  const size = await fileSize(journalPath(path));
  if (size === null) return null;
  if (size > MAX_JOURNAL_BYTES) throw new EngineError('image-manifest-invalid', { path: journalPath(path), reason: 'too large' });
  const found = await readJournal(path, null);
  if (!found) return null;
  const { createdAt, source, partBytes } = found.head;
  return { path, startedAt: createdAt, storedBytes: await storedSoFar(path, partBytes > 0), source };
}

async function storedSoFar(path: string, split: boolean): Promise<number> {
  if (!split) return (await fileSize(partialPath(path))) ?? 0;
  let total = 0;
  for (let index = 0; index < MAX_PARTS; index++) {
    const bytes = (await fileSize(partialPath(partPath(path, index)))) ?? (await fileSize(partPath(path, index)));
    if (bytes === null) break;
    total += bytes;
  }
  return total;
}

/** Removes what an interrupted capture left behind. Finished images stay. @throws EngineError `image-unreadable` */
export async function discardUnfinished(path: string): Promise<void> {
  const own = basename(path);
  const names = await readdir(dirname(path)).catch(() => []);
  const partial = names.filter((name) => name.startsWith(own) && /^(?:\.\d{3}|\.json|\.sums)?\.partial$/.test(name.slice(own.length)));
  for (const name of partial) await rm(join(dirname(path), name), { force: true });
  // Last: while it is there, what is left is known to be of no use.
  await rm(journalPath(path), { force: true });
}

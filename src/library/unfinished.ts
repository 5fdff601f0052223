import { journalPath, partialPath, partPath, readJournalHead } from '../../native-free-engine/index.ts';
import type { UnfinishedCapture } from '../contract/index.ts';
import { fileSize } from './folder-files.ts';

/** More pieces than this no image has. */
const MAX_PARTS = 999;

/**
 * The interrupted capture that would become the image at `path`; null when there is none.
 * @throws EngineError `image-manifest-invalid`, `image-unreadable` when its notes are of no use
 */
export async function readUnfinished(path: string): Promise<UnfinishedCapture | null> {
  // A pipe by that name would never answer.
  const head = (await fileSize(journalPath(path))) === null ? null : await readJournalHead(path);
  if (!head) return null;
  const { createdAt, source, partBytes } = head;
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

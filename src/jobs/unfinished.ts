import { stat } from 'node:fs/promises';
import { partialPath, partPath, readJournal } from '../../native-free-engine/index.ts';
import type { UnfinishedCapture } from '../contract/index.ts';

/** More pieces than this no image has. */
const MAX_PARTS = 999;

/** The interrupted capture that would become the image at `path`; null when there is none. @throws EngineError `image-manifest-invalid`, `image-unreadable` */
export async function unfinishedCapture(path: string): Promise<UnfinishedCapture | null> {
  const found = await readJournal(path, null);
  if (!found) return null;
  const { createdAt, source, partBytes } = found.head;
  return { path, startedAt: createdAt, storedBytes: await storedSoFar(path, partBytes > 0), source };
}

async function storedSoFar(path: string, split: boolean): Promise<number> {
  if (!split) return sizeOf(partialPath(path));
  let total = 0;
  for (let index = 0; index < MAX_PARTS; index++) {
    const bytes = await sizeOf(partialPath(partPath(path, index)));
    if (bytes === 0) break;
    total += bytes;
  }
  return total;
}

const sizeOf = (path: string): Promise<number> => stat(path).then(({ size }) => size, () => 0);

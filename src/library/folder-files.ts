import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, errnoOf } from '../../native-free-engine/index.ts';

/** Enough for the largest bench; a folder that holds more is none that somebody made for images. */
const MAX_ENTRIES = 20_000;
const MAX_SUBFOLDERS = 500;

export interface FolderFile {
  readonly path: string;
  readonly folder: string;
  readonly name: string;
}

/**
 * The ordinary files of a folder and of the folders directly in it, by path. Links are not followed:
 * a folder of images leads nowhere else.
 * @throws EngineError `image-not-found`, `image-unreadable` when the folder itself cannot be read
 */
export async function filesIn(folder: string): Promise<FolderFile[]> {
  const files: FolderFile[] = [];
  const subfolders: string[] = [];
  const read = async (path: string, deeper: boolean): Promise<void> => {
    for await (const entry of await opendir(path)) {
      if (files.length >= MAX_ENTRIES) return;
      if (entry.isFile()) files.push({ path: join(path, entry.name), folder: path, name: entry.name });
      else if (deeper && entry.isDirectory() && subfolders.length < MAX_SUBFOLDERS) subfolders.push(join(path, entry.name));
    }
  };
  try {
    await read(folder, true);
  } catch (error) {
    const errno = errnoOf(error);
    throw errno === 'ENOENT' ? new EngineError('image-not-found', { path: folder }, { cause: error }) : new EngineError('image-unreadable', { path: folder, errno }, { cause: error });
  }
  // One of them that may not be read hides none of the others.
  for (const path of subfolders) await read(path, false).catch(() => undefined);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Bytes of an ordinary file, null when there is none: a pipe or a link by that name is none either. */
export async function fileSize(path: string): Promise<number | null> {
  const stats = await lstat(path).catch(() => null);
  return stats?.isFile() ? stats.size : null;
}

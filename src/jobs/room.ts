import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError, ownImageWith } from '../../native-free-engine/index.ts';

/** What a file system that an image goes to can take. */
export interface Room {
  /** Bytes free for us; null when it cannot be told. */
  readonly freeBytes: number | null;
  /** Bytes of the largest file; null when there is no limit worth a word. */
  readonly maxFileBytes: number | null;
  /** What lies there takes memory. */
  readonly inMemory: boolean;
}

/** statfs(2): the magic number of FAT on Linux, and the type of msdosfs on macOS. */
const FAT_TYPES = new Set([0x4d44, 0x1c]);
/** The same of tmpfs and ramfs on Linux. */
const MEMORY_TYPES = new Set([0x0102_1994, 0x8584_58f6]);
const FAT_MAX_FILE = 2 ** 32 - 1;

/** @param folder one that exists, or is to be made in one that does */
export async function roomIn(folder: string): Promise<Room> {
  try {
    const { bavail, bsize, type } = await statfs(folder);
    return { freeBytes: bavail * bsize, maxFileBytes: FAT_TYPES.has(type) ? FAT_MAX_FILE : null, inMemory: MEMORY_TYPES.has(type) };
  } catch {
    const above = dirname(folder);
    return above === folder ? { freeBytes: null, maxFileBytes: null, inMemory: false } : roomIn(above);
  }
}

/**
 * What a new file would take the place of. Only a file is ever replaced: in the place of a disk's own node a file of that name would lie in memory.
 * @throws EngineError `destination-not-file`; `destination-exists` for a file that may not be replaced; `destination-own-image`
 */
export async function checkPlace(path: string, overwrite: boolean): Promise<void> {
  await checkFile(path, overwrite);
  const image = await ownImageWith(path);
  if (image !== null) throw new EngineError(overwrite ? 'destination-own-image' : 'destination-exists', { path, image });
}

/** The same for a new image, which takes the place of another with all its files. */
export async function checkFile(path: string, overwrite: boolean): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (there && !there.isFile()) throw new EngineError('destination-not-file', { path });
  if (there && !overwrite) throw new EngineError('destination-exists', { path });
}

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a file system that an image goes to can take. */
export interface Room {
  /** Bytes free for us; null when it cannot be told. */
  readonly freeBytes: number | null;
  /** Bytes of the largest file; null when there is no limit worth a word. */
  readonly maxFileBytes: number | null;
}

/** statfs(2): the magic number of FAT on Linux, and the type of msdosfs on macOS. */
const FAT_TYPES = new Set([0x4d44, 0x1c]);
const FAT_MAX_FILE = 2 ** 32 - 1;

/** @param folder one that exists, or is to be made in one that does */
export async function roomIn(folder: string): Promise<Room> {
  try {
    const { bavail, bsize, type } = await statfs(folder);
    return { freeBytes: bavail * bsize, maxFileBytes: FAT_TYPES.has(type) ? FAT_MAX_FILE : null };
  } catch {
    const above = dirname(folder);
    return above === folder ? { freeBytes: null, maxFileBytes: null } : roomIn(above);
  }
}

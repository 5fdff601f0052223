import type { TreeEntry } from './file-tree.ts';
import { memoryDevice } from './memory.ts';

/** A file of a tree whose contents are in memory. */
export function memoryEntry(path: string, bytes: Uint8Array, modifiedAt: Date | null = null): TreeEntry {
  return { path, kind: 'file', size: bytes.length, modifiedAt, attributes: 0, open: () => Promise.resolve(memoryDevice(bytes)) };
}

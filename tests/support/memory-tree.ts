import { memoryDevice, type FileTree, type TreeEntry } from '../../native-free-engine/index.ts';

/** A tree in memory: contents by path, null for a folder. Folders on the way to a file come of themselves. */
export function memoryTree(contents: Readonly<Record<string, Uint8Array | string | null>>, label = 'TREE'): FileTree {
  const entries = new Map<string, TreeEntry>();
  const folder = (path: string): void => {
    if (path === '' || entries.has(path)) return;
    folder(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    entries.set(path, memoryEntry(path, null));
  };
  for (const [path, content] of Object.entries(contents)) {
    folder(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    if (content === null) folder(path);
    else entries.set(path, memoryEntry(path, typeof content === 'string' ? Buffer.from(content) : content));
  }
  return { label, entries: [...entries.values()] };
}

export function memoryEntry(path: string, content: Uint8Array | null): TreeEntry {
  return {
    path, kind: content ? 'file' : 'folder', size: content?.length ?? 0, modifiedAt: new Date(2026, 2, 4, 5, 6, 8), attributes: 0,
    open: () => Promise.resolve(memoryDevice(content ?? new Uint8Array())),
  };
}

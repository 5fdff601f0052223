import { EngineError } from '../base/errors.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { memoryDevice } from './memory.ts';

/** A file whose contents are at hand. */
export function memoryFile(path: string, content: Uint8Array, modifiedAt: Date | null = null): TreeEntry {
  return { path, kind: 'file', size: content.length, modifiedAt, attributes: 0, open: async () => memoryDevice(content) };
}

/**
 * The tree with files put in, in place of those of the same path (in any case, as Windows sees it). Folders that are
 * there already keep their spelling; those that are missing are made.
 */
export function overlayTree(tree: FileTree, files: readonly TreeEntry[]): FileTree {
  const entries = [...tree.entries];
  const places = new Map(entries.map((entry, i) => [entry.path.toLowerCase(), i]));
  const put = (entry: TreeEntry): void => {
    places.set(entry.path.toLowerCase(), entries.length);
    entries.push(entry);
  };
  const folderOf = (path: string): string => {
    const at = path.lastIndexOf('/');
    if (at < 0) return '';
    const folder = path.slice(0, at);
    const place = places.get(folder.toLowerCase());
    const there = place === undefined ? undefined : entries[place];
    if (there) {
      if (there.kind !== 'folder') throw new EngineError('tree-name-twice', { path: there.path });
      return `${there.path}/`;
    }
    const made = `${folderOf(folder)}${folder.slice(folder.lastIndexOf('/') + 1)}`;
    put({ path: made, kind: 'folder', size: 0, modifiedAt: null, attributes: 0, open: () => Promise.reject(new EngineError('file-unreadable', { path: made, errno: 'EISDIR' })) });
    return `${made}/`;
  };
  for (const file of files) {
    const place = places.get(file.path.toLowerCase());
    const old = place === undefined ? undefined : entries[place];
    if (old?.kind === 'folder') throw new EngineError('tree-name-twice', { path: old.path });
    if (old && place !== undefined) entries[place] = { ...file, path: old.path };
    else put({ ...file, path: `${folderOf(file.path)}${file.path.slice(file.path.lastIndexOf('/') + 1)}` });
  }
  return { ...tree, entries };
}

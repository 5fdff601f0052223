import { EngineError } from '../base/errors.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { foldName } from './host-names.ts';

/** A tree with other files laid over it. */
export interface OverlaidTree {
  readonly tree: FileTree;
  /** Files of the tree that gave way, by their own paths. */
  readonly replaced: readonly string[];
}

/**
 * Lays files and folders over a tree, each over those before it. Names that differ only in case are the same name, as Windows sees it: a file takes
 * the place of its namesake, folders that are there already keep their spelling, and those that are missing are made.
 * @throws EngineError `tree-name-twice` where one has a file and the other a folder
 */
export function overlayTree(tree: FileTree, extras: readonly TreeEntry[]): OverlaidTree {
  const entries = [...tree.entries];
  const own = new Set(entries);
  const replaced: string[] = [];
  const places = new Map(entries.map((entry, i) => [foldName(entry.path), i]));
  const at = (path: string): { readonly entry: TreeEntry; readonly place: number } | null => {
    const place = places.get(foldName(path));
    const entry = place === undefined ? undefined : entries[place];
    return entry && place !== undefined ? { entry, place } : null;
  };
  const put = (entry: TreeEntry): void => {
    places.set(foldName(entry.path), entries.length);
    entries.push(entry);
  };
  /** The folder of a path, as it is spelled in the tree, with a slash behind it. */
  const folderOf = (path: string): string => {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return '';
    const folder = path.slice(0, slash);
    const there = at(folder)?.entry;
    if (there) {
      if (there.kind !== 'folder') throw new EngineError('tree-name-twice', { path: there.path });
      return `${there.path}/`;
    }
    const made = `${folderOf(folder)}${folder.slice(folder.lastIndexOf('/') + 1)}`;
    put({ path: made, kind: 'folder', size: 0, modifiedAt: null, attributes: 0, open: () => Promise.reject(new EngineError('file-unreadable', { path: made, errno: 'EISDIR' })) });
    return `${made}/`;
  };
  for (const extra of extras) {
    const old = at(extra.path);
    if (old && old.entry.kind !== extra.kind) throw new EngineError('tree-name-twice', { path: old.entry.path });
    if (!old) put({ ...extra, path: `${folderOf(extra.path)}${extra.path.slice(extra.path.lastIndexOf('/') + 1)}` });
    else if (extra.kind === 'file') {
      if (own.has(old.entry)) replaced.push(old.entry.path);
      entries[old.place] = { ...extra, path: old.entry.path };
    }
  }
  return { tree: { ...tree, entries }, replaced };
}

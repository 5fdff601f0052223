import { foldName } from '../../filesystems/fat/long-name.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';

/** A tree with other files laid over it. */
export interface OverlaidTree {
  readonly tree: FileTree;
  /** Files of the tree that gave way, by their own paths. */
  readonly replaced: readonly string[];
}

/**
 * Lays files and folders over a tree, each over those before it. Names that differ only in case are the same name, as Windows has it: a file replaces
 * its namesake, and goes into the folder that is there already, under that folder's name. Folders on the way are made.
 * @param extras a file where the tree has a folder, or the other way round, takes the place of all of it
 */
export function overlayTree(tree: FileTree, extras: readonly TreeEntry[]): OverlaidTree {
  const byName = new Map<string, TreeEntry>();
  for (const entry of tree.entries) byName.set(foldName(entry.path), entry);
  const own = new Set(tree.entries);
  const replaced: string[] = [];
  for (const extra of extras) {
    const parts = extra.path.split('/');
    let path = '';
    for (const part of parts.slice(0, -1)) path = folderAt(byName, path === '' ? part : `${path}/${part}`, extra);
    const name = parts.at(-1) ?? '';
    const wanted = path === '' ? name : `${path}/${name}`;
    const folded = foldName(wanted);
    const known = byName.get(folded);
    if (known?.kind === 'folder' && extra.kind === 'folder') continue;
    if (known?.kind === 'folder') removeBelow(byName, folded);
    if (known?.kind === 'file' && own.has(known)) replaced.push(known.path);
    byName.set(folded, { ...extra, path: wanted });
  }
  return { tree: { ...tree, entries: parentsFirst([...byName.values()]) }, replaced };
}

/** The folder of this name as it is called in the tree, made when there is none. */
function folderAt(byName: Map<string, TreeEntry>, path: string, like: TreeEntry): string {
  const folded = foldName(path);
  const known = byName.get(folded);
  if (known?.kind === 'folder') return known.path;
  byName.set(folded, { ...like, path, kind: 'folder', size: 0, attributes: 0 });
  return path;
}

function removeBelow(byName: Map<string, TreeEntry>, folder: string): void {
  for (const name of byName.keys()) if (name.startsWith(`${folder}/`)) byName.delete(name);
}

/** In the order they came, but every folder before what is in it. */
function parentsFirst(entries: readonly TreeEntry[]): TreeEntry[] {
  const depth = (path: string): number => path.split('/').length;
  const folders = entries.filter(({ kind }) => kind === 'folder').sort((a, b) => depth(a.path) - depth(b.path));
  return [...folders, ...entries.filter(({ kind }) => kind === 'file')];
}

import { EngineError } from '../../base/errors.ts';
import type { FileTree, LeftOut, TreeEntry } from '../../io/file-tree.ts';
import { isSafeName } from '../../io/tree-builder.ts';
import { ISO_SECTOR } from '../../filesystems/iso9660/structs.ts';

/** What is planned for one file or folder of a new disc. Blocks are of 2048 bytes, counted from the start of the disc. */
export interface DiscFile {
  readonly kind: 'file';
  readonly name: string;
  readonly entry: TreeEntry;
  readonly modifiedAt: Date;
  /** Where its contents lie; all trees of the disc share them. */
  block: number;
  /** Its UDF file entry. */
  udfBlock: number;
}

export interface DiscFolder {
  readonly kind: 'folder';
  readonly name: string;
  readonly path: string;
  readonly parent: DiscFolder | null;
  readonly modifiedAt: Date;
  readonly children: DiscNode[];
  readonly links: DiscLink[];
  udfBlock: number;
}

/** A symbolic link: only Rock Ridge can tell one. */
export interface DiscLink {
  readonly kind: 'link';
  readonly name: string;
  readonly target: string;
  readonly modifiedAt: Date;
}

export type DiscNode = DiscFile | DiscFolder;

export const blocksOf = (bytes: number): number => Math.ceil(bytes / ISO_SECTOR);

/** libisofs, and xorriso with it, reads nothing of a disc on which a link leads further; bytes. */
const MAX_LINK_BYTES = 1023;

/** A link that can be told on a disc: where it leads is known, and every reader bears it. */
export const isDiscLink = ({ why, target }: LeftOut): boolean => why === 'link' && target !== '' && new TextEncoder().encode(target).length <= MAX_LINK_BYTES;

/**
 * The folders and files of `tree` as nodes. Folders that no entry stands for are made.
 * @param when the time of what has none
 * @param links symbolic links that the tree left out and the disc shall have
 * @throws EngineError `tree-name-unsafe`, `tree-name-twice`
 */
export function discNodes(tree: FileTree, when: Date, links: readonly LeftOut[] = []): DiscFolder {
  const root: DiscFolder = { kind: 'folder', name: '', path: '', parent: null, modifiedAt: when, children: [], links: [], udfBlock: 0 };
  const folders = new Map([['', root]]);
  const files = new Set<string>();
  const folderAt = (path: string, modifiedAt: Date): DiscFolder => {
    const there = folders.get(path);
    if (there) return there;
    const at = path.lastIndexOf('/');
    const parent = folderAt(at < 0 ? '' : path.slice(0, at), when);
    const name = path.slice(at + 1);
    if (!isSafeName(name)) throw new EngineError('tree-name-unsafe', { path });
    if (files.has(path)) throw new EngineError('tree-name-twice', { path });
    const folder: DiscFolder = { kind: 'folder', name, path, parent, modifiedAt, children: [], links: [], udfBlock: 0 };
    parent.children.push(folder);
    folders.set(path, folder);
    return folder;
  };
  for (const entry of tree.entries) {
    const modifiedAt = entry.modifiedAt ?? when;
    if (entry.kind === 'folder') {
      folderAt(entry.path, modifiedAt);
      continue;
    }
    const at = entry.path.lastIndexOf('/');
    const name = entry.path.slice(at + 1);
    if (!isSafeName(name)) throw new EngineError('tree-name-unsafe', { path: entry.path });
    if (folders.has(entry.path) || files.has(entry.path)) throw new EngineError('tree-name-twice', { path: entry.path });
    files.add(entry.path);
    folderAt(at < 0 ? '' : entry.path.slice(0, at), when).children.push({ kind: 'file', name, entry, modifiedAt, block: 0, udfBlock: 0 });
  }
  for (const { path, target, times } of links) {
    const at = path.lastIndexOf('/');
    const modifiedAt = times ? new Date(Number(times.modified / 1_000_000n)) : when;
    folderAt(at < 0 ? '' : path.slice(0, at), when).links.push({ kind: 'link', name: path.slice(at + 1), target, modifiedAt });
  }
  return root;
}

/** A folder and all folders in it, each before what is in it. */
export function* foldersOf(folder: DiscFolder): Generator<DiscFolder> {
  const waiting = [folder];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (const child of next.children.toReversed()) if (child.kind === 'folder') waiting.push(child);
  }
}

export function* filesOf(root: DiscFolder): Generator<DiscFile> {
  for (const folder of foldersOf(root)) for (const child of folder.children) if (child.kind === 'file') yield child;
}

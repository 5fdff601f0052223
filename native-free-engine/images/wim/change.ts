import { EngineError } from '../../base/errors.ts';
import { isSafeName } from '../../io/tree-builder.ts';
import type { BlockSource } from '../../io/types.ts';
import { isFolder, newEntry, type WimEntry } from './entry.ts';
import { toFileTime } from '../../struct/file-time.ts';
import { findChild, findEntry } from './image.ts';
import { ATTRIBUTE } from './structs.ts';

/** Contents to be put into an image: an entry of a FileTree will do. */
export interface NewContents {
  /** Bytes. */
  readonly size: number;
  /** Null: now. */
  readonly modifiedAt: Date | null;
  /** FILE_ATTRIBUTE_*; 0: those of the file that it replaces, or of any file. */
  readonly attributes: number;
  /** Opened more than once, and closed each time; must give the same bytes. */
  open(): Promise<BlockSource>;
}

/** What is to become of a path in an image: parts joined by `/`, in whatever case. Missing folders are made. */
export type WimChange =
  | { readonly kind: 'put'; readonly path: string; readonly contents: NewContents }
  | { readonly kind: 'folder'; readonly path: string }
  /** A folder goes with all that is in it. */
  | { readonly kind: 'delete'; readonly path: string };

/**
 * Makes one change to a tree.
 * @param hash SHA-1 of the contents that are put
 * @param now FILETIME
 * @throws EngineError `tree-entry-missing`, `tree-name-unsafe`, `tree-entry-in-the-way`
 */
export function applyChange(root: WimEntry, change: WimChange, hash: string, now: bigint): void {
  const parts = change.path.split('/').filter((part) => part !== '');
  const name = parts.pop() ?? '';
  for (const part of [...parts, name]) if (!isSafeName(part)) throw new EngineError('tree-name-unsafe', { path: change.path });
  if (change.kind === 'delete') {
    const folder = findEntry(root, parts.join('/'));
    const entry = folder && findChild(folder, name);
    if (!entry) throw new EngineError('tree-entry-missing', { path: change.path });
    folder.children.splice(folder.children.indexOf(entry), 1);
    return;
  }
  let folder = root;
  for (const part of change.kind === 'folder' ? [...parts, name] : parts) folder = folderIn(folder, part, change.path, now);
  if (change.kind === 'put') putFile(folder, name, change, hash, now);
}

function putFile(folder: WimEntry, name: string, { path, contents }: { path: string; contents: NewContents }, hash: string, now: bigint): void {
  const old = findChild(folder, name);
  if (old && isFolder(old)) throw new EngineError('tree-entry-in-the-way', { path });
  const modified = contents.modifiedAt ? toFileTime(contents.modifiedAt) : now;
  const entry = newEntry(old?.name ?? name, contents.attributes || (old ? old.attributes & ~(ATTRIBUTE.reparse | ATTRIBUTE.encrypted) : ATTRIBUTE.archive), modified);
  entry.streams = hash === '' ? [] : [{ name: '', kind: 'data', hash }];
  if (!old) {
    insert(folder, entry);
    return;
  }
  // Its rights and its birth stay; links of the old file keep the old contents, as when Windows saves a file anew.
  Object.assign(entry, { shortName: old.shortName, securityId: old.securityId, created: old.created });
  folder.children[folder.children.indexOf(old)] = entry;
}

function folderIn(folder: WimEntry, name: string, path: string, now: bigint): WimEntry {
  const known = findChild(folder, name);
  if (known && !isFolder(known)) throw new EngineError('tree-entry-in-the-way', { path });
  if (known) return known;
  const made = newEntry(name, ATTRIBUTE.folder, now);
  insert(folder, made);
  return made;
}

/** In the order of names that Windows keeps: by upper case. */
function insert(folder: WimEntry, entry: WimEntry): void {
  const upper = entry.name.toUpperCase();
  const at = folder.children.findIndex(({ name }) => name.toUpperCase() > upper);
  folder.children.splice(at < 0 ? folder.children.length : at, 0, entry);
}

import type { TreeEntry } from '../../io/file-tree.ts';
import { fatDate } from './date.ts';
import { writeLongName } from './long-name.ts';
import { isShortName, shortNames } from './short-name.ts';
import { ATTR_ARCHIVE, ATTR_DIRECTORY, ATTR_OF_FILE, ATTR_VOLUME_LABEL, FatDirEntry } from './structs.ts';
import type { PlacedFolder } from './tree-plan.ts';

/**
 * The entries of a folder as they lie in its clusters (fatgen103, sections 6 and 7).
 * @param label the volume's, for the root
 * @param now the date of what has none
 */
export function folderBytes(folder: PlacedFolder, clusterSize: number, label: string, now: Date): Uint8Array {
  const bytes = new Uint8Array(folder.clusters * clusterSize);
  let at = 0;
  const put = (name: string, attributes: number, cluster: number, size: number, when: Date): void => {
    FatDirEntry.write({ name, attributes, clusterHigh: cluster >>> 16, clusterLow: cluster & 0xffff, size, ...fatDate(when) }, bytes, at);
    at += FatDirEntry.size;
  };
  const dated = (entry: TreeEntry | null): Date => entry?.modifiedAt ?? now;
  const { parent } = folder;
  if (parent) {
    put('.'.padEnd(11), ATTR_DIRECTORY, folder.cluster, 0, dated(folder.entry));
    // The root is told by 0 here, wherever it lies.
    put('..'.padEnd(11), ATTR_DIRECTORY, parent.parent ? parent.cluster : 0, 0, dated(parent.entry));
  } else if (label) {
    put(label.padEnd(11), ATTR_VOLUME_LABEL, 0, 0, now);
  }
  const children = [...folder.folders, ...folder.files];
  const aliases = shortNames(children.map(({ name }) => name));
  children.forEach((child, index) => {
    const alias = aliases[index] ?? '';
    if (!isShortName(child.name)) at += writeLongName(child.name, alias, bytes, at);
    const { entry } = child;
    const kept = (entry?.attributes ?? 0) & ATTR_OF_FILE;
    const isFolder = 'folders' in child;
    put(alias, isFolder ? (kept & ~ATTR_ARCHIVE) | ATTR_DIRECTORY : kept | ATTR_ARCHIVE, child.cluster, isFolder ? 0 : (entry?.size ?? 0), dated(entry));
  });
  return bytes;
}

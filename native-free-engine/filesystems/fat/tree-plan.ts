import { EngineError } from '../../base/errors.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { foldName } from '../../io/host-names.ts';
import { ROOT_CLUSTER } from './boot-sectors.ts';
import { checkLongName, longEntryCount } from './long-name.ts';
import type { Fat32Plan } from './plan.ts';
import { isShortName } from './short-name.ts';
import { FatDirEntry } from './structs.ts';

/** The largest file: its size is told in 32 bits. */
export const FAT32_MAX_FILE = 0xffffffff;
/** A folder is at most 2 MiB long (fatgen103, section 6.1). */
const MAX_FOLDER_ENTRIES = 65_536;
/** Names and places are kept in memory; nobody has so many files on a stick. */
const MAX_ENTRIES = 500_000;

/** A file or folder and where on the volume it lies: in `clusters` clusters from `cluster` on, one after the other. */
interface Placed {
  readonly entry: TreeEntry;
  readonly name: string;
  /** 0 for a file with nothing in it. */
  cluster: number;
  readonly clusters: number;
}

export type PlacedFile = Placed;

/** A folder; the root has neither name nor entry. */
export interface PlacedFolder {
  readonly entry: TreeEntry | null;
  readonly name: string;
  readonly parent: PlacedFolder | null;
  readonly folders: PlacedFolder[];
  readonly files: PlacedFile[];
  cluster: number;
  clusters: number;
}

/** Where everything of a tree goes on a FAT32 volume: folders first, then the files, without a gap. */
export interface FatTreePlan {
  readonly root: PlacedFolder;
  /** The root first, in order of their clusters. */
  readonly folders: readonly PlacedFolder[];
  /** Files with contents, in order of their clusters. */
  readonly files: readonly PlacedFile[];
  readonly usedClusters: number;
}

/**
 * Finds a place for everything before anything is written.
 * @param hasLabel the volume has a label, which takes an entry of the root
 * @throws EngineError `fat-name-illegal`, `fat-name-collision`, `fat-file-too-large`, `fat-folder-full`, `tree-too-large`,
 *   `media-too-small` with the bytes that are missing
 */
export function planFatTree(tree: FileTree, plan: Fat32Plan, hasLabel: boolean): FatTreePlan {
  const clusterSize = plan.sectorsPerCluster * plan.sectorSize;
  const { folders, files } = nested(tree, clusterSize);
  const root = folders[0]!;
  let next = ROOT_CLUSTER;
  for (const folder of folders) {
    folder.cluster = next;
    folder.clusters = folderClusters(folder, clusterSize, hasLabel);
    next += folder.clusters;
  }
  const filled = files.filter((file) => file.clusters > 0);
  for (const file of filled) {
    file.cluster = next;
    next += file.clusters;
  }
  const usedClusters = next - ROOT_CLUSTER;
  if (usedClusters > plan.clusters) {
    throw new EngineError('media-too-small', {
      needed: usedClusters * clusterSize, available: plan.clusters * clusterSize, missing: (usedClusters - plan.clusters) * clusterSize,
    });
  }
  return { root, folders, files: filled, usedClusters };
}

/** The flat list of a tree as folders within folders. */
function nested(tree: FileTree, clusterSize: number): { folders: PlacedFolder[]; files: PlacedFile[] } {
  if (tree.entries.length > MAX_ENTRIES) throw new EngineError('tree-too-large', { limit: MAX_ENTRIES });
  const root: PlacedFolder = { entry: null, name: '', parent: null, folders: [], files: [], cluster: 0, clusters: 0 };
  const folders = [root];
  const files: PlacedFile[] = [];
  const byPath = new Map<string, PlacedFolder>([['', root]]);
  // Folded, so that what differs only in case is found.
  const seen = new Map<string, string>();
  for (const entry of tree.entries) {
    const { path } = entry;
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    checkLongName(name, path);
    const folded = foldName(path);
    const other = seen.get(folded);
    if (other !== undefined) throw new EngineError('fat-name-collision', { path, other });
    seen.set(folded, path);
    const parent = byPath.get(slash < 0 ? '' : path.slice(0, slash));
    if (!parent) throw new EngineError('argument-invalid', { what: path });
    if (entry.kind === 'folder') {
      const folder: PlacedFolder = { entry, name, parent, folders: [], files: [], cluster: 0, clusters: 0 };
      parent.folders.push(folder);
      folders.push(folder);
      byPath.set(path, folder);
      continue;
    }
    if (entry.size > FAT32_MAX_FILE) throw new EngineError('fat-file-too-large', { path, size: entry.size, maximum: FAT32_MAX_FILE });
    const file: PlacedFile = { entry, name, cluster: 0, clusters: Math.ceil(entry.size / clusterSize) };
    parent.files.push(file);
    files.push(file);
  }
  return { folders, files };
}

function folderClusters(folder: PlacedFolder, clusterSize: number, hasLabel: boolean): number {
  let entries = folder.parent ? 2 : Number(hasLabel);
  for (const { name } of [...folder.folders, ...folder.files]) entries += 1 + (isShortName(name) ? 0 : longEntryCount(name));
  if (entries > MAX_FOLDER_ENTRIES) throw new EngineError('fat-folder-full', { path: folder.entry?.path ?? '/' });
  return Math.max(1, Math.ceil((entries * FatDirEntry.size) / clusterSize));
}

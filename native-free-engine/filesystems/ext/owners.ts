import { normalize, type ExtentSet } from '../../base/extent.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { OwnerFinder } from '../allocation-types.ts';
import { optional } from '../optional.ts';
import { findPaths, ROOT_INODE } from './directory.ts';
import { readExtGeometry, type ExtGeometry } from './geometry.ts';
import { readGroups } from './groups.ts';
import { inodeRuns, type BlockBudget, type ExtVolume } from './inode.ts';
import { inodesOfGroup } from './inode-table.ts';
import { overlap, structureOwners } from './structures.ts';
import { EXT_SUPERBLOCK_OFFSET, ExtSuperblock } from './structs.ts';

/** No report names more files than this. */
const MAX_OWNERS = 100_000;
/** Of the inodes before the first ordinary one (kernel: `EXT4_BAD_INO` and those after it). */
const OWN_INODES: readonly (readonly [number, string])[] = [
  [1, 'bad blocks'],
  [3, 'user quota'],
  [4, 'group quota'],
  [5, 'boot loader'],
  [6, 'undelete directory'],
  [7, 'resize inode'],
  [8, 'journal'],
];

/**
 * The files of an ext2, ext3 or ext4 volume: their paths from the root, which start with `/`. The file system's own
 * structures and files are `<superblock>`, `<inode table of group 3>`, `<journal>`; a file without a name is
 * `<inode 123>`. Blocks that hold a file's extent tree, block map or extended attributes count as the file's.
 */
export const extOwners: OwnerFinder = async (source, wanted, signal) => {
  const extents = normalize(wanted);
  const geometry = await optional(async () => readExtGeometry(await readBytes(source, EXT_SUPERBLOCK_OFFSET, ExtSuperblock.size), source.size), null);
  if (!geometry || extents.length === 0) return [];
  const groups = await optional(() => readGroups(source, geometry, { signal }), null);
  const structures = structureOwners(geometry, groups, extents);
  if (!groups) return structures;

  const volume = { source, geometry, groups };
  const found = await findInodes(volume, extents, signal);
  const ownNames = ownInodes(geometry);
  const ordinary = new Set([...found.keys()].filter((number) => !ownNames.has(number)));
  const paths = ordinary.size > 0 ? await findPaths(volume, ordinary, signal) : new Map<number, string>();
  const files = [...found].map(([number, bytes]) => ({ path: ownNames.get(number) ?? paths.get(number) ?? `<inode ${number}>`, bytes }));
  return [...structures, ...files];
};

function ownInodes({ superblock: sb }: ExtGeometry): Map<number, string> {
  const names = new Map(OWN_INODES);
  const later: readonly (readonly [number, string])[] = [
    [sb.journalInode, 'journal'],
    [sb.userQuotaInode, 'user quota'],
    [sb.groupQuotaInode, 'group quota'],
    [sb.projectQuotaInode, 'project quota'],
    [sb.orphanFileInode, 'orphan file'],
  ];
  for (const [number, name] of later) if (number > 0 && number !== ROOT_INODE) names.set(number, name);
  return new Map([...names].map(([number, name]) => [number, `<${name}>`]));
}

/** Bytes of `extents` by inode. */
async function findInodes(volume: ExtVolume, extents: ExtentSet, signal: AbortSignal | undefined): Promise<Map<number, number>> {
  const { blockSize, superblock } = volume.geometry;
  const found = new Map<number, number>();
  const budget: BlockBudget = { left: volume.geometry.blocks };
  const firstOrdinary = superblock.revision === 0 ? 11 : superblock.firstInode;
  for (let group = 0; group < volume.geometry.groups && found.size < MAX_OWNERS; group++) {
    for await (const { number, inode } of inodesOfGroup(volume, group, signal)) {
      const own = number < firstOrdinary && number !== ROOT_INODE;
      if (inode.links === 0 && !own) continue;
      const attributes = inode.attributesLow + inode.attributesHigh * 2 ** 32;
      let bytes = attributes > 0 ? overlap(extents, attributes * blockSize, (attributes + 1) * blockSize) : 0;
      for await (const { start, count } of inodeRuns(volume, inode, own, budget)) {
        bytes += overlap(extents, start * blockSize, (start + count) * blockSize);
      }
      if (bytes > 0) found.set(number, bytes);
      if (found.size >= MAX_OWNERS) break;
    }
  }
  return found;
}

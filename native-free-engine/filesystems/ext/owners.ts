import { throwIfAborted } from '../../base/abort.ts';
import { normalize, type ExtentSet } from '../../base/extent.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { OwnerFinder } from '../allocation-types.ts';
import { optional } from '../optional.ts';
import { findPaths, ROOT_INODE } from './directory.ts';
import { readExtGeometry, type ExtGeometry } from './geometry.ts';
import { readGroups } from './groups.ts';
import { inodeRuns, type BlockBudget, type ExtVolume, type Inode } from './inode.ts';
import { overlap, structureOwners } from './structures.ts';
import { EXT_INODE_FLAG, EXT_SUPERBLOCK_OFFSET, ExtInode, ExtSuperblock } from './structs.ts';

/** Bytes of an inode table read at once. */
const PIECE = 256 * 1024;
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
  for await (const { number, inode } of inodesOf(volume, signal)) {
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
  return found;
}

/** All inodes that were ever used, table by table; those on bad sectors are missing. */
async function* inodesOf(volume: ExtVolume, signal: AbortSignal | undefined): AsyncGenerator<{ number: number; inode: Inode }> {
  const { geometry, groups } = volume;
  const { blockSize, inodeSize, inodesPerGroup } = geometry;
  for (let group = 0; group < geometry.groups; group++) {
    const length = Math.ceil((groups.inodes[group]! * inodeSize) / blockSize) * blockSize;
    for (let done = 0; done < length; done += PIECE) {
      throwIfAborted(signal);
      const piece = await readTolerantly(volume, groups.inodeTable[group]! * blockSize + done, Math.min(PIECE, length - done));
      const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
      const first = done / inodeSize;
      for (let at = 0; at + inodeSize <= piece.length && first + at / inodeSize < inodesPerGroup; at += inodeSize) {
        // Mostly empty: not worth decoding.
        if (view.getUint16(at, true) === 0 && view.getUint32(at + ExtInode.fields.block.offset, true) === 0) continue;
        const inode = ExtInode.read(piece, at);
        if (inode.flags & EXT_INODE_FLAG.attributeInode && inode.links === 0) continue;
        yield { number: group * inodesPerGroup + first + at / inodeSize + 1, inode };
      }
    }
  }
}

/** Like `readBytes`, with zeros for the blocks that cannot be read. */
async function readTolerantly({ source, geometry }: ExtVolume, offset: number, length: number): Promise<Uint8Array> {
  const whole = await optional(() => readBytes(source, offset, length), null);
  if (whole) return whole;
  const piece = new Uint8Array(length);
  for (let at = 0; at < length; at += geometry.blockSize) {
    const block = await optional(() => readBytes(source, offset + at, geometry.blockSize), null);
    if (block) piece.set(block, at);
  }
  return piece;
}

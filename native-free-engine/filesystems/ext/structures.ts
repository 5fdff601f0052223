import { endOf, type ExtentSet } from '../../base/extent.ts';
import { groupStart, hasSuperblock, headLength, type ExtGeometry } from './geometry.ts';
import type { ExtGroups } from './groups.ts';
import type { FileOwner } from '../allocation-types.ts';
import { EXT_SUPERBLOCK_OFFSET } from './structs.ts';

/** How many bytes of `extents` lie in `from .. to`; bytes. */
export function overlap(extents: ExtentSet, from: number, to: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(extents[middle]!) <= from) low = middle + 1;
    else high = middle;
  }
  let bytes = 0;
  for (let extent = extents[low]; extent && extent.offset < to; extent = extents[++low]) {
    bytes += Math.min(endOf(extent), to) - Math.max(extent.offset, from);
  }
  return bytes;
}

/**
 * The file system's own structures among `extents`, named as they are usually called.
 * @param groups null when the descriptors cannot be read
 */
export function structureOwners(geometry: ExtGeometry, groups: ExtGroups | null, extents: ExtentSet): FileOwner[] {
  const { blockSize, inodeTableBlocks } = geometry;
  const owners: FileOwner[] = [];
  const look = (path: string, from: number, to: number): void => {
    const bytes = overlap(extents, from, to);
    if (bytes > 0) owners.push({ path: `<${path}>`, bytes });
  };
  const blocks = (path: string, start: number, count: number): void => look(path, start * blockSize, (start + count) * blockSize);

  look('boot block', 0, EXT_SUPERBLOCK_OFFSET);
  for (let group = 0; group < geometry.groups; group++) {
    const start = groupStart(geometry, group);
    const end = (start + headLength(geometry, group)) * blockSize;
    const superblock = group === 0 ? EXT_SUPERBLOCK_OFFSET : start * blockSize;
    const descriptors = hasSuperblock(geometry, group) ? (Math.floor(superblock / blockSize) + 1) * blockSize : start * blockSize;
    if (descriptors > start * blockSize) look(group === 0 ? 'superblock' : `copy of the superblock in group ${group}`, superblock, descriptors);
    if (end > descriptors) look(`group descriptors in group ${group}`, descriptors, end);
    if (!groups) continue;
    blocks(`block bitmap of group ${group}`, groups.blockBitmap[group]!, 1);
    blocks(`inode bitmap of group ${group}`, groups.inodeBitmap[group]!, 1);
    blocks(`inode table of group ${group}`, groups.inodeTable[group]!, inodeTableBlocks);
  }
  return owners;
}

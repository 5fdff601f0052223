import { normalize, type Extent, type ExtentSet } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { BtrfsFileExtent } from './structs.ts';
import { invalid, type TreeRoot } from './superblock.ts';
import { ITEM, rootOf, treeLeaves, type TreeReader } from './tree.ts';

/** A log is replayed in one go at the next mount and holds some thousands; this is 50 MB of them. */
const MAX_EXTENTS = 400_000;
const INLINE = 0;

/**
 * Logical extents that only the log knows: its own blocks, and data of files that were fsynced since the
 * last commit. The extent tree gets them when the log is replayed.
 * @throws EngineError `allocation-invalid`
 */
export async function readLoggedExtents(reader: TreeReader, root: TreeRoot): Promise<ExtentSet> {
  const extents: Extent[] = [];
  const blocks = new Set<number>();
  const add = (address: number, length: number): void => {
    reader.chunks.find(address, length);
    if (extents.length >= MAX_EXTENTS) throw invalid(`too-many-extents ${MAX_EXTENTS}`);
    extents.push({ offset: address, length });
  };
  const onBlock = (address: number): void => {
    // Trees of a log share nothing, so a block met twice is a circle between them.
    if (blocks.has(address)) throw invalid(`block ${address}`);
    blocks.add(address);
    add(address, reader.volume.nodeSize);
  };
  const logged = { ...reader, onBlock };

  for await (const trees of treeLeaves(logged, root)) {
    for (const tree of trees) {
      if (tree.type !== ITEM.root) continue;
      for await (const leaf of treeLeaves(logged, rootOf(tree.data))) {
        for (const { type, data } of leaf) {
          // An inline extent is shorter than the structure may be.
          if (type !== ITEM.fileExtent || data[BtrfsFileExtent.fields.type.offset] === INLINE) continue;
          const extent = BtrfsFileExtent.read(data);
          if (extent.address !== 0n) add(toSafeInt(extent.address, 'BtrfsFileExtent.address'), toSafeInt(extent.length, 'BtrfsFileExtent.length'));
        }
      }
    }
  }
  return normalize(extents);
}

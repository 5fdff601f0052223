import { ExtentBuilder } from '../../base/extent-builder.ts';
import { endOf, normalize, union, type Extent, type ExtentSet } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { createHasher } from '../../codecs/checksums.ts';
import type { AllocationReader } from '../allocation-types.ts';
import { ChunkMap, chunkItemBytes } from './chunk-map.ts';
import { readLoggedExtents } from './log-tree.ts';
import { BTRFS_SUPERBLOCK_BYTES, BTRFS_SUPERBLOCK_COPIES } from './structs.ts';
import { invalid, readBtrfsVolume, type BtrfsVolume, type TreeRoot } from './superblock.ts';
import { ITEM, KEY_BYTES, rootOf, treeLeaves, type TreeReader } from './tree.ts';

const EXTENT_TREE = 2n;
/** Where Btrfs allocates nothing: boot loaders keep their own there. */
const RESERVED_BYTES = 1024 * 1024;

/**
 * What lies in a Btrfs volume on one device: every extent of the extent tree in all its copies, the
 * superblocks, and the reserved first mebibyte. After a crash (condition `journal`) also what the log
 * tree has of files that were fsynced since the last commit.
 */
export const btrfsAllocation: AllocationReader = async (source, { signal }) => {
  const volume = await readBtrfsVolume(source);
  const bootstrap = { source, volume, chunks: readSystemChunks(volume), signal };
  const reader: TreeReader = { ...bootstrap, chunks: await readChunks(bootstrap) };
  const committed = await readExtents(reader, await findExtentTree(reader));
  const logical = volume.logTree ? union(committed, await readLoggedExtents(reader, volume.logTree)) : committed;

  const hash = createHasher('sha256');
  hash.update(volume.superblock);
  return {
    unit: volume.sectorSize,
    used: union(toPhysical(logical, reader.chunks), fixedParts(volume)),
    leftOut: [],
    conditions: volume.logTree ? ['journal'] : [],
    fingerprint: hash.hex(),
  };
};

/** Enough of the chunk map to read the chunk tree, from the superblock. */
function readSystemChunks(volume: BtrfsVolume): ChunkMap {
  const data = volume.systemChunks;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const found: { logical: bigint; item: Uint8Array }[] = [];
  for (let at = 0; at < data.length; ) {
    if (at + KEY_BYTES > data.length || view.getUint8(at + 8) !== ITEM.chunk) throw invalid('systemChunks');
    const item = data.subarray(at + KEY_BYTES);
    found.push({ logical: view.getBigUint64(at + 9, true), item });
    at += KEY_BYTES + chunkItemBytes(item);
  }
  // In the order they were made in.
  found.sort((a, b) => (a.logical < b.logical ? -1 : 1));
  const chunks = new ChunkMap(volume);
  for (const { logical, item } of found) chunks.add(logical, item);
  return chunks;
}

async function readChunks(reader: TreeReader): Promise<ChunkMap> {
  const chunks = new ChunkMap(reader.volume);
  for await (const leaf of treeLeaves(reader, reader.volume.chunkTree)) {
    for (const { type, offset, data } of leaf) if (type === ITEM.chunk) chunks.add(offset, data);
  }
  return chunks;
}

async function findExtentTree(reader: TreeReader): Promise<TreeRoot> {
  for await (const leaf of treeLeaves(reader, reader.volume.rootTree)) {
    const item = leaf.find(({ objectId, type }) => objectId === EXTENT_TREE && type === ITEM.root);
    if (item) return rootOf(item.data);
  }
  throw invalid('no-map');
}

/** Logical extents of data and metadata. */
async function readExtents(reader: TreeReader, root: TreeRoot): Promise<ExtentSet> {
  const { nodeSize, sectorSize, bytesUsed } = reader.volume;
  const extents = new ExtentBuilder();
  let end = 0;
  let total = 0;
  for await (const leaf of treeLeaves(reader, root)) {
    for (const item of leaf) {
      if (item.type !== ITEM.extent && item.type !== ITEM.metadata) continue;
      const start = toSafeInt(item.objectId, 'BtrfsExtentItem.address');
      const length = item.type === ITEM.metadata ? nodeSize : toSafeInt(item.offset, 'BtrfsExtentItem.length');
      if (start < end || length === 0 || start % sectorSize !== 0 || length % sectorSize !== 0) throw invalid(`extent ${start}`);
      reader.chunks.find(start, length);
      extents.add(start, length);
      end = start + length;
      total += length;
    }
  }
  if (total !== bytesUsed) throw invalid(`used-bytes-disagree ${total}`);
  return extents.build();
}

/** Where logical extents lie on the device; in one run, since both lists are in order. */
function toPhysical(logical: ExtentSet, chunks: ChunkMap): ExtentSet {
  const physical = new ExtentBuilder();
  for (const stripe of chunks.stripes()) {
    const end = stripe.logical + stripe.length;
    for (let i = firstEndingAfter(logical, stripe.logical); i < logical.length && logical[i]!.offset < end; i++) {
      const from = Math.max(logical[i]!.offset, stripe.logical);
      physical.add(stripe.offset + from - stripe.logical, Math.min(endOf(logical[i]!), end) - from);
    }
  }
  return physical.build();
}

function firstEndingAfter(extents: ExtentSet, address: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(extents[middle]!) > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

function fixedParts({ deviceBytes }: BtrfsVolume): ExtentSet {
  const copies: Extent[] = BTRFS_SUPERBLOCK_COPIES.filter((offset) => offset + BTRFS_SUPERBLOCK_BYTES <= deviceBytes).map((offset) => ({ offset, length: BTRFS_SUPERBLOCK_BYTES }));
  return normalize([{ offset: 0, length: Math.min(RESERVED_BYTES, deviceBytes) }, ...copies]);
}

import { isAbort, throwIfAborted } from '../../base/abort.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import type { ChunkMap } from './chunk-map.ts';
import { BtrfsHeader, BtrfsRootItem } from './structs.ts';
import { checksumHolds, invalid, type BtrfsVolume, type TreeRoot } from './superblock.ts';

/** Object, type, offset. */
export const KEY_BYTES = 17;
/** Key, then place and size of the item's data, which counts from behind the header. */
const ITEM_BYTES = 25;
/** Key, address, generation. */
const POINTER_BYTES = 33;

interface Key {
  readonly objectId: bigint;
  readonly type: number;
  readonly offset: bigint;
}

/** An item of a tree: its key, and a view of its data. */
export interface TreeItem extends Key {
  readonly data: Uint8Array;
}

/** Types of keys. */
export const ITEM = { fileExtent: 108, root: 132, extent: 168, metadata: 169, chunk: 228 } as const;

export interface TreeReader {
  readonly source: BlockSource;
  readonly volume: BtrfsVolume;
  readonly chunks: ChunkMap;
  readonly signal: AbortSignal | undefined;
  /** Told of every block of a tree before it is read. */
  readonly onBlock?: (address: number) => void;
}

const FIRST: Key = { objectId: -1n, type: 0, offset: 0n };

function isAfter(a: Key, b: Key): boolean {
  if (a.objectId !== b.objectId) return a.objectId > b.objectId;
  return a.type !== b.type ? a.type > b.type : a.offset > b.offset;
}

const keyAt = (view: DataView, at: number): Key => ({ objectId: view.getBigUint64(at, true), type: view.getUint8(at + 8), offset: view.getBigUint64(at + 9, true) });

/**
 * The items of a tree in the order of their keys, a block of them at a time.
 * Every block must bring keys behind all those before, so that no block can be met twice.
 * @throws EngineError `allocation-invalid` for a block of which no copy is sound
 */
export async function* treeLeaves(reader: TreeReader, root: TreeRoot): AsyncGenerator<readonly TreeItem[]> {
  let behind = FIRST;

  const itemsOf = (block: TreeRoot, data: Uint8Array, view: DataView, count: number): TreeItem[] =>
    Array.from({ length: count }, (_, i) => {
      const at = BtrfsHeader.size + i * ITEM_BYTES;
      const key = keyAt(view, at);
      if (!isAfter(key, behind)) throw invalid(`key-order ${block.address}`);
      behind = key;
      const from = BtrfsHeader.size + view.getUint32(at + 17, true);
      const length = view.getUint32(at + 21, true);
      if (from < BtrfsHeader.size + count * ITEM_BYTES || from + length > data.length) throw invalid(`item ${block.address}`);
      return { ...key, data: data.subarray(from, from + length) };
    });

  async function* descend(block: TreeRoot): AsyncGenerator<readonly TreeItem[]> {
    const data = await readTreeBlock(reader, block);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const count = BtrfsHeader.read(data).items;
    if (count > Math.floor((data.length - BtrfsHeader.size) / (block.level === 0 ? ITEM_BYTES : POINTER_BYTES))) throw invalid(`items ${block.address}`);
    if (count === 0 && (block !== root || block.level > 0)) throw invalid(`block ${block.address}`);
    if (block.level === 0) {
      yield itemsOf(block, data, view, count);
      return;
    }
    for (let i = 0; i < count; i++) {
      const at = BtrfsHeader.size + i * POINTER_BYTES + KEY_BYTES;
      const address = toSafeInt(view.getBigUint64(at, true), 'BtrfsPointer.address');
      yield* descend({ address, level: block.level - 1, generation: view.getBigUint64(at + 8, true) });
    }
  }
  yield* descend(root);
}

/** The tree that a root item names. @throws EngineError `allocation-invalid` */
export function rootOf(item: Uint8Array): TreeRoot {
  const { address, level, generation } = BtrfsRootItem.read(item);
  return { address: toSafeInt(address, 'BtrfsRootItem.address'), level, generation };
}

/** Reads one block of a tree; where the first copy is unsound or unreadable, the other. */
async function readTreeBlock(reader: TreeReader, block: TreeRoot): Promise<Uint8Array> {
  const { nodeSize, sectorSize } = reader.volume;
  throwIfAborted(reader.signal);
  if (block.address % sectorSize !== 0) throw invalid(`block ${block.address}`);
  reader.onBlock?.(block.address);
  const chunk = reader.chunks.find(block.address, nodeSize);
  let fault: unknown;
  for (const physical of chunk.physical) {
    try {
      const data = await readBytes(reader.source, physical + block.address - chunk.logical, nodeSize);
      if (isSound(data, block, reader.volume)) return data;
      fault ??= invalid(`block ${block.address}`);
    } catch (error) {
      if (isAbort(error)) throw error;
      fault ??= error;
    }
  }
  throw fault;
}

function isSound(data: Uint8Array, block: TreeRoot, volume: BtrfsVolume): boolean {
  const header = BtrfsHeader.read(data);
  return (
    Number(header.address) === block.address &&
    header.generation === block.generation &&
    header.level === block.level &&
    header.fsid.every((byte, i) => byte === volume.metadataUuid[i]) &&
    checksumHolds(data, volume.checksumType)
  );
}

import { throwIfAborted } from '../../base/abort.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { optional } from '../optional.ts';
import { inodeRuns, readInode, type BlockBudget, type ExtVolume } from './inode.ts';
import {
  EXT_ATTRIBUTE_MAGIC,
  EXT_ATTRIBUTE_SYSTEM,
  EXT_INODE_FLAG,
  EXT_MODE,
  EXT_TYPE_DIRECTORY,
  ExtAttribute,
  ExtDirEntry,
  ExtInode,
} from './structs.ts';

interface Entry {
  readonly inode: number;
  readonly name: string;
  /** Or nobody knows: file types are a feature. */
  readonly mayBeDirectory: boolean;
}

export const ROOT_INODE = 2;
/** More directories than this are not looked into. */
const MAX_DIRECTORIES = 1_000_000;
/** Of a directory in its inode, what comes before the entries: the number of its parent. */
const PARENT_BYTES = 4;

/**
 * Walks all directories from the root until each of `wanted` has its path; of several links the first one met. Directories
 * that cannot be read are passed over.
 * @returns paths that start with `/`, by inode
 * @throws AbortError
 */
export async function findPaths(volume: ExtVolume, wanted: ReadonlySet<number>, signal: AbortSignal | undefined): Promise<Map<number, string>> {
  const paths = new Map<number, string>();
  const seen = new Set([ROOT_INODE]);
  const waiting = [{ inode: ROOT_INODE, path: '' }];
  const budget: BlockBudget = { left: volume.geometry.blocks };
  if (wanted.has(ROOT_INODE)) paths.set(ROOT_INODE, '/');
  for (let next = waiting.pop(); next && paths.size < wanted.size; next = waiting.pop()) {
    throwIfAborted(signal);
    for await (const entry of entriesOf(volume, next.inode, budget)) {
      const path = `${next.path}/${entry.name}`;
      if (wanted.has(entry.inode) && !paths.has(entry.inode)) paths.set(entry.inode, path);
      if (!entry.mayBeDirectory || seen.has(entry.inode) || seen.size >= MAX_DIRECTORIES) continue;
      seen.add(entry.inode);
      waiting.push({ inode: entry.inode, path });
    }
  }
  return paths;
}

/** The entries of a directory, read from end to end: an index, if there is one, looks like an unused entry. */
async function* entriesOf(volume: ExtVolume, number: number, budget: BlockBudget): AsyncGenerator<Entry> {
  const raw = await optional(() => readInode(volume, number), null);
  if (!raw) return;
  const inode = ExtInode.read(raw);
  if ((inode.mode & EXT_MODE.mask) !== EXT_MODE.directory) return;
  if (inode.flags & EXT_INODE_FLAG.inlineData) {
    yield* entriesIn(volume, inode.block.subarray(PARENT_BYTES));
    const more = await optional(() => inlineRest(raw), null);
    if (more) yield* entriesIn(volume, more);
    return;
  }
  const { blockSize } = volume.geometry;
  for await (const run of inodeRuns(volume, inode, false, budget)) {
    if (run.index) continue;
    for (let i = 0; i < run.count && budget.left > 0; i++) {
      budget.left--;
      const block = await optional(() => readBytes(volume.source, (run.start + i) * blockSize, blockSize), null);
      if (block) yield* entriesIn(volume, block);
    }
  }
}

function* entriesIn({ geometry }: ExtVolume, area: Uint8Array): Generator<Entry> {
  for (let at = 0; at + ExtDirEntry.size <= area.length; ) {
    const entry = ExtDirEntry.read(area, at);
    const length = entryLength(entry.length, area.length);
    const nameEnd = at + ExtDirEntry.size + entry.nameLength;
    if (length < ExtDirEntry.size || at + length > area.length || nameEnd > at + length) return;
    const name = new TextDecoder().decode(area.subarray(at + ExtDirEntry.size, nameEnd));
    if (entry.inode > 0 && entry.inode <= geometry.superblock.inodesCount && name !== '' && name !== '.' && name !== '..') {
      yield { inode: entry.inode, name, mayBeDirectory: entry.fileType === EXT_TYPE_DIRECTORY || entry.fileType === 0 };
    }
    at += length;
  }
}

/** Blocks of 64 KiB do not fit into 16 bits (kernel: `ext4_rec_len_from_disk`). */
function entryLength(stored: number, area: number): number {
  if (area < 65_536) return stored;
  return stored === 65_535 || stored === 0 ? area : (stored & 65_532) | ((stored & 3) << 16);
}

/** What of inline data does not fit into the block map: the value of `system.data`, after the inode's fields. */
function inlineRest(raw: Uint8Array): Uint8Array | null {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  if (raw.length < ExtInode.size + PARENT_BYTES) return null;
  const start = ExtInode.size + view.getUint16(ExtInode.size, true);
  if (start + 8 > raw.length || view.getUint32(start, true) !== EXT_ATTRIBUTE_MAGIC) return null;
  const first = start + 4;
  for (let at = first; at + ExtAttribute.size <= raw.length && view.getUint32(at, true) !== 0; ) {
    const attribute = ExtAttribute.read(raw, at);
    const nameAt = at + ExtAttribute.size;
    const name = new TextDecoder().decode(raw.subarray(nameAt, nameAt + attribute.nameLength));
    if (attribute.nameIndex === EXT_ATTRIBUTE_SYSTEM && name === 'data' && attribute.valueInode === 0) {
      return raw.subarray(first + attribute.valueOffset, first + attribute.valueOffset + attribute.valueSize);
    }
    at = nameAt + Math.ceil(attribute.nameLength / 4) * 4;
  }
  return null;
}

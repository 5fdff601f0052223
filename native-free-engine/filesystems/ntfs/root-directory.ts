import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { isDamage, isUnreadable, reject } from './faults.ts';
import { applyFixups } from './fixups.ts';
import type { NtfsGeometry } from './geometry.ts';
import { INDEX_HEADER_AT, indexEntries } from './index-entries.ts';
import { readRecord, type Mft } from './mft.ts';
import type { NtfsAttribute } from './record.ts';
import type { FileReference } from './reference.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE, NtfsIndexRoot } from './structs.ts';

/** Names beyond this much of the root directory's index are not looked at when a volume is only being recognised. */
const MAX_GLANCE = 1024 * 1024;
/** The same for a full look: some half a million names. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
const DIRECTORY_INDEX = '$I30';

/** The names in the root directory, lower case, in no order: enough to tell what a volume is for. */
export async function rootNames(source: BlockSource, geometry: NtfsGeometry): Promise<Set<string>> {
  const names = new Set<string>();
  const attributes = (await readRecord(source, geometry, NTFS_FILE.root)).filter((a) => a.name === DIRECTORY_INDEX);
  const root = attributes.find((a) => a.type === NTFS_ATTRIBUTE.indexRoot)?.value;
  if (!root) return names;
  for (const entry of indexEntries(root, INDEX_HEADER_AT.root)) names.add(entry.name.toLowerCase());

  const { blockSize } = NtfsIndexRoot.read(root);
  let read = 0;
  for (const run of attributes.find((a) => a.type === NTFS_ATTRIBUTE.indexAllocation)?.runs ?? []) {
    if (run.cluster === null) continue;
    const start = run.cluster * geometry.clusterSize;
    const end = start + run.length * geometry.clusterSize;
    for (let at = start; at + blockSize <= end && read < MAX_GLANCE; at += blockSize, read += blockSize) {
      const block = await readBytes(source, at, blockSize);
      // A block that was never used has no magic.
      if (block[0] !== 0x49) continue;
      applyFixups(block, 'INDX');
      for (const entry of indexEntries(block, INDEX_HEADER_AT.block)) names.add(entry.name.toLowerCase());
    }
  }
  return names;
}

/** What a search of the root directory brought. */
export interface RootSearch {
  /** By name in lower case. */
  readonly files: ReadonlyMap<string, FileReference>;
  /** Parts of the index make no sense. */
  readonly damaged: boolean;
}

/**
 * Finds files of the root directory by name, whatever the case of their letters. Every block of
 * the index in use is looked at instead of following its tree: a block that is damaged or cannot be read hides
 * only its own entries.
 * @param names lower case
 * @throws EngineError when there is no root directory
 */
export async function findInRoot(mft: Mft, attributes: readonly NtfsAttribute[], names: ReadonlySet<string>): Promise<RootSearch> {
  const files = new Map<string, FileReference>();
  let damaged = false;
  const look = (node: Uint8Array, headerAt: number): void => {
    try {
      for (const { name, file } of indexEntries(node, headerAt)) {
        const lower = name.toLowerCase();
        if (names.has(lower)) files.set(lower, file);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      damaged = true;
    }
  };

  const root = mft.join(attributes, NTFS_ATTRIBUTE.indexRoot, DIRECTORY_INDEX);
  if (!root || root.size > mft.geometry.recordSize) throw reject('NtfsIndexRoot', 'size');
  const node = await root.read(0, root.size);
  const { blockSize } = NtfsIndexRoot.read(node);
  look(node, INDEX_HEADER_AT.root);

  const blocks = mft.join(attributes, NTFS_ATTRIBUTE.indexAllocation, DIRECTORY_INDEX);
  if (!blocks) return { files, damaged };
  const map = mft.join(attributes, NTFS_ATTRIBUTE.bitmap, DIRECTORY_INDEX);
  const count = Math.floor(Math.min(blocks.size, MAX_INDEX_BYTES) / blockSize);
  const used = map ? await map.read(0, Math.min(map.size, Math.ceil(count / 8))) : new Uint8Array();
  for (let i = 0; i < count; i++) {
    if (((used[i >> 3] ?? 0) & (1 << (i & 7))) === 0) continue;
    try {
      const block = await blocks.read(i * blockSize, blockSize);
      applyFixups(block, 'INDX');
      look(block, INDEX_HEADER_AT.block);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (isDamage(error)) damaged = true;
      else if (!isUnreadable(error)) throw error;
    }
  }
  return { files, damaged };
}

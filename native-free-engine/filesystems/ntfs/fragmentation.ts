import type { BlockSource } from '../../io/types.ts';
import type { FileFragments } from '../fragments.ts';
import { Mft } from './mft.ts';
import { recordsOf } from './owners.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

/**
 * Counts, from the runlists of the whole MFT, in how many pieces files lie. Pieces that follow one another are one; what
 * lies in several records is counted there, each as a piece of the same file.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`, `allocation-invalid`; AbortError
 */
export async function ntfsFragments(source: BlockSource, signal?: AbortSignal): Promise<FileFragments> {
  const mft = await Mft.open(source);
  /** Of files whose records come apart; the others are counted as they come. */
  const apart = new Map<number, number>();
  let files = 0;
  let fragmentedFiles = 0;
  let fragments = 0;
  for await (const [number, record] of recordsOf(mft, signal)) {
    if (!record.inUse || record.directory || number <= NTFS_FILE.extend) continue;
    let pieces = 0;
    for (const { type, runs } of record.attributes) {
      if (type !== NTFS_ATTRIBUTE.data) continue;
      let next = -1;
      for (const { cluster, length } of runs) {
        if (cluster === null) continue;
        if (cluster !== next) pieces++;
        next = cluster + length;
      }
    }
    if (pieces === 0) continue;
    if (record.base || record.attributes.some(({ type }) => type === NTFS_ATTRIBUTE.attributeList)) {
      const file = record.base?.record ?? number;
      if (apart.size < MAX_APART || apart.has(file)) apart.set(file, (apart.get(file) ?? 0) + pieces);
      continue;
    }
    files++;
    fragments += pieces;
    if (pieces > 1) fragmentedFiles++;
  }
  for (const pieces of apart.values()) {
    files++;
    fragments += pieces;
    if (pieces > 1) fragmentedFiles++;
  }
  return { files, fragmentedFiles, fragments, share: 1 };
}

/** Files in several records that are counted. */
const MAX_APART = 200_000;

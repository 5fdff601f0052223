import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { isoRecords, isSelfOrParent } from './records.ts';
import type { IsoDirectory, IsoVolume } from './volume.ts';

/** Names beyond this much of a directory are not looked at. */
const MAX_DIRECTORY_BYTES = 256 * 1024;

/** A name without its version number, and without the dot that a name with no extension has. */
export const withoutVersion = (name: string): string => name.replace(/\.?;\d+$/, '').replace(/(?<=.)\.$/, '');

/**
 * What lies in a directory: lower-case names without version numbers, and where each lies.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds` when it lies beyond what can be read
 */
export async function listIsoDirectory(source: BlockSource, volume: IsoVolume, directory = volume.root): Promise<Map<string, IsoDirectory>> {
  const names = new Map<string, IsoDirectory>();
  const data = await readBytes(source, directory.offset, Math.min(directory.size, MAX_DIRECTORY_BYTES));
  for (const record of isoRecords(data, volume.blockSize)) {
    if (isSelfOrParent(record)) continue;
    const name = new TextDecoder('latin1').decode(record.name);
    names.set(withoutVersion(name).toLowerCase(), { offset: record.offset, size: record.size });
  }
  return names;
}

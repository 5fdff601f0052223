import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { ISO_SECTOR, IsoDirectoryRecord } from './structs.ts';
import type { IsoDirectory } from './volume.ts';

/** Names beyond this much of a directory are not looked at. */
const MAX_DIRECTORY_BYTES = 256 * 1024;

/**
 * What lies in a directory: lower-case names without version numbers, and where each lies.
 * @throws EngineError `struct-out-of-bounds` when it lies beyond what can be read
 */
export async function listIsoDirectory(source: BlockSource, directory: IsoDirectory): Promise<Map<string, IsoDirectory>> {
  const names = new Map<string, IsoDirectory>();
  const data = await readBytes(source, directory.offset, Math.min(directory.size, MAX_DIRECTORY_BYTES));
  let at = 0;
  while (at + IsoDirectoryRecord.size <= data.length) {
    const record = IsoDirectoryRecord.read(data, at);
    if (record.length === 0) {
      // Records do not cross sectors: the rest of this one is padding.
      at = (Math.floor(at / ISO_SECTOR) + 1) * ISO_SECTOR;
      continue;
    }
    const name = new TextDecoder('latin1').decode(data.subarray(at + 33, at + 33 + record.nameLength));
    names.set(name.replace(/\.?;\d+$/, '').toLowerCase(), { offset: record.extent * ISO_SECTOR, size: record.size });
    at += Math.max(record.length, IsoDirectoryRecord.size);
  }
  return names;
}

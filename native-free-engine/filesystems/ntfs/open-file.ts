import { EngineError } from '../../base/errors.ts';
import type { BlockSource } from '../../io/types.ts';
import { reject } from './faults.ts';
import { Mft } from './mft.ts';
import { compactFile, compressedFile, type PackedFile } from './packed-file.ts';
import type { NtfsAttribute } from './record.ts';
import { findInRoot } from './root-directory.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE, WOF, WofReparse } from './structs.ts';

const MAX_DEPTH = 64;

/**
 * A file of a volume that is not mounted, by its path: `Windows/System32/config/SYSTEM`, letters of any case.
 * Links and junctions are not followed. Closing it leaves the volume open.
 * @returns null when there is no such file
 * @throws EngineError `ntfs-file-encoded` for one that Windows encrypted, or keeps elsewhere; `struct-invalid`,
 *   `struct-out-of-bounds`, `number-unsafe`, `allocation-invalid`; errors of reading as they come
 */
export async function openNtfsFile(source: BlockSource, path: string): Promise<BlockSource | null> {
  const names = path.toLowerCase().split(/[\\/]/).filter((name) => name !== '');
  if (names.length === 0 || names.length > MAX_DEPTH) return null;
  const mft = await Mft.open(source);
  let number: number = NTFS_FILE.root;
  let record = await mft.record(number);
  for (const name of names) {
    if (!record.directory) return null;
    const attributes = await mft.attributes(number, record);
    if (attributes.some(({ type }) => type === NTFS_ATTRIBUTE.reparsePoint)) return null;
    const { files, damaged } = await findInRoot(mft, attributes, new Set([name]));
    const found = files.get(name);
    // What is not in a directory of which parts make no sense may be in those parts.
    if (!found && damaged) throw reject('NtfsIndexHeader', 'directory');
    if (!found) return null;
    record = await mft.file(found);
    number = found.record;
  }
  if (record.directory) return null;
  const attributes = await mft.attributes(number, record);
  const file = await readable(mft, attributes);
  if (!file) throw new EngineError('ntfs-file-encoded', { path });
  return { ...file, sectorSize: source.sectorSize, close: () => Promise.resolve() };
}

/** What a file holds, whichever way Windows packed it; null where only Windows knows. */
async function readable(mft: Mft, attributes: readonly NtfsAttribute[]): Promise<PackedFile | null> {
  const stream = mft.join(attributes, NTFS_ATTRIBUTE.data, '');
  if (!stream) return null;
  const reparse = mft.join(attributes, NTFS_ATTRIBUTE.reparsePoint, '');
  if (reparse) return compactFile(await reparse.read(0, Math.min(reparse.size, WofReparse.size)), stream.size, mft.join(attributes, NTFS_ATTRIBUTE.data, WOF.stream));
  if (!stream.encoded) return { size: stream.size, readInto: (offset, buffer) => stream.readInto(offset, buffer) };
  return stream.encrypted ? null : compressedFile(stream);
}

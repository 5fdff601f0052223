import { EngineError } from '../../base/errors.ts';
import type { BlockSource } from '../../io/types.ts';
import { reject } from './faults.ts';
import { Mft } from './mft.ts';
import { findInRoot } from './root-directory.ts';
import type { NtfsStream } from './stream.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

const MAX_DEPTH = 64;

/**
 * A file of a volume that is not mounted, by its path: `Windows/System32/config/SYSTEM`, letters of any case.
 * Links and junctions are not followed. Closing it leaves the volume open.
 * @returns null when there is no such file
 * @throws EngineError `ntfs-file-encoded` for one that Windows compressed or encrypted; `struct-invalid`,
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
  const stream = mft.join(attributes, NTFS_ATTRIBUTE.data, '');
  // What Windows packed with its newer ways (CompactOS) lies in a stream of its own, and holes are left in its place.
  if (!stream || stream.encoded || attributes.some(({ type }) => type === NTFS_ATTRIBUTE.reparsePoint)) throw new EngineError('ntfs-file-encoded', { path });
  return asSource(stream, source.sectorSize);
}

const asSource = (stream: NtfsStream, sectorSize: number): BlockSource => ({
  size: stream.size,
  sectorSize,
  readInto: (offset, buffer) => stream.readInto(offset, buffer),
  close: () => Promise.resolve(),
});

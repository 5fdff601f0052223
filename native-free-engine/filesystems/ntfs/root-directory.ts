import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { applyFixups, readRecord, type NtfsGeometry } from './mft.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE, NtfsIndexEntry, NtfsIndexHeader } from './structs.ts';

/** Names beyond this much of the root directory's index are not looked at. */
const MAX_INDEX_BYTES = 1024 * 1024;
/** In the key, a $FILE_NAME: one byte of length, one of name space, then UTF-16. */
const NAME_LENGTH_AT = 0x40;
const NAME_AT = 0x42;

/** The names in the root directory, lower case, in no order: enough to tell what a volume is for. */
export async function rootNames(source: BlockSource, geometry: NtfsGeometry): Promise<Set<string>> {
  const names = new Set<string>();
  const attributes = (await readRecord(source, geometry, NTFS_FILE.root)).filter((a) => a.name === '$I30');
  const root = attributes.find((a) => a.type === NTFS_ATTRIBUTE.indexRoot)?.value;
  if (!root) return names;
  collectNames(root, 0x10, names);

  const blockSize = new DataView(root.buffer, root.byteOffset, root.length).getUint32(8, true);
  if (blockSize < 512 || blockSize > 64 * 1024) return names;
  let read = 0;
  for (const extent of attributes.find((a) => a.type === NTFS_ATTRIBUTE.indexAllocation)?.extents ?? []) {
    for (let at = 0; at + blockSize <= extent.length && read < MAX_INDEX_BYTES; at += blockSize, read += blockSize) {
      const block = await readBytes(source, extent.offset + at, blockSize);
      // A block that was never used has no magic.
      if (block[0] !== 0x49) continue;
      applyFixups(block, 'INDX');
      collectNames(block, 0x18, names);
    }
  }
  return names;
}

function collectNames(data: Uint8Array, headerAt: number, names: Set<string>): void {
  const header = NtfsIndexHeader.read(data, headerAt);
  const end = Math.min(data.length, headerAt + header.usedSize);
  let at = headerAt + header.firstEntry;
  while (at + NtfsIndexEntry.size <= end) {
    const entry = NtfsIndexEntry.read(data, at);
    if (entry.flags & 2) return;
    const key = at + NtfsIndexEntry.size;
    const nameEnd = key + NAME_AT + (data[key + NAME_LENGTH_AT] ?? 0) * 2;
    if (nameEnd > end) return;
    names.add(new TextDecoder('utf-16le').decode(data.subarray(key + NAME_AT, nameEnd)).toLowerCase());
    at += entry.length;
  }
}

import { reject } from './faults.ts';
import { readFileName, type NtfsName } from './file-name.ts';
import { splitReference, type FileReference } from './reference.ts';
import { NtfsFileName, NtfsIndexEntry, NtfsIndexHeader } from './structs.ts';

interface DirectoryEntry extends NtfsName {
  readonly file: FileReference;
}

/** In an index block the index header stands behind the record header; in an $INDEX_ROOT behind its own. */
export const INDEX_HEADER_AT = { block: 0x18, root: 0x10 } as const;

/**
 * The entries of one node of a directory's index.
 * @param headerAt one of {@link INDEX_HEADER_AT}
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`
 */
export function* indexEntries(node: Uint8Array, headerAt: number): Generator<DirectoryEntry> {
  const header = NtfsIndexHeader.read(node, headerAt);
  const end = headerAt + header.usedSize;
  if (end > node.length) throw reject('NtfsIndexHeader', 'usedSize');
  let at = headerAt + header.firstEntry;
  while (at + NtfsIndexEntry.size <= end) {
    const entry = NtfsIndexEntry.read(node, at);
    if (entry.flags & 2) return;
    const key = at + NtfsIndexEntry.size;
    if (entry.keyLength < NtfsFileName.size || key + entry.keyLength > end) throw reject('NtfsIndexEntry', 'keyLength');
    yield { ...readFileName(node.subarray(key, key + entry.keyLength)), file: splitReference(entry.fileReference) };
    at += entry.length;
  }
}

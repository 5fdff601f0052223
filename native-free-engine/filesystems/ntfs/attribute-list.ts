import { reject } from './faults.ts';
import { splitReference, type FileReference } from './reference.ts';
import { NtfsAttributeListEntry } from './structs.ts';

/** Windows allows no more; bytes. */
export const MAX_LIST_BYTES = 256 * 1024;

/**
 * The records that an $ATTRIBUTE_LIST names, each once, in the order of the list.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`
 */
export function listedRecords(list: Uint8Array): FileReference[] {
  const found = new Map<number, FileReference>();
  let at = 0;
  while (at + NtfsAttributeListEntry.size <= list.length) {
    const entry = NtfsAttributeListEntry.read(list, at);
    const reference = splitReference(entry.fileReference);
    const known = found.get(reference.record);
    if (known && known.sequence !== reference.sequence) throw reject('NtfsAttributeListEntry', 'fileReference');
    found.set(reference.record, reference);
    at += entry.length;
  }
  return [...found.values()];
}

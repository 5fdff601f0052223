import { reject } from './faults.ts';
import { splitReference, type FileReference } from './reference.ts';
import type { NtfsAttribute } from './record.ts';
import { NTFS_ATTRIBUTE, NtfsFileName } from './structs.ts';

/** A name of a file in one directory. A file has one for each hard link, and one more for DOS. */
export interface NtfsName {
  readonly name: string;
  readonly nameSpace: number;
  readonly parent: FileReference;
}

const utf16 = new TextDecoder('utf-16le');
/** POSIX, Win32, DOS, Win32 and DOS in one: the lower, the better to show. */
const RANK = [1, 0, 2, 0] as const;

/** @throws EngineError `struct-invalid`, `struct-out-of-bounds` */
export function readFileName(value: Uint8Array): NtfsName {
  const { parentReference, nameLength, nameSpace } = NtfsFileName.read(value);
  const end = NtfsFileName.size + nameLength * 2;
  if (end > value.length) throw reject('NtfsFileName', 'nameLength');
  return { name: utf16.decode(value.subarray(NtfsFileName.size, end)), nameSpace, parent: splitReference(parentReference) };
}

/** All names among a file's attributes, the one to show first. @throws EngineError `struct-invalid` */
export function namesOf(attributes: readonly NtfsAttribute[]): NtfsName[] {
  return attributes
    .filter((a) => a.type === NTFS_ATTRIBUTE.fileName && a.value)
    .map((a) => readFileName(a.value!))
    .sort((a, b) => (RANK[a.nameSpace] ?? 3) - (RANK[b.nameSpace] ?? 3));
}

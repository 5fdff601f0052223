import { intersect, normalize, subtract, totalLength, type ExtentSet } from '../../base/extent.ts';
import { hasText } from '../../struct/index.ts';
import type { LeftOut } from '../allocation-types.ts';
import { reject } from './faults.ts';
import { namesOf } from './file-name.ts';
import type { Mft } from './mft.ts';
import type { FileReference } from './reference.ts';
import type { NtfsStream } from './stream.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

export const HIBERNATION_FILE = 'hiberfil.sys';
/** In the root directory. */
export const SWAP_FILES: ReadonlySet<string> = new Set(['pagefile.sys', 'swapfile.sys', HIBERNATION_FILE]);

const HIBERNATION_HEADER = 4096;
/** `hibr`: asleep; `rstr`: was waking up. Both in capitals since Windows 8. Awake it is zeros or `wake`. */
const ASLEEP = ['hibr', 'HIBR', 'rstr', 'RSTR'] as const;

/**
 * The content of a file of the root directory; null when it has none.
 * @throws EngineError `struct-invalid` when the directory names a file that is no longer the one meant
 */
export async function contentOf(mft: Mft, name: string, reference: FileReference): Promise<NtfsStream | null> {
  const base = await mft.file(reference);
  const attributes = await mft.attributes(reference.record, base);
  const isMeant = namesOf(attributes).some((n) => n.parent.record === NTFS_FILE.root && n.name.toLowerCase() === name);
  if (base.directory || !isMeant) throw reject('NtfsFileName', 'name');
  return mft.join(attributes, NTFS_ATTRIBUTE.data, '');
}

/** As other NTFS drivers see it: a file too short to have a header belongs to a Windows that sleeps on another volume. */
export async function isAsleep(file: NtfsStream | null): Promise<boolean> {
  if (!file || file.size < HIBERNATION_HEADER) return true;
  const head = await file.read(0, HIBERNATION_HEADER);
  return ASLEEP.some((magic) => hasText(head, 0, magic));
}

/**
 * What of a swap file need not be in an image; null when there is nothing.
 * @param used what $Bitmap says is in use
 * @param metadata what the file system's own files occupy: never left out, whatever a damaged record claims
 */
export function leaveOut(name: string, file: NtfsStream, used: ExtentSet, metadata: ExtentSet): LeftOut | null {
  // Zeros in place of compressed or encrypted clusters would not read as zeros.
  if (file.encoded) return null;
  const extents = subtract(intersect(normalize(file.extents), used), metadata);
  return totalLength(extents) > 0 ? { name, extents } : null;
}

import { formatUuid } from '../../struct/guid.ts';
import { QCOW2_EXTENSION, QCOW2_MAGIC, Qcow2Header, Qcow2HeaderExtension } from './structs.ts';

/** As many bytes from the start of a file as {@link imageIdIn} needs. */
export const IMAGE_ID_HEAD_BYTES = 4096;

const MAX_EXTENSIONS = 64;

/**
 * The identity in the first bytes of an image of this program, lower-case UUID; null for any other file.
 * Looks at nothing else, so that it answers for the first piece of a split image and for a damaged one too.
 */
export function imageIdIn(head: Uint8Array): string | null {
  if (head.length < Qcow2Header.size) return null;
  const { magic, version, headerLength } = Qcow2Header.read(head);
  if (magic !== QCOW2_MAGIC || version !== 3 || headerLength < 104 || headerLength % 8 !== 0) return null;
  let at = headerLength;
  for (let count = 0; count < MAX_EXTENSIONS && at + Qcow2HeaderExtension.size <= head.length; count++) {
    const { type, length } = Qcow2HeaderExtension.read(head, at);
    at += Qcow2HeaderExtension.size;
    if (type === QCOW2_EXTENSION.end || length > head.length - at) return null;
    if (type === QCOW2_EXTENSION.imageId) return length === 16 ? formatUuid(head.subarray(at, at + 16)) || null : null;
    at += Math.ceil(length / 8) * 8;
  }
  return null;
}

import { hasText } from '../struct/index.ts';
import type { DiskImageFormat } from './disk-image.ts';
import { PARTCLONE_MAGIC } from './partclone/index.ts';
import { isVhdFooter } from './vhd/read.ts';

/** A disk image's format by the first and the last sector of its file; null for raw and for anything else. */
export function recogniseDiskImage(head: Uint8Array, lastSector: Uint8Array): DiskImageFormat | null {
  if (hasText(head, 0, 'QFI\xfb')) return 'qcow2';
  if (hasText(head, 0, 'vhdxfile')) return 'vhdx';
  if (hasText(head, 0, 'KDMV') || hasText(head, 0, 'COWD') || /^# *Disk DescriptorFile/i.test(String.fromCharCode(...head.subarray(0, 32)))) return 'vmdk';
  if (hasText(head, 0, PARTCLONE_MAGIC)) return 'partclone';
  // A fixed VHD is a raw disk but for its last sector (a byte shorter before Virtual PC 2004).
  if (isVhdFooter(head) || isVhdFooter(lastSector) || isVhdFooter(lastSector.subarray(1))) return 'vhd';
  return null;
}

const SUFFIXES: readonly { readonly pattern: RegExp; readonly format: DiskImageFormat }[] = [
  { pattern: /\.qcow2?$/i, format: 'qcow2' },
  { pattern: /\.vhdx$/i, format: 'vhdx' },
  { pattern: /\.vhd$/i, format: 'vhd' },
  // The flat extents of a split disk are raw.
  { pattern: /(?<!-flat|-f\d{3})\.vmdk$/i, format: 'vmdk' },
];

/** The format that a file's name promises, other than raw. */
export function promisedFormat(path: string): DiskImageFormat | null {
  return SUFFIXES.find(({ pattern }) => pattern.test(path))?.format ?? null;
}

import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { UDF_TAG, UdfFileEntry, UdfFileIdentifier, UdfFileSet, UdfLongAllocation, UdfTag } from './structs.ts';
import { decodeOsta, type UdfVolume } from './volume.ts';

/** Names beyond this much of a directory are not looked at. */
const MAX_DIRECTORY_BYTES = 256 * 1024;

/** Where a file's entry lies, in bytes. */
export type UdfIcb = number;

/** @throws EngineError `struct-invalid`, `struct-out-of-bounds` */
export async function udfRoot(source: BlockSource, volume: UdfVolume): Promise<UdfIcb> {
  const data = await readBytes(source, placeOf(volume, volume.fileSet), UdfFileSet.size);
  expectTag(data, UDF_TAG.fileSet);
  return placeOf(volume, UdfFileSet.read(data).rootIcb);
}

/** What lies in a directory: lower-case names, and where each one's entry lies. */
export async function listUdfDirectory(source: BlockSource, volume: UdfVolume, directory: UdfIcb): Promise<Map<string, UdfIcb>> {
  const data = await readFileStart(source, volume, directory);
  const names = new Map<string, UdfIcb>();
  let at = 0;
  while (at + UdfFileIdentifier.size <= data.length && UdfTag.read(data, at).id === UDF_TAG.fileIdentifier) {
    const entry = UdfFileIdentifier.read(data, at);
    const nameAt = at + UdfFileIdentifier.size + entry.implementationLength;
    const isParent = (entry.characteristics & 8) !== 0;
    if (!isParent) names.set(decodeOsta(data.subarray(nameAt, nameAt + entry.nameLength)).toLowerCase(), placeOf(volume, entry.icb));
    at += alignUp(UdfFileIdentifier.size + entry.implementationLength + entry.nameLength, 4);
  }
  return names;
}

function placeOf(volume: UdfVolume, longAllocation: Uint8Array): number {
  return volume.partitionOffset + UdfLongAllocation.read(longAllocation).block * volume.blockSize;
}

function expectTag(data: Uint8Array, ...ids: number[]): void {
  const { id } = UdfTag.read(data);
  if (!ids.includes(id)) throw new EngineError('struct-invalid', { struct: 'UdfTag', field: 'id', value: id });
}

/** The start of a file: from the entry itself, or its extents one after the other. */
async function readFileStart(source: BlockSource, volume: UdfVolume, icb: UdfIcb): Promise<Uint8Array> {
  const data = await readBytes(source, icb, volume.blockSize);
  expectTag(data, UDF_TAG.fileEntry, UDF_TAG.extendedFileEntry);
  const entry = UdfFileEntry.read(data);
  const size = entry.sizeHigh > 0 ? MAX_DIRECTORY_BYTES : Math.min(entry.size, MAX_DIRECTORY_BYTES);
  const view = new DataView(data.buffer);
  // The extended entry has 40 bytes more before its two lengths.
  const lengthsAt = UdfTag.read(data).id === UDF_TAG.extendedFileEntry ? 208 : 168;
  const start = lengthsAt + 8 + view.getUint32(lengthsAt, true);
  const end = start + view.getUint32(lengthsAt + 4, true);
  if (end > data.length) throw new EngineError('struct-invalid', { struct: 'UdfFileEntry', field: 'allocation' });

  const form = entry.icbFlags & 7;
  if (form === 3) return data.subarray(start, end);
  const step = form === 0 ? 8 : 16;
  const out = new Uint8Array(size);
  let filled = 0;
  for (let at = start; at + step <= end && filled < size; at += step) {
    const length = Math.min(view.getUint32(at, true) & 0x3fffffff, size - filled);
    if (length === 0) break;
    out.set(await readBytes(source, volume.partitionOffset + view.getUint32(at + 4, true) * volume.blockSize, length), filled);
    filled += length;
  }
  return out.subarray(0, filled);
}

import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { longAddress, placeOf, type UdfAddress } from './address.ts';
import { readUdfFile } from './file.ts';
import { UDF_NAME, UDF_TAG, UdfFileIdentifier, UdfFileSet, UdfTag } from './structs.ts';
import { expectTag } from './tag.ts';
import { decodeOsta, type UdfVolume } from './volume.ts';

/** Names beyond this much of a directory are not looked at. */
const MAX_DIRECTORY_BYTES = 256 * 1024;

/** One name in a directory. */
export interface UdfName {
  readonly name: string;
  /** See {@link UDF_NAME}. */
  readonly characteristics: number;
  readonly icb: UdfAddress;
}

/** @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `disc-feature-unsupported` */
export async function udfRoot(source: BlockSource, volume: UdfVolume): Promise<UdfAddress> {
  if (volume.feature !== null) throw new EngineError('disc-feature-unsupported', { feature: volume.feature });
  const place = placeOf(volume, longAddress(volume.fileSet), UdfFileSet.size);
  const data = await readBytes(source, place, UdfFileSet.size);
  expectTag(data, place, UDF_TAG.fileSet);
  return longAddress(UdfFileSet.read(data).rootIcb);
}

/**
 * The names in a directory's bytes, without those of its parent and of what was deleted.
 * @throws EngineError `struct-invalid` for what is no name
 */
export function* udfNames(data: Uint8Array): Generator<UdfName> {
  for (let at = 0; at + UdfFileIdentifier.size <= data.length; ) {
    const entry = UdfFileIdentifier.read(data, at);
    const nameAt = at + UdfFileIdentifier.size + entry.implementationLength;
    const end = nameAt + entry.nameLength;
    if (end > data.length) throw new EngineError('struct-invalid', { struct: UdfFileIdentifier.name, field: 'nameLength', value: entry.nameLength });
    expectTag(data.subarray(at, at + alignUp(end - at, 4)), at, UDF_TAG.fileIdentifier);
    if (!(entry.characteristics & (UDF_NAME.parent | UDF_NAME.deleted))) {
      yield { name: nameOf(data.subarray(nameAt, end)), characteristics: entry.characteristics, icb: longAddress(entry.icb) };
    }
    at = alignUp(end, 4);
  }
}

/** Zeros are kept for the check of names. */
function nameOf(stored: Uint8Array): string {
  const name = decodeOsta(stored);
  const characters = stored[0] === 16 ? Math.floor((stored.length - 1) / 2) : stored.length - 1;
  return name.length < characters ? `${name}\0` : name;
}

/** What lies in a directory: lower-case names, and where each one's entry lies; as far as it makes sense. */
export async function listUdfDirectory(source: BlockSource, volume: UdfVolume, directory: UdfAddress): Promise<Map<string, UdfAddress>> {
  const { contents } = await readUdfFile(source, volume, directory);
  const data = await readBytes(contents, 0, Math.min(contents.size, MAX_DIRECTORY_BYTES));
  const names = new Map<string, UdfAddress>();
  // A directory cut off at the cap ends within a name.
  const whole = data.length < contents.size ? data.subarray(0, lastName(data)) : data;
  for (const { name, icb } of udfNames(whole)) names.set(name.toLowerCase(), icb);
  return names;
}

function lastName(data: Uint8Array): number {
  let at = 0;
  while (at + UdfFileIdentifier.size <= data.length && UdfTag.read(data, at).id === UDF_TAG.fileIdentifier) {
    const { implementationLength, nameLength } = UdfFileIdentifier.read(data, at);
    const next = at + alignUp(UdfFileIdentifier.size + implementationLength + nameLength, 4);
    if (next > data.length) break;
    at = next;
  }
  return at;
}

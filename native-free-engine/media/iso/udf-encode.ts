import { UdfEntityId, UdfTag } from '../../filesystems/udf/structs.ts';
import { tagChecksum, udfCrc } from '../../filesystems/udf/tag.ts';
import { jolietBytes, latin1Bytes } from './iso-descriptors.ts';

export const UDF_BLOCK = 2048;
/** UDF 1.02, which every system reads and Windows discs have. */
export const UDF_REVISION = 0x0102;
const TAG_VERSION = 2;

/** Puts the tag in front of a descriptor that is otherwise ready. @param length bytes of the descriptor, which the CRC covers */
export function seal(descriptor: Uint8Array, id: number, location: number, length = descriptor.length): Uint8Array {
  const crcLength = length - UdfTag.size;
  const crc = udfCrc(descriptor.subarray(UdfTag.size, length));
  const values = { id, version: TAG_VERSION, checksum: 0, serial: 0, crc, crcLength, location };
  UdfTag.write(values, descriptor);
  UdfTag.write({ ...values, checksum: tagChecksum(descriptor) }, descriptor);
  return descriptor;
}

/** OSTA compressed Unicode: 8 bits a character where they do, else 16 (OSTA UDF 2.1.1). */
export function ostaBytes(text: string): Uint8Array {
  if (text === '') return new Uint8Array();
  const narrow = [...text].every((character) => character.charCodeAt(0) < 0x100 && character.length === 1);
  return Uint8Array.from(narrow ? [8, ...latin1Bytes(text)] : [16, ...jolietBytes(text)]);
}

/** A field of text whose last byte says how much of it counts; what does not fit is cut (OSTA UDF 2.1.3). */
export function dstring(text: string, length: number): Uint8Array {
  const field = new Uint8Array(length);
  let fitting = text;
  while (ostaBytes(fitting).length > length - 1) fitting = fitting.slice(0, -1);
  const stored = ostaBytes(fitting);
  field.set(stored);
  field[length - 1] = stored.length;
  return field;
}

/** OSTA Compressed Unicode as a character set (OSTA UDF 2.1.2). */
export function ostaCharacterSet(): Uint8Array {
  const field = new Uint8Array(64);
  field.set(latin1Bytes('OSTA Compressed Unicode'), 1);
  return field;
}

export type EntityKind = 'domain' | 'udf' | 'implementation' | 'contents';

/** A name with what its kind has behind it (OSTA UDF 2.1.5). */
export function entityId(kind: EntityKind, identifier: string): Uint8Array {
  const revision = [UDF_REVISION & 0xff, UDF_REVISION >> 8];
  const suffixes: Readonly<Record<EntityKind, readonly number[]>> = {
    // Bits 0 and 1: write-protected.
    domain: [...revision, 0x03],
    udf: revision,
    implementation: [],
    contents: [],
  };
  return UdfEntityId.write({ flags: 0, identifier, suffix: Uint8Array.from(suffixes[kind]) });
}

export const IMPLEMENTATION = '*Werkbank';

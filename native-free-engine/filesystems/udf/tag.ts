import { EngineError } from '../../base/errors.ts';
import { UdfTag } from './structs.ts';

/** CRC-16 with the polynomial 0x1021 (ECMA-167 3/7.2.6, annex A). */
export function udfCrc(data: Uint8Array): number {
  let crc = 0;
  for (const byte of data) crc = ((crc << 8) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] ?? 0)) & 0xffff;
  return crc;
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

export function tagChecksum(tag: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < UdfTag.size; i++) if (i !== 4) sum += tag[i] ?? 0;
  return sum & 0xff;
}

/** True when the tag at the start of `data` adds up, and what it covers too, as far as `data` goes. */
export function isTagSound(data: Uint8Array): boolean {
  const tag = UdfTag.read(data);
  if (tagChecksum(data) !== tag.checksum) return false;
  const end = UdfTag.size + tag.crcLength;
  return end > data.length || udfCrc(data.subarray(UdfTag.size, end)) === tag.crc;
}

/** @throws EngineError `struct-invalid` when the tag is another one or does not add up */
export function expectTag(data: Uint8Array, offset: number, ...ids: number[]): number {
  const { id } = UdfTag.read(data);
  const field = !ids.includes(id) ? 'id' : isTagSound(data) ? null : 'checksum';
  if (field) throw new EngineError('struct-invalid', { struct: UdfTag.name, field, value: id }, { place: { struct: UdfTag.name, field, offset } });
  return id;
}

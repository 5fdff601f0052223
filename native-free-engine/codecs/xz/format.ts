/** Headers of .xz files: The .xz File Format, version 1.2.0. */
import { crc32 } from 'node:zlib';
import type { IntegrityCheck } from '../decoder-protocol.ts';
import { corrupt, unsupported } from '../faults.ts';

const FORMAT = 'xz';
export const STREAM_HEADER_BYTES = 12;
const HEADER_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] as const;
const FOOTER_MAGIC = [0x59, 0x5a] as const;
const FILTER_LZMA2 = 0x21;
const MAX_VARINT_BYTES = 9;
/** The largest dictionary that is unpacked, in bytes. `xz -9` uses 64 MiB. */
export const MAX_DICTIONARY_BYTES = 256 << 20;

const CHECKS: Readonly<Record<number, { readonly kind: IntegrityCheck; readonly length: number }>> = {
  0: { kind: 'none', length: 0 },
  1: { kind: 'crc32', length: 4 },
  4: { kind: 'crc64', length: 8 },
  10: { kind: 'sha256', length: 32 },
};

export interface StreamFlags {
  readonly flags: number;
  readonly check: IntegrityCheck;
  /** Of the check field after each block, in bytes. */
  readonly checkLength: number;
}

export interface BlockHeader {
  readonly dictionarySize: number;
  /** Bytes of the block's compressed data, or null when only its end tells. */
  readonly compressedSize: number | null;
  readonly uncompressedSize: number | null;
}

/** What the index says of one block. */
export interface IndexRecord {
  readonly unpaddedSize: number;
  readonly uncompressedSize: number;
}

const u32 = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean => magic.every((byte, index) => bytes[at + index] === byte);

/** Section 2.1.1. */
export function parseStreamHeader(bytes: Uint8Array): StreamFlags {
  if (!startsWith(bytes, HEADER_MAGIC) || crc32(bytes.subarray(6, 8)) !== u32(bytes, 8)) throw corrupt(FORMAT);
  const flags = bytes[7] ?? 0;
  if (bytes[6] !== 0 || flags & 0xf0) throw unsupported('xz (unknown flags)');
  const check = CHECKS[flags];
  if (!check) throw unsupported(`xz (check type ${flags})`);
  return { flags, check: check.kind, checkLength: check.length };
}

/** Section 2.1.2. Returns the size that the footer gives for the index, in bytes. */
export function parseStreamFooter(bytes: Uint8Array, stream: StreamFlags): number {
  if (!startsWith(bytes, FOOTER_MAGIC, 10) || crc32(bytes.subarray(4, 10)) !== u32(bytes, 0)) throw corrupt(FORMAT);
  if (bytes[8] !== 0 || bytes[9] !== stream.flags) throw corrupt(FORMAT);
  return (u32(bytes, 4) + 1) * 4;
}

/** Section 1.2: an integer of up to 63 bits. Returns the value and where the next field starts. */
export function readVarint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index++) {
    const byte = bytes[at + index];
    if (byte === undefined || (byte === 0 && index > 0)) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte & 0x80) continue;
    if (!Number.isSafeInteger(value)) break;
    return [value, at + index + 1];
  }
  throw corrupt(FORMAT);
}

/** Section 3.1; `bytes` is the whole header. */
export function parseBlockHeader(bytes: Uint8Array): BlockHeader {
  const body = bytes.subarray(0, bytes.length - 4);
  if (crc32(body) !== u32(bytes, body.length)) throw corrupt(FORMAT);
  const flags = body[1] ?? 0;
  if (flags & 0x3c) throw unsupported('xz (unknown flags)');
  let at = 2;
  let compressedSize: number | null = null;
  let uncompressedSize: number | null = null;
  if (flags & 0x40) [compressedSize, at] = readVarint(body, at);
  if (flags & 0x80) [uncompressedSize, at] = readVarint(body, at);
  if (compressedSize === 0) throw corrupt(FORMAT);
  const [filter, afterFilter] = readVarint(body, at);
  const [propertyLength, properties] = readVarint(body, afterFilter);
  if ((flags & 3) !== 0 || filter !== FILTER_LZMA2) throw unsupported(`xz (filter ${filter})`);
  if (propertyLength !== 1) throw corrupt(FORMAT);
  if (body.subarray(properties + 1).some((byte) => byte !== 0)) throw corrupt(FORMAT);
  return { dictionarySize: dictionarySize(body[properties] ?? 0xff), compressedSize, uncompressedSize };
}

/** Section 5.3.1. */
function dictionarySize(bits: number): number {
  if (bits > 40) throw corrupt(FORMAT);
  const size = bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  if (size > MAX_DICTIONARY_BYTES) throw unsupported(`xz, dictionary of ${Math.ceil(size / 2 ** 20)} MiB`);
  return size;
}

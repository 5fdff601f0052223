import { optional } from '../optional.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText, utf16beText } from '../../struct/index.ts';
import type { Volume } from '../types.ts';
import { UDF_TAG, UdfAnchor, UdfLogicalVolume, UdfPartition, UdfPrimaryVolume, UdfTag } from './structs.ts';

export interface UdfVolume {
  readonly label: string;
  readonly uuid: string;
  readonly blockSize: number;
  /** Bytes from the start of the volume. */
  readonly partitionOffset: number;
  /** A long allocation descriptor, counted in blocks of the partition. */
  readonly fileSet: Uint8Array;
}

const RECOGNITION_OFFSET = 32 * 1024;
/** 2048 on optical media and images of them; the device's sector size on hard disks. */
const BLOCK_SIZES = [2048, 512, 4096, 1024];
const ANCHOR_BLOCK = 256;
const MAX_DESCRIPTORS = 64;

/** The volume recognition sequence: among the descriptors from 32 KiB on is one that starts with NSR (ECMA-167 2/8.3). */
export function hasUdfRecognition({ head }: Pick<Volume, 'head'>): boolean {
  for (const step of [2048, 4096]) {
    for (let at = RECOGNITION_OFFSET; at + 6 <= head.length; at += step) {
      if (hasText(head, at + 1, 'NSR02') || hasText(head, at + 1, 'NSR03')) return true;
      const known = ['BEA01', 'CD001', 'BOOT2', 'TEA01', 'CDW02'].some((id) => hasText(head, at + 1, id));
      if (!known) break;
    }
  }
  return false;
}

/** Null when no anchor leads to a logical volume. @throws EngineError where a structure points outside */
export async function readUdfVolume(source: BlockSource): Promise<UdfVolume | null> {
  for (const blockSize of BLOCK_SIZES) {
    const volume = await optional(() => readAt(source, blockSize), null);
    if (volume) return volume;
  }
  return null;
}

async function readAt(source: BlockSource, blockSize: number): Promise<UdfVolume | null> {
  const anchorBytes = await readBytes(source, ANCHOR_BLOCK * blockSize, UdfAnchor.size);
  const tag = UdfTag.read(anchorBytes);
  if (tag.id !== UDF_TAG.anchor || tag.location !== ANCHOR_BLOCK) return null;
  const anchor = UdfAnchor.read(anchorBytes);

  const count = Math.min(MAX_DESCRIPTORS, Math.floor(anchor.mainLength / blockSize));
  let label: string | null = null;
  let uuid = '';
  let partitionOffset = 0;
  let fileSet: Uint8Array = new Uint8Array(16);
  for (let index = 0; index < count; index++) {
    const data = await readBytes(source, (anchor.mainLocation + index) * blockSize, 512);
    const { id } = UdfTag.read(data);
    if (id === UDF_TAG.terminator || id === 0) break;
    if (id === UDF_TAG.primary) uuid = uuidOf(decodeDString(UdfPrimaryVolume.read(data).volumeSetId));
    else if (id === UDF_TAG.partition) partitionOffset = UdfPartition.read(data).start * blockSize;
    else if (id === UDF_TAG.logicalVolume) {
      const logical = UdfLogicalVolume.read(data);
      label = decodeDString(logical.identifier);
      fileSet = logical.fileSet;
    }
  }
  return label === null ? null : { label, uuid, blockSize, partitionOffset, fileSet };
}

/** A dstring: one byte of compression id, the characters, and in the last byte how many bytes count (OSTA UDF 2.1.3). */
function decodeDString(field: Uint8Array): string {
  const used = Math.min(field.at(-1) ?? 0, field.length - 1);
  return decodeOsta(field.subarray(0, used));
}

/** OSTA compressed Unicode: the first byte says 8 or 16 bits a character. */
export function decodeOsta(data: Uint8Array): string {
  if (data[0] === 8) return new TextDecoder('latin1').decode(data.subarray(1)).replace(/\0.*$/s, '');
  return data[0] === 16 ? utf16beText(data.subarray(1)) : '';
}

/** As blkid makes it of the volume set identifier, whose first 16 characters should be unique hexadecimal digits. */
function uuidOf(volumeSetId: string): string {
  const bytes = new TextEncoder().encode(volumeSetId);
  if (bytes.length < 8) return '';
  const hexOf = (from: number, to: number): string => Array.from(bytes.subarray(from, to), (b) => b.toString(16).padStart(2, '0')).join('');
  const digits = /^[0-9a-f]*/i.exec(volumeSetId.slice(0, 16))?.[0].length ?? 0;
  if (digits < 8) return hexOf(0, 8);
  if (digits < 16) return volumeSetId.slice(0, 8).toLowerCase() + hexOf(8, 12);
  return volumeSetId.slice(0, 16).toLowerCase();
}

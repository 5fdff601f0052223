import { EngineError } from '../../base/errors.ts';
import type { Extent } from '../../base/extent.ts';
import { optional } from '../optional.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText, trimText, utf16beText } from '../../struct/index.ts';
import type { Volume } from '../types.ts';
import { UDF_TAG, UdfAnchor, UdfLogicalVolume, UdfPartition, UdfPartitionMap, UdfPrimaryVolume, UdfTag } from './structs.ts';
import { isTagSound } from './tag.ts';

export interface UdfVolume {
  readonly label: string;
  readonly uuid: string;
  readonly blockSize: number;
  /** What the partition numbers of addresses mean; null where there is none such. Bytes. */
  readonly partitions: readonly (Extent | null)[];
  /** A kind of partition that cannot be read here (UDF 1.50 virtual and sparable, 2.50 metadata); null without. */
  readonly feature: string | null;
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
    for (const block of anchorBlocks(source.size, blockSize)) {
      const volume = await optional(() => readAt(source, blockSize, block), null);
      if (volume) return volume;
    }
  }
  return null;
}

/** Where an anchor may lie (ECMA-167 3/8.4.2.1): mostly the first is there. */
function anchorBlocks(size: number, blockSize: number): readonly number[] {
  const last = Math.floor(size / blockSize) - 1;
  return [ANCHOR_BLOCK, last, last - ANCHOR_BLOCK].filter((block, i) => block >= ANCHOR_BLOCK && (i === 0 || block !== ANCHOR_BLOCK));
}

async function readAt(source: BlockSource, blockSize: number, block: number): Promise<UdfVolume | null> {
  const anchorBytes = await readBytes(source, block * blockSize, UdfAnchor.size);
  const tag = UdfTag.read(anchorBytes);
  if (tag.id !== UDF_TAG.anchor || tag.location !== block || !isTagSound(anchorBytes)) return null;
  const { mainLocation, mainLength, reserveLocation, reserveLength } = UdfAnchor.read(anchorBytes);
  // The reserve is a copy of the main sequence, for when that one cannot be read.
  return (
    (await optional(() => readSequence(source, blockSize, mainLocation, mainLength), null)) ??
    (await readSequence(source, blockSize, reserveLocation, reserveLength))
  );
}

async function readSequence(source: BlockSource, blockSize: number, location: number, length: number): Promise<UdfVolume | null> {
  const count = Math.min(MAX_DESCRIPTORS, Math.floor(length / blockSize));
  let label: string | null = null;
  let uuid = '';
  let fileSet: Uint8Array = new Uint8Array(16);
  let maps: readonly PartitionMap[] = [];
  const partitions = new Map<number, Extent>();
  for (let index = 0; index < count; index++) {
    const data = await readBytes(source, (location + index) * blockSize, 512);
    const { id } = UdfTag.read(data);
    if (id === UDF_TAG.terminator || id === 0) break;
    if (!isTagSound(data)) throw new EngineError('struct-invalid', { struct: 'UdfTag', field: 'checksum' });
    if (id === UDF_TAG.primary) uuid = uuidOf(decodeDString(UdfPrimaryVolume.read(data).volumeSetId));
    else if (id === UDF_TAG.partition) {
      const partition = UdfPartition.read(data);
      partitions.set(partition.number, { offset: partition.start * blockSize, length: partition.length * blockSize });
    } else if (id === UDF_TAG.logicalVolume) {
      const logical = UdfLogicalVolume.read(data);
      label = decodeDString(logical.identifier);
      fileSet = logical.fileSet;
      maps = partitionMaps(data.subarray(UdfLogicalVolume.size), logical.mapTableLength, logical.mapCount);
    }
  }
  if (label === null) return null;
  const placed = maps.map((map) => (map.feature === null ? (partitions.get(map.partition) ?? null) : null));
  const feature = maps.find((map) => map.feature !== null)?.feature ?? null;
  return { label, uuid, blockSize, partitions: placed, feature, fileSet };
}

interface PartitionMap {
  readonly partition: number;
  /** What a partition of type 2 needs; null for one that lies there as it is. */
  readonly feature: string | null;
}

/** Which partition each reference in an address means. */
function partitionMaps(data: Uint8Array, length: number, count: number): readonly PartitionMap[] {
  const maps: PartitionMap[] = [];
  const end = Math.min(length, data.length);
  for (let at = 0; maps.length < count && at + UdfPartitionMap.size <= end; ) {
    const map = UdfPartitionMap.read(data, at);
    if (map.length < UdfPartitionMap.size) break;
    // `*UDF Virtual Partition`, `*UDF Sparable Partition`, `*UDF Metadata Partition`.
    const name = map.type === 1 ? null : trimText(new TextDecoder('latin1').decode(data.subarray(at + 5, at + 28))).replace('*', '');
    maps.push({ partition: map.partition, feature: name === null ? null : name || 'an unknown kind of UDF partition' });
    at += map.length;
  }
  return maps;
}

/** A dstring: one byte of compression id, the characters, and in the last byte how many bytes count (OSTA UDF 2.1.3). */
function decodeDString(field: Uint8Array): string {
  const used = Math.min(field.at(-1) ?? 0, field.length - 1);
  return decodeOsta(field.subarray(0, used));
}

/** OSTA compressed Unicode: the first byte says 8 or 16 bits a character. */
export function decodeOsta(data: Uint8Array): string {
  if (data[0] === 8) return String.fromCharCode(...data.subarray(1)).replace(/\0.*$/s, '');
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

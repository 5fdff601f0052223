import { EngineError } from '../../base/errors.ts';
import type { Extent } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import {
  NTFS_ATTRIBUTE,
  NtfsAttributeHeader,
  NtfsBootSector,
  NtfsNonResidentHeader,
  NtfsRecordHeader,
  NtfsResidentHeader,
} from './structs.ts';

/** Where everything lies on an NTFS volume. */
export interface NtfsGeometry {
  readonly clusterSize: number;
  readonly clusters: number;
  readonly recordSize: number;
  /** Bytes. */
  readonly mftOffset: number;
  readonly serial: bigint;
}

export interface NtfsAttribute {
  readonly type: number;
  readonly name: string;
  /** The value itself when it lies in the record. */
  readonly value: Uint8Array | null;
  /** Where the value lies otherwise, and its size. */
  readonly extents: readonly Extent[];
  readonly size: number;
}

const reject = (structName: string, field: string): EngineError =>
  new EngineError('struct-invalid', { struct: structName, field }, { place: { struct: structName, field } });

/** @throws EngineError `struct-invalid`, `number-unsafe` */
export function readGeometry(sector: Uint8Array): NtfsGeometry {
  const boot = NtfsBootSector.read(sector);
  const perCluster = boot.sectorsPerCluster > 0x80 ? 2 ** (256 - boot.sectorsPerCluster) : boot.sectorsPerCluster;
  const clusterSize = boot.bytesPerSector * perCluster;
  if (clusterSize > 2 * 1024 * 1024 || !Number.isInteger(Math.log2(clusterSize))) throw reject('NtfsBootSector', 'sectorsPerCluster');
  const recordSize = boot.clustersPerRecord > 0 ? boot.clustersPerRecord * clusterSize : 2 ** -boot.clustersPerRecord;
  if (recordSize < 256 || recordSize > 64 * 1024) throw reject('NtfsBootSector', 'clustersPerRecord');
  return {
    clusterSize,
    clusters: Math.floor(toSafeInt(boot.totalSectors, 'NtfsBootSector.totalSectors') / perCluster),
    recordSize,
    mftOffset: toSafeInt(toSafeInt(boot.mftCluster, 'NtfsBootSector.mftCluster') * clusterSize, 'NtfsBootSector.mftCluster'),
    serial: boot.serial,
  };
}

/** One of the first records of the MFT: its first 16 always lie together. */
export async function readRecord(source: BlockSource, geometry: NtfsGeometry, index: number): Promise<NtfsAttribute[]> {
  const record = await readBytes(source, geometry.mftOffset + index * geometry.recordSize, geometry.recordSize);
  applyFixups(record, 'FILE');
  const header = NtfsRecordHeader.read(record);
  const attributes: NtfsAttribute[] = [];
  let at = header.firstAttribute;
  while (at + 16 <= record.length) {
    const attribute = NtfsAttributeHeader.read(record, at);
    if (attribute.type === NTFS_ATTRIBUTE.end) break;
    if (attribute.length < 16 || at + attribute.length > record.length) throw reject('NtfsAttributeHeader', 'length');
    attributes.push(decodeAttribute(record.subarray(at, at + attribute.length), attribute, geometry));
    at += attribute.length;
  }
  return attributes;
}

/**
 * Puts back the last two bytes of each 512: on disk they hold a counter that
 * shows whether all sectors of the record were written together.
 * @throws EngineError `struct-invalid` when they were not, or without the magic
 */
export function applyFixups(block: Uint8Array, magic: 'FILE' | 'INDX'): void {
  const header = NtfsRecordHeader.read(block);
  if (header.magic !== magic) throw reject('NtfsRecordHeader', 'magic');
  const { fixupOffset, fixupCount } = header;
  if (fixupCount < 1 || fixupOffset + fixupCount * 2 > block.length || (fixupCount - 1) * 512 > block.length) {
    throw reject('NtfsRecordHeader', 'fixupCount');
  }
  for (let i = 1; i < fixupCount; i++) {
    const end = i * 512 - 2;
    if (block[end] !== block[fixupOffset] || block[end + 1] !== block[fixupOffset + 1]) throw reject('NtfsRecordHeader', 'fixup');
    block[end] = block[fixupOffset + i * 2] ?? 0;
    block[end + 1] = block[fixupOffset + i * 2 + 1] ?? 0;
  }
}

function decodeAttribute(data: Uint8Array, header: ReturnType<typeof NtfsAttributeHeader.read>, geometry: NtfsGeometry): NtfsAttribute {
  const nameEnd = header.nameOffset + header.nameLength * 2;
  if (nameEnd > data.length) throw reject('NtfsAttributeHeader', 'nameLength');
  const name = new TextDecoder('utf-16le').decode(data.subarray(header.nameOffset, nameEnd));
  if (header.nonResident) {
    const more = NtfsNonResidentHeader.read(data, 16);
    const extents = decodeRunlist(data.subarray(more.runlistOffset), geometry);
    return { type: header.type, name, value: null, extents, size: toSafeInt(more.dataSize, 'NtfsNonResidentHeader.dataSize') };
  }
  const { valueOffset, valueLength } = NtfsResidentHeader.read(data, 16);
  if (valueOffset + valueLength > data.length) throw reject('NtfsResidentHeader', 'valueLength');
  return { type: header.type, name, value: data.subarray(valueOffset, valueOffset + valueLength), extents: [], size: valueLength };
}

/** Runs of clusters: one byte gives the widths of the length and of the signed step from the run before. */
function decodeRunlist(data: Uint8Array, geometry: NtfsGeometry): Extent[] {
  const extents: Extent[] = [];
  let cluster = 0;
  let at = 0;
  for (;;) {
    const widths = data[at++] ?? 0;
    if (widths === 0) return extents;
    const lengthWidth = widths & 0x0f;
    const stepWidth = widths >> 4;
    if (lengthWidth === 0 || lengthWidth > 6 || stepWidth > 6 || at + lengthWidth + stepWidth > data.length) throw reject('NtfsRunlist', 'widths');
    const length = littleEndian(data, at, lengthWidth, false);
    at += lengthWidth;
    // Without a step the run is a hole; none of the files read here has one.
    if (stepWidth === 0) throw reject('NtfsRunlist', 'hole');
    cluster += littleEndian(data, at, stepWidth, true);
    at += stepWidth;
    if (cluster < 0 || length < 1 || cluster + length > geometry.clusters) throw reject('NtfsRunlist', 'cluster');
    extents.push({ offset: cluster * geometry.clusterSize, length: length * geometry.clusterSize });
  }
}

function littleEndian(data: Uint8Array, at: number, width: number, signed: boolean): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (data[at + i] ?? 0);
  return signed && value >= 2 ** (width * 8 - 1) ? value - 2 ** (width * 8) : value;
}

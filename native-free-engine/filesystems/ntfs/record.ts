import { toSafeInt } from '../../base/safe-int.ts';
import { reject } from './faults.ts';
import { applyFixups } from './fixups.ts';
import type { NtfsGeometry } from './geometry.ts';
import { splitReference, type FileReference } from './reference.ts';
import { decodeRunlist, type Run } from './runlist.ts';
import { NTFS_ATTRIBUTE, NtfsAttributeHeader, NtfsNonResidentHeader, NtfsRecordHeader, NtfsResidentHeader } from './structs.ts';

/** An attribute, or the part of one that lies in a single record. */
export interface NtfsAttribute {
  readonly type: number;
  readonly name: string;
  readonly flags: number;
  /** The value itself when it lies in the record. */
  readonly value: Uint8Array | null;
  /** Where the value lies otherwise. */
  readonly runs: readonly Run[];
  /** The place of the first run in the whole value; clusters. */
  readonly firstVcn: number;
  /** Bytes, and how many of them were ever written: the rest reads as zeros. Zero for any part but the first. */
  readonly size: number;
  readonly initializedSize: number;
  /** Clusters that are packed together, zero where nothing is. */
  readonly unitClusters: number;
}

export interface NtfsRecord {
  readonly inUse: boolean;
  readonly directory: boolean;
  readonly sequence: number;
  /** Of an extension record: the file it belongs to. */
  readonly base: FileReference | null;
  readonly attributes: readonly NtfsAttribute[];
}

const utf16 = new TextDecoder('utf-16le');

/**
 * Decodes one record of the MFT as it lies on the disk; changes `record` in place.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`
 */
export function parseRecord(record: Uint8Array, geometry: NtfsGeometry): NtfsRecord {
  applyFixups(record, 'FILE');
  const header = NtfsRecordHeader.read(record);
  if (header.usedSize > record.length) throw reject('NtfsRecordHeader', 'usedSize');
  const attributes: NtfsAttribute[] = [];
  let at = header.firstAttribute;
  while (at + 4 <= header.usedSize) {
    if (new DataView(record.buffer, record.byteOffset + at, 4).getUint32(0, true) === NTFS_ATTRIBUTE.end) break;
    const attribute = NtfsAttributeHeader.read(record, at);
    if (attribute.length < 16 || attribute.length % 8 !== 0 || at + attribute.length > header.usedSize) throw reject('NtfsAttributeHeader', 'length');
    attributes.push(decodeAttribute(record.subarray(at, at + attribute.length), attribute, geometry));
    at += attribute.length;
  }
  return {
    inUse: (header.flags & 1) !== 0,
    directory: (header.flags & 2) !== 0,
    sequence: header.sequence,
    base: header.baseReference === 0n ? null : splitReference(header.baseReference),
    attributes,
  };
}

function decodeAttribute(data: Uint8Array, header: ReturnType<typeof NtfsAttributeHeader.read>, geometry: NtfsGeometry): NtfsAttribute {
  const nameEnd = header.nameOffset + header.nameLength * 2;
  if (nameEnd > data.length) throw reject('NtfsAttributeHeader', 'nameLength');
  const name = header.nameLength === 0 ? '' : utf16.decode(data.subarray(header.nameOffset, nameEnd));
  const { type, flags } = header;
  if (!header.nonResident) {
    const { valueOffset, valueLength } = NtfsResidentHeader.read(data, 16);
    if (valueOffset + valueLength > data.length) throw reject('NtfsResidentHeader', 'valueLength');
    const value = data.subarray(valueOffset, valueOffset + valueLength);
    return { type, name, flags, value, runs: [], firstVcn: 0, size: valueLength, initializedSize: valueLength, unitClusters: 0 };
  }
  const more = NtfsNonResidentHeader.read(data, 16);
  if (more.runlistOffset < 0x40 || more.runlistOffset > data.length) throw reject('NtfsNonResidentHeader', 'runlistOffset');
  const firstVcn = toSafeInt(more.firstVcn, 'NtfsNonResidentHeader.firstVcn');
  const first = firstVcn === 0;
  return {
    type,
    name,
    flags,
    value: null,
    runs: decodeRunlist(data.subarray(more.runlistOffset), geometry.clusters),
    firstVcn,
    size: first ? toSafeInt(more.dataSize, 'NtfsNonResidentHeader.dataSize') : 0,
    initializedSize: first ? toSafeInt(more.initializedSize, 'NtfsNonResidentHeader.initializedSize') : 0,
    unitClusters: first && more.compressionUnit > 0 && more.compressionUnit < 16 ? 2 ** more.compressionUnit : 0,
  };
}

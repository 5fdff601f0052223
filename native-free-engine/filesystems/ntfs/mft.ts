import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { listedRecords, MAX_LIST_BYTES } from './attribute-list.ts';
import { isDamage, isUnreadable, reject } from './faults.ts';
import { volumeGeometry, type NtfsGeometry } from './geometry.ts';
import { parseRecord, type NtfsAttribute, type NtfsRecord } from './record.ts';
import type { FileReference } from './reference.ts';
import { NtfsStream } from './stream.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

/** $MFTMirr repeats the first records. */
const MIRRORED_RECORDS = 4;
/** A file with extension records beyond this is not looked at; bytes. */
const MAX_EXTENSION_BYTES = 8 * 1024 * 1024;

/** One of the first records of the MFT: its first 16 always lie together. @throws EngineError as {@link parseRecord} */
export async function readRecord(source: BlockSource, geometry: NtfsGeometry, index: number): Promise<readonly NtfsAttribute[]> {
  const record = await readBytes(source, geometry.mftOffset + index * geometry.recordSize, geometry.recordSize);
  return parseRecord(record, geometry).attributes;
}

/** The master file table: every file is one or more of its records. */
export class Mft {
  readonly source: BlockSource;
  readonly geometry: NtfsGeometry;
  #stream: NtfsStream;

  private constructor(source: BlockSource, geometry: NtfsGeometry, stream: NtfsStream) {
    this.source = source;
    this.geometry = geometry;
    this.#stream = stream;
  }

  /**
   * Finds all of the MFT. Where its own records are fragmented, those that come later are
   * read by what the earlier ones tell.
   * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`, `allocation-invalid`
   */
  static async open(source: BlockSource): Promise<Mft> {
    const geometry = await volumeGeometry(source);
    const read = async (offset: number): Promise<NtfsRecord> => checked(parseRecord(await readBytes(source, offset, geometry.recordSize), geometry));
    const base = await read(geometry.mftOffset).catch((error: unknown) => mirrored(error, () => read(geometry.mirrorOffset)));
    const parts = base.attributes.filter(isData);
    const first = parts[0];
    if (!first) throw reject('NtfsRecordHeader', '$MFT');
    const known = (): NtfsStream => new NtfsStream(source, geometry, parts.map((part) => (part.firstVcn === 0 ? shortened(part, parts, geometry) : part)));
    const mft = new Mft(source, geometry, known());
    const list = await mft.#listOf(base);
    for (const reference of extensionsOf(list, NTFS_FILE.mft, geometry)) {
      const extension = await mft.#readExtension(reference, { record: NTFS_FILE.mft, sequence: base.sequence });
      parts.push(...extension.attributes.filter(isData));
      mft.#stream = known();
    }
    mft.#stream = new NtfsStream(source, geometry, parts);
    return mft;
  }

  get records(): number {
    return Math.floor(this.#stream.size / this.geometry.recordSize);
  }

  /** The MFT's bytes, record after record. */
  get stream(): NtfsStream {
    return this.#stream;
  }

  /** @throws EngineError `struct-out-of-bounds` beyond the MFT's end, and as {@link parseRecord} */
  async record(number: number): Promise<NtfsRecord> {
    const { recordSize, mirrorOffset } = this.geometry;
    const own = async (): Promise<NtfsRecord> => parseRecord(await this.#stream.read(number * recordSize, recordSize), this.geometry);
    if (number >= MIRRORED_RECORDS) return own();
    return own().catch((error: unknown) =>
      mirrored(error, async () => parseRecord(await readBytes(this.source, mirrorOffset + number * recordSize, recordSize), this.geometry)),
    );
  }

  /** The record of a file that still is the one meant. @throws EngineError `struct-invalid` when it is another's or nobody's */
  async file(reference: FileReference): Promise<NtfsRecord> {
    const record = await this.record(reference.record);
    if (!record.inUse || record.base || record.sequence !== reference.sequence) throw reject('NtfsRecordHeader', 'sequence');
    return record;
  }

  /** Every attribute of a file, from all its records. @throws EngineError */
  async attributes(number: number, base: NtfsRecord): Promise<NtfsAttribute[]> {
    const all = [...base.attributes];
    const list = await this.#listOf(base);
    for (const reference of extensionsOf(list, number, this.geometry)) {
      all.push(...(await this.#readExtension(reference, { record: number, sequence: base.sequence })).attributes);
    }
    return all;
  }

  /** One attribute as a whole; null when there is none. @throws EngineError `struct-invalid` */
  join(attributes: readonly NtfsAttribute[], type: number, name: string): NtfsStream | null {
    const parts = attributes.filter((a) => a.type === type && a.name === name);
    return parts.length > 0 ? new NtfsStream(this.source, this.geometry, parts) : null;
  }

  async #listOf(base: NtfsRecord): Promise<Uint8Array | null> {
    const list = this.join(base.attributes, NTFS_ATTRIBUTE.attributeList, '');
    if (!list) return null;
    if (list.size > MAX_LIST_BYTES) throw reject('NtfsAttributeListEntry', 'size');
    return list.read(0, list.size);
  }

  async #readExtension(reference: FileReference, base: FileReference): Promise<NtfsRecord> {
    const record = await this.record(reference.record);
    const fits = record.inUse && record.sequence === reference.sequence && record.base?.record === base.record;
    if (!fits || record.base?.sequence !== base.sequence) throw reject('NtfsRecordHeader', 'baseReference');
    return record;
  }
}

const isData = (attribute: NtfsAttribute): boolean => attribute.type === NTFS_ATTRIBUTE.data && attribute.name === '';

/** The first part of the MFT's data as long as later ones are not known: no longer than what is. */
function shortened(first: NtfsAttribute, parts: readonly NtfsAttribute[], geometry: NtfsGeometry): NtfsAttribute {
  const clusters = parts.reduce((sum, part) => sum + part.runs.reduce((length, run) => length + run.length, 0), 0);
  const size = Math.min(first.size, clusters * geometry.clusterSize);
  return { ...first, size, initializedSize: Math.min(first.initializedSize, size) };
}

/** @throws EngineError `struct-invalid` for more than fits into memory */
function extensionsOf(list: Uint8Array | null, base: number, geometry: NtfsGeometry): FileReference[] {
  const found = list ? listedRecords(list).filter(({ record }) => record !== base) : [];
  if (found.length * geometry.recordSize > MAX_EXTENSION_BYTES) throw reject('NtfsAttributeListEntry', 'fileReference');
  return found;
}

function checked(record: NtfsRecord): NtfsRecord {
  if (!record.inUse || record.base) throw reject('NtfsRecordHeader', '$MFT');
  return record;
}

/** The same from $MFTMirr when the MFT's own record is damaged; otherwise the first error. */
async function mirrored(error: unknown, read: () => Promise<NtfsRecord>): Promise<NtfsRecord> {
  if (!isDamage(error) && !isUnreadable(error)) throw error;
  return read().catch(() => {
    throw error;
  });
}

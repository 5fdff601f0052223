import type { Extent } from '../../base/extent.ts';
import { crc32c } from '../../codecs/crc32c.ts';
import { KIB_4, LogDataSector, LogDescriptor, LogEntryHeader } from './structs.ts';

/** One entry of the log whose every sector was found whole. */
export interface LogEntry {
  /** Where it starts in the log, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly tail: number;
  readonly sequenceNumber: bigint;
  readonly flushedFileOffset: bigint;
  readonly lastFileOffset: bigint;
  readonly descriptorCount: number;
}

/** One change that an entry makes to the file: zeros, or the bytes of one 4 KiB sector. */
export interface LogChange {
  readonly extent: Extent;
  readonly data: Uint8Array | null;
}

/** More than any log of 32 MiB takes that a program wrote; in bytes. */
const SUM_LIMIT_BYTES = 512 << 20;

/** The log region, read as the circle it is. */
export class LogRing {
  readonly bytes: Uint8Array;
  readonly #guid: string;
  /** Bytes that may still be summed: overlapping entries of a hostile log would take for ever. */
  #budget: number;

  constructor(bytes: Uint8Array, guid: string) {
    this.bytes = bytes;
    this.#guid = guid;
    this.#budget = SUM_LIMIT_BYTES;
  }

  get exhausted(): boolean {
    return this.#budget < 0;
  }

  #sector(offset: number): Uint8Array {
    const at = offset % this.bytes.length;
    return this.bytes.subarray(at, at + KIB_4);
  }

  /** The entry at `offset`, or null when no whole one of this log starts there (section 2.3.2). */
  entryAt(offset: number): LogEntry | null {
    const first = this.#sector(offset);
    const header = LogEntryHeader.read(first);
    const { entryLength: length, tail, descriptorCount, sequenceNumber } = header;
    if (header.signature !== 'loge' || header.logGuid !== this.#guid || sequenceNumber === 0n) return null;
    if (length === 0 || length % KIB_4 !== 0 || length > this.bytes.length) return null;
    if (tail % KIB_4 !== 0 || tail >= this.bytes.length) return null;
    if (LogEntryHeader.size + descriptorCount * LogDescriptor.size > length) return null;
    if (header.checksum !== this.#checksum(offset, length)) return null;
    const entry = { offset, length, tail, sequenceNumber, descriptorCount, flushedFileOffset: header.flushedFileOffset, lastFileOffset: header.lastFileOffset };
    return this.#changes(entry, null) ? entry : null;
  }

  /** What the entry changes, in order; null when a descriptor or sector is not its own. */
  changesOf(entry: LogEntry): LogChange[] | null {
    const changes: LogChange[] = [];
    return this.#changes(entry, changes) ? changes : null;
  }

  #checksum(offset: number, length: number): number {
    this.#budget -= length;
    if (this.exhausted) return -1;
    let sum = 0;
    for (let done = 0; done < length; done += KIB_4) {
      const sector = this.#sector(offset + done);
      if (done > 0) sum = crc32c(sector, sum);
      else sum = crc32c(sector.subarray(8), crc32c(new Uint8Array(4), crc32c(sector.subarray(0, 4))));
    }
    return sum;
  }

  #changes(entry: LogEntry, into: LogChange[] | null): boolean {
    const descriptorSectors = Math.ceil((LogEntryHeader.size + entry.descriptorCount * LogDescriptor.size) / KIB_4);
    let dataSector = descriptorSectors;
    for (let i = 0; i < entry.descriptorCount; i++) {
      const at = LogEntryHeader.size + i * LogDescriptor.size;
      const descriptor = LogDescriptor.read(this.#sector(entry.offset + at - (at % KIB_4)), at % KIB_4);
      if (descriptor.sequenceNumber !== entry.sequenceNumber || descriptor.fileOffset % 4096n !== 0n) return false;
      const offset = Number(descriptor.fileOffset);
      if (descriptor.signature === 'zero') {
        const length = new DataView(descriptor.leading.buffer, descriptor.leading.byteOffset).getBigUint64(0, true);
        if (length % 4096n !== 0n) return false;
        into?.push({ extent: { offset, length: Number(length) }, data: null });
      } else if (descriptor.signature === 'desc') {
        if ((dataSector + 1) * KIB_4 > entry.length) return false;
        const sector = LogDataSector.read(this.#sector(entry.offset + dataSector++ * KIB_4));
        const sequence = (BigInt(sector.sequenceHigh) << 32n) | BigInt(sector.sequenceLow);
        if (sector.signature !== 'data' || sequence !== entry.sequenceNumber) return false;
        if (into) {
          const data = new Uint8Array(KIB_4);
          data.set(descriptor.leading);
          data.set(sector.data, 8);
          data.set(descriptor.trailing, KIB_4 - 4);
          into.push({ extent: { offset, length: KIB_4 }, data });
        }
      } else {
        return false;
      }
    }
    return true;
  }
}

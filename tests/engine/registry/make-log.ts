import { baseChecksum } from '../../../native-free-engine/registry/base-checksum.ts';
import { marvin32 } from '../../../native-free-engine/registry/marvin32.ts';

/** Log files of a hive, laid out by hand by the published format; constructed, not recorded. */

const BASE = 4096;

export interface LogEntry {
  readonly sequence: number;
  /** Offsets from the end of the base block. */
  readonly pages: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly binsSize: number;
}

/** What has to be written to `from` to make `to` of it: the pages of 4 KiB in which they differ. */
export function difference(from: Uint8Array, to: Uint8Array): LogEntry['pages'] {
  const pages: { offset: number; bytes: Uint8Array }[] = [];
  for (let at = BASE; at < to.length; at += BASE) {
    const bytes = to.slice(at, at + BASE);
    if (Buffer.compare(bytes, from.subarray(at, at + BASE)) !== 0) pages.push({ offset: at - BASE, bytes });
  }
  return pages;
}

export function logEntry({ sequence, pages, binsSize }: LogEntry): Buffer {
  const head = 0x28 + 8 * pages.length;
  const size = Math.ceil((head + pages.reduce((sum, { bytes }) => sum + bytes.length, 0)) / 512) * 512;
  const entry = Buffer.alloc(size);
  entry.write('HvLE', 0, 'latin1');
  [size, 1, sequence, binsSize, pages.length].forEach((value, i) => entry.writeUInt32LE(value, 4 + i * 4));
  let at = head;
  pages.forEach(({ offset, bytes }, i) => {
    entry.writeUInt32LE(offset, 0x28 + i * 8);
    entry.writeUInt32LE(bytes.length, 0x2c + i * 8);
    entry.set(bytes, at);
    at += bytes.length;
  });
  const seal = (place: number, [low, high]: readonly [number, number]): void => {
    entry.writeUInt32LE(low, place);
    entry.writeUInt32LE(high, place + 4);
  };
  seal(0x18, marvin32(entry.subarray(0x28)));
  seal(0x20, marvin32(entry.subarray(0, 0x20)));
  return entry;
}

/** @param hive whose base block the log begins with, as a log's */
export function logFile(hive: Uint8Array, ...entries: readonly Uint8Array[]): Buffer {
  const base = Buffer.from(hive.subarray(0, 512));
  base.writeUInt32LE(6, 0x1c);
  base.writeUInt32LE(baseChecksum(base), 0x1fc);
  return Buffer.concat([base, ...entries]);
}

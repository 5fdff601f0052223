import type { BlockSource } from '../io/types.ts';
import { isDataFault } from '../struct/index.ts';
import { baseChecksum } from './base-checksum.ts';
import { marvin32 } from './marvin32.ts';
import { HIVE, HiveBaseBlock, HiveLogEntry, HiveLogPage } from './structs.ts';

/** Windows lets a log grow to 64 MB and writes the hive long before; bytes. */
const MAX_LOG = 64 * 1024 * 1024;
/** Bytes of dirty pages that are held in memory. */
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_PAGES = 40_000;
const SECTOR = 512;
const LOG_FILE_TYPE = 6;

interface Page {
  /** In the hive's file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Entry {
  readonly sequence: number;
  readonly binsSize: number;
  readonly pages: readonly Page[];
}

/** A hive with what waited in its logs. */
export interface Replayed {
  readonly source: BlockSource;
  /** How many log entries were applied. */
  readonly entries: number;
}

/**
 * Applies the logs of a dirty hive in memory, as Windows does when it loads the hive: the entries from the hive's own
 * sequence number on, one after the other, up to the first that is missing or whose hash is wrong. Nothing is written.
 * Only the format of Windows 8.1 and later; older logs are left alone.
 * @param hive a hive with a sound base block; one that is not dirty needs no logs
 * @param logs `.LOG1` and `.LOG2`, whichever there are
 * @returns null when nothing could be applied
 * @throws errors of reading
 */
export async function replayLogs(hive: BlockSource, logs: readonly BlockSource[]): Promise<Replayed | null> {
  const base = new Uint8Array(HiveBaseBlock.size);
  await hive.readInto(0, base);
  const { primarySequence, secondarySequence } = HiveBaseBlock.read(base);
  const bySequence = new Map<number, Entry>();
  let bytes = 0;
  let pages = 0;
  for (const log of logs) {
    for (const entry of entriesOf(await head(log), secondarySequence)) {
      for (const page of entry.pages) bytes += page.bytes.length;
      pages += entry.pages.length;
      if (bytes > MAX_BYTES || pages > MAX_PAGES) return null;
      if (!bySequence.has(entry.sequence)) bySequence.set(entry.sequence, entry);
    }
  }
  const first = Math.min(...bySequence.keys());
  // Between what the hive has and what the logs have, something is missing.
  if (first > primarySequence) return null;
  const applied: Entry[] = [];
  for (let entry = bySequence.get(first); entry; entry = bySequence.get(entry.sequence + 1)) applied.push(entry);
  const last = applied.at(-1);
  if (!last) return null;
  return { source: overlay(hive, wholeBase(base, last), applied.flatMap(({ pages }) => pages), HIVE.baseBlock + last.binsSize), entries: applied.length };
}

async function head(log: BlockSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(log.size, MAX_LOG));
  await log.readInto(0, bytes);
  return bytes;
}

/** The entries of one log that are sound and not older than the hive, up to the first that is not sound. */
function* entriesOf(log: Uint8Array, from: number): Generator<Entry> {
  if (log.length < SECTOR || String.fromCharCode(...log.subarray(0, 4)) !== 'regf') return;
  const base = sound(() => HiveBaseBlock.read(log));
  if (!base || base.fileType !== LOG_FILE_TYPE || base.checksum !== baseChecksum(log)) return;
  for (let at = SECTOR; at + HiveLogEntry.size <= log.length; ) {
    const entry = sound(() => HiveLogEntry.read(log, at));
    if (!entry || entry.magic !== 'HvLE' || entry.size < HiveLogEntry.size || entry.size % SECTOR !== 0 || at + entry.size > log.length) return;
    const bytes = log.subarray(at, at + entry.size);
    if (!hashed(bytes.subarray(HiveLogEntry.size), entry.pagesHashLow, entry.pagesHashHigh)) return;
    if (!hashed(bytes.subarray(0, HiveLogEntry.fields.headHashLow.offset), entry.headHashLow, entry.headHashHigh)) return;
    const pages = pagesOf(bytes, entry.pageCount, entry.binsSize);
    if (!pages) return;
    if (entry.sequence >= from) yield { sequence: entry.sequence, binsSize: entry.binsSize, pages };
    at += entry.size;
  }
}

/** Null where they do not fit into the entry, or into the hive. */
function pagesOf(entry: Uint8Array, count: number, binsSize: number): Page[] | null {
  const pages: Page[] = [];
  let at = HiveLogEntry.size + count * HiveLogPage.size;
  if (at > entry.length || binsSize % HIVE.baseBlock !== 0 || binsSize === 0) return null;
  for (let i = 0; i < count; i++) {
    const { offset, size } = HiveLogPage.read(entry, HiveLogEntry.size + i * HiveLogPage.size);
    if (size === 0 || size % SECTOR !== 0 || offset % SECTOR !== 0 || offset + size > binsSize || at + size > entry.length) return null;
    pages.push({ offset: HIVE.baseBlock + offset, bytes: entry.subarray(at, at + size) });
    at += size;
  }
  return pages;
}

function hashed(bytes: Uint8Array, low: number, high: number): boolean {
  const [ownLow, ownHigh] = marvin32(bytes);
  return ownLow === low && ownHigh === high;
}

function sound<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isDataFault(error)) return null;
    throw error;
  }
}

/** The base block as it is once everything was written. */
function wholeBase(base: Uint8Array, { sequence, binsSize }: Entry): Uint8Array {
  const whole = base.slice();
  const view = new DataView(whole.buffer);
  const { primarySequence, secondarySequence, binsSize: bins, checksum } = HiveBaseBlock.fields;
  for (const field of [primarySequence, secondarySequence]) field.set(view, field.offset, sequence);
  bins.set(view, bins.offset, binsSize);
  checksum.set(view, checksum.offset, baseChecksum(whole));
  return whole;
}

/** The hive's file with pages over it, the later ones on top; zeros where it had not grown yet. */
function overlay(hive: BlockSource, base: Uint8Array, pages: readonly Page[], size: number): BlockSource {
  const over: readonly Page[] = [...pages, { offset: 0, bytes: base }];
  return {
    size: Math.max(size, hive.size),
    sectorSize: hive.sectorSize,
    async readInto(offset, buffer) {
      buffer.fill(0);
      const own = Math.max(0, Math.min(buffer.length, hive.size - offset));
      if (own > 0) await hive.readInto(offset, buffer.subarray(0, own));
      for (const page of over) {
        const from = Math.max(offset, page.offset);
        const to = Math.min(offset + buffer.length, page.offset + page.bytes.length);
        if (from < to) buffer.set(page.bytes.subarray(from - page.offset, to - page.offset), from - offset);
      }
    },
    close: () => hive.close(),
  };
}

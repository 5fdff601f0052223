import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { isDataFault } from '../../struct/index.ts';
import { wimInvalid, wimTooLarge } from './faults.ts';
import { checkPlace, hashBytes, hashText } from './lookup-table.ts';
import { SHA1_BYTES, WIM_HEADER_BYTES, WimIntegrityHeader } from './structs.ts';
import type { WimFile } from './types.ts';

/** What Windows and wimlib write. */
const CHUNK_BYTES = 10 << 20;
const MAX_CHUNK_BYTES = 128 << 20;
const MAX_TABLE_BYTES = 64 << 20;
const READ_BYTES = 1 << 20;

interface IntegrityTable {
  /** Bytes that each SHA-1 covers, counted from the end of the header to the end of the lookup table. */
  readonly chunkSize: number;
  readonly hashes: readonly string[];
}

/** Compares the file with its integrity table. @returns false when it has none @throws EngineError `wim-checksum-mismatch`, `wim-invalid` */
export async function checkIntegrity(file: WimFile, signal?: AbortSignal): Promise<boolean> {
  const table = await readIntegrity(file);
  if (!table) return false;
  const end = coveredEnd(file);
  for (const [i, hash] of table.hashes.entries()) {
    const start = WIM_HEADER_BYTES + i * table.chunkSize;
    if ((await hashOf(file.source, start, Math.min(end, start + table.chunkSize), signal)) !== hash) throw new EngineError('wim-checksum-mismatch', { path: file.path, what: `${start}+${table.chunkSize}` });
  }
  return true;
}

/** @returns null where there is none @throws EngineError `wim-invalid`, `wim-truncated`, `wim-too-large` */
export async function readIntegrity(file: WimFile): Promise<IntegrityTable | null> {
  const { header: { integrity }, path, source } = file;
  if (integrity.storedSize === 0) return null;
  checkPlace(file, integrity);
  if (integrity.storedSize > MAX_TABLE_BYTES) throw wimTooLarge(path, 'integrity table', integrity.storedSize);
  try {
    const data = await readBytes(source, integrity.offset, integrity.storedSize);
    const { size, entryCount, chunkSize } = WimIntegrityHeader.read(data);
    const wanted = Math.ceil((coveredEnd(file) - WIM_HEADER_BYTES) / chunkSize);
    if (size !== data.length || entryCount !== wanted || size !== WimIntegrityHeader.size + entryCount * SHA1_BYTES || chunkSize > MAX_CHUNK_BYTES) {
      throw wimInvalid(path, `integrity table of ${size} bytes, ${entryCount} entries of ${chunkSize}`);
    }
    return { chunkSize, hashes: Array.from({ length: entryCount }, (_, i) => hashText(data.subarray(WimIntegrityHeader.size + i * SHA1_BYTES))) };
  } catch (error) {
    if (isDataFault(error)) throw wimInvalid(path, error.message, error);
    throw error;
  }
}

/**
 * The integrity table of a file whose lookup table ends at `end`.
 * @param known the table it had before something was appended, and the byte from which on the file is new
 */
export async function makeIntegrity(source: BlockSource, end: number, known: { readonly table: IntegrityTable; readonly until: number } | null, signal?: AbortSignal): Promise<Uint8Array> {
  const chunkSize = known?.table.chunkSize ?? CHUNK_BYTES;
  const count = Math.ceil((end - WIM_HEADER_BYTES) / chunkSize);
  const data = new Uint8Array(WimIntegrityHeader.size + count * SHA1_BYTES);
  WimIntegrityHeader.write({ size: data.length, entryCount: count, chunkSize }, data);
  for (let i = 0; i < count; i++) {
    const start = WIM_HEADER_BYTES + i * chunkSize;
    const unchanged = known !== null && start + chunkSize <= known.until;
    const hash = unchanged ? known.table.hashes[i]! : await hashOf(source, start, Math.min(end, start + chunkSize), signal);
    data.set(hashBytes(hash), WimIntegrityHeader.size + i * SHA1_BYTES);
  }
  return data;
}

const coveredEnd = ({ header: { lookupTable } }: WimFile): number => lookupTable.offset + lookupTable.storedSize;

async function hashOf(source: BlockSource, start: number, end: number, signal: AbortSignal | undefined): Promise<string> {
  const hasher = createHasher('sha1');
  for (let at = start; at < end; at += READ_BYTES) {
    throwIfAborted(signal);
    hasher.update(await readBytes(source, at, Math.min(READ_BYTES, end - at)));
  }
  return hasher.hex();
}

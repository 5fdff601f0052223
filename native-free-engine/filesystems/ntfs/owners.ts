import { throwIfAborted } from '../../base/abort.ts';
import { normalize } from '../../base/extent.ts';
import { optional } from '../optional.ts';
import type { FileOwner, OwnerFinder } from '../allocation-types.ts';
import { isDamage, isUnreadable } from './faults.ts';
import { tailOf } from './geometry.ts';
import { Mft } from './mft.ts';
import { Paths } from './paths.ts';
import { parseRecord, type NtfsRecord } from './record.ts';
import type { FileReference } from './reference.ts';
import { Sought } from './sought.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

/** A multiple of every record size; bytes. */
const PIECE = 512 * 1024;
/** What is given up where a piece cannot be read; bytes. */
const SMALL_PIECE = 4096;
/** After so many bad places only whole pieces are tried. */
const MAX_BAD_PLACES = 64;
/** More files than this are not named. */
const MAX_OWNERS = 100_000;

interface Claim {
  readonly file: { readonly record: number; readonly sequence: number | null };
  /** Of a named stream. */
  readonly stream: string;
  bytes: number;
}

/**
 * Goes through the whole MFT once: every record tells which clusters its attributes occupy, also those records
 * that hold what does not fit into a file's first one. Files in the order of their records, at most 100,000;
 * the file system's own as `$MFT`, a named stream as `file:stream`.
 */
export const ntfsOwners: OwnerFinder = async (source, extents, signal) => {
  const mft = await optional(() => Mft.open(source), null);
  const asked = normalize(extents);
  if (!mft || asked.length === 0) return [];
  const { clusterSize } = mft.geometry;
  const sought = new Sought(asked);
  const claims = new Map<string, Claim>();
  const claim = (file: Claim['file'], stream: string, bytes: number): void => {
    const key = `${file.record}:${stream}`;
    const known = claims.get(key);
    if (known) known.bytes += bytes;
    else if (claims.size < MAX_OWNERS) claims.set(key, { file, stream, bytes });
  };

  for await (const [number, record] of recordsOf(mft, signal)) {
    if (!record.inUse) continue;
    const file: FileReference = record.base ?? { record: number, sequence: record.sequence };
    for (const { type, name, runs } of record.attributes) {
      let bytes = 0;
      for (const { cluster, length } of runs) if (cluster !== null) bytes += sought.overlap(cluster * clusterSize, length * clusterSize);
      if (bytes > 0) claim(file, type === NTFS_ATTRIBUTE.data ? name : '', bytes);
    }
  }
  const tail = tailOf(source, mft.geometry);
  const copy = sought.overlap(tail.offset, tail.length);
  if (copy > 0) claim({ record: NTFS_FILE.boot, sequence: null }, '', copy);

  const paths = new Paths(mft);
  const owners: FileOwner[] = [];
  for (const { file, stream, bytes } of [...claims.values()].sort((a, b) => a.file.record - b.file.record)) {
    throwIfAborted(signal);
    const path = await paths.of(file);
    owners.push({ path: stream ? `${path}:${stream}` : path, bytes });
  }
  return owners;
};

/** Every record that can be read and makes sense, with its number. */
export async function* recordsOf(mft: Mft, signal: AbortSignal | undefined): AsyncGenerator<[number, NtfsRecord]> {
  const { recordSize } = mft.geometry;
  const size = mft.records * recordSize;
  const buffer = new Uint8Array(Math.min(PIECE, size));
  let badPlaces = 0;
  /** What cannot be read becomes zeros, which are no record. */
  const fill = async (at: number, piece: Uint8Array, step: number): Promise<void> => {
    for (let i = 0; i < piece.length; i += step) {
      const part = piece.subarray(i, i + step);
      try {
        await mft.stream.readInto(at + i, part);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        if (part.length > SMALL_PIECE && badPlaces < MAX_BAD_PLACES) {
          await fill(at + i, part, SMALL_PIECE);
        } else {
          badPlaces++;
          part.fill(0);
        }
      }
    }
  };
  for (let at = 0; at < size; at += PIECE) {
    throwIfAborted(signal);
    const piece = buffer.subarray(0, Math.min(PIECE, size - at));
    await fill(at, piece, PIECE);
    for (let i = 0; i < piece.length; i += recordSize) {
      // Most of what is no record was never used, and is told by its first byte.
      if (piece[i] !== 0x46) continue;
      const record = soundRecord(() => parseRecord(piece.subarray(i, i + recordSize), mft.geometry));
      if (record) yield [(at + i) / recordSize, record];
    }
  }
}

function soundRecord(parse: () => NtfsRecord): NtfsRecord | null {
  try {
    return parse();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

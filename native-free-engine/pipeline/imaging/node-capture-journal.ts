import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { EngineError, errnoOf } from '../../base/errors.ts';
import type { Extent } from '../../base/extent.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { journalPath } from '../../images/manifest/file-names.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import { STORED } from '../../images/qcow2/write-index.ts';
import { destinationError } from '../../io/destination-error.ts';
import { giveToCaller } from '../../io/node-caller.ts';
import { syncFolder } from '../../io/node-sync-folder.ts';
import { ascii, struct, u32le, u64le } from '../../struct/index.ts';
import { CLUSTER, type CaptureState } from './capture-state.ts';

const headSchema = z.object({
  format: z.literal('werkbank-capture'),
  version: z.literal(1),
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  /** What identifies the source: model, serial number, size. */
  source: z.object({ model: z.string(), serial: z.string(), size: z.number() }),
  /** SHA-256 over the allocation maps: as long as it is the same, nobody wrote to the source's file systems. */
  mapSha256: z.string(),
  clusterSize: z.int(),
  clusters: z.int(),
  virtualSize: z.number(),
  partBytes: z.number(),
  compression: z.enum(['none', 'fast', 'balanced', 'small']),
  /** Image id of the parent, empty for a full image. */
  parent: z.string(),
  /** Whether it may take the place of another image. */
  overwrite: z.boolean().default(false),
});

/** What a capture was when it began; to go on it must still be the same. */
export type JournalHead = z.infer<typeof headSchema>;

/** One entry in front of its payload: the head (JSON), or clusters that are on stable storage. */
const JournalEntry = struct('JournalEntry', 24, 'docs/formats/image.md, "The journal"', {
  magic: ascii(0x00, 8),
  clusters: u32le(0x08),
  bad: u32le(0x0c),
  payloadBytes: u32le(0x10, { unit: 'bytes' }),
  payloadCrc: u32le(0x14),
});
const JournalCluster = struct('JournalCluster', 48, 'docs/formats/image.md, "The journal"', {
  index: u32le(0x00),
  length: u32le(0x04, { unit: 'bytes' }),
  offset: u64le(0x08, { unit: 'bytes' }),
});
const JournalBad = struct('JournalBad', 16, 'docs/formats/image.md, "The journal"', {
  offset: u64le(0x00, { unit: 'bytes' }),
  length: u64le(0x08, { unit: 'bytes' }),
});
const HEAD_MAGIC = 'WBKJHEAD';
const BATCH_MAGIC = 'WBKJDATA';
/** Offset of the hash in a {@link JournalCluster}. */
const HASH_AT = 16;

/** The notes of a capture about itself: appended to, and of use up to the last entry that is whole. */
export class CaptureJournal {
  readonly #file: FileHandle;
  readonly #path: string;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** @throws EngineError `image-unfinished` when there is one already; `destination-full`, `destination-unwritable` */
  static async create(image: string, head: JournalHead): Promise<CaptureJournal> {
    const path = journalPath(image);
    const file = await open(path, 'wx', 0o644).catch((error: unknown) => {
      if (errnoOf(error) === 'EEXIST') throw new EngineError('image-unfinished', { path: image }, { cause: error });
      throw destinationError(path, error);
    });
    giveToCaller(file.fd);
    const journal = new CaptureJournal(file, path);
    await journal.#append(HEAD_MAGIC, 0, 0, new TextEncoder().encode(JSON.stringify(head)));
    await syncFolder(dirname(path));
    return journal;
  }

  /** Goes on with a journal that was read; what was cut off in the middle is dropped. */
  static async reopen(image: string, validBytes: number): Promise<CaptureJournal> {
    const path = journalPath(image);
    const file = await open(path, 'r+').catch((error: unknown) => {
      throw destinationError(path, error);
    });
    await file.truncate(validBytes);
    return new CaptureJournal(file, path);
  }

  /** Notes clusters and bad places that are on stable storage. */
  async keep(state: CaptureState, indexes: readonly number[], bad: readonly Extent[]): Promise<void> {
    if (indexes.length === 0 && bad.length === 0) return;
    const payload = new Uint8Array(indexes.length * JournalCluster.size + bad.length * JournalBad.size);
    indexes.forEach((index, i) => {
      const at = i * JournalCluster.size;
      JournalCluster.write({ index, length: state.lengths[index]!, offset: BigInt(state.offsets[index]!) }, payload, at);
      payload.set(state.hashes.subarray(index * SUM_BYTES, (index + 1) * SUM_BYTES), at + HASH_AT);
    });
    bad.forEach((extent, i) => {
      JournalBad.write({ offset: BigInt(extent.offset), length: BigInt(extent.length) }, payload, indexes.length * JournalCluster.size + i * JournalBad.size);
    });
    await this.#append(BATCH_MAGIC, indexes.length, bad.length, payload);
    for (const index of indexes) Atomics.store(state.done, index, CLUSTER.kept);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #append(magic: string, clusters: number, bad: number, payload: Uint8Array): Promise<void> {
    const entry = new Uint8Array(JournalEntry.size + payload.length);
    JournalEntry.write({ magic, clusters, bad, payloadBytes: payload.length, payloadCrc: crc32(payload) }, entry);
    entry.set(payload, JournalEntry.size);
    try {
      const { size } = await this.#file.stat();
      let done = 0;
      while (done < entry.length) done += (await this.#file.write(entry, done, entry.length - done, size + done)).bytesWritten;
      await this.#file.sync();
    } catch (error) {
      throw destinationError(this.#path, error);
    }
  }
}

/** A journal as it was found. */
export interface ReadJournal {
  readonly head: JournalHead;
  /** Bytes up to the end of the last whole entry. */
  readonly validBytes: number;
  readonly bad: readonly Extent[];
  /** Clusters kept, as far as they were read into a state. */
  readonly kept: number;
  /** End of the data in the image file. */
  readonly dataEnd: number;
}

/** A batch is written every few seconds; a longer one is no journal of ours. */
const MAX_PAYLOAD = 512 * 1024 * 1024;

/** Entry and payload of the head: JSON of a few hundred bytes. */
const MAX_HEAD_BYTES = 64 * 1024;

/**
 * What an unfinished capture was begun with; null when there is none, or one of which nothing was captured. Reads nothing else of its journal.
 * @throws EngineError `image-manifest-invalid`, `image-unreadable`
 */
export async function readJournalHead(image: string): Promise<JournalHead | null> {
  const path = journalPath(image);
  try {
    const file = await open(path, 'r');
    try {
      const data = Buffer.alloc(MAX_HEAD_BYTES);
      const { bytesRead } = await file.read(data, 0, data.length, 0);
      const found = data.subarray(0, bytesRead);
      return endsInHead(found) ? null : headIn(found, path).head;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw unreadable(path, error);
  }
}

/** Whether it was cut off before its first entry was whole: nothing was captured then. */
const endsInHead = (data: Buffer): boolean =>
  data.length < JournalEntry.size || (data.length < MAX_HEAD_BYTES && data.length < JournalEntry.size + JournalEntry.read(data, 0).payloadBytes);

/**
 * Reads the journal of an unfinished capture.
 * @param stateFor gives the arrays to fill once the head is known; throws to refuse it
 * @throws EngineError `image-manifest-invalid` when its head makes no sense, `image-unreadable`
 */
export async function readJournal(image: string, stateFor: (head: JournalHead) => CaptureState): Promise<ReadJournal> {
  const path = journalPath(image);
  const data = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const { head, end } = headIn(data, path);
  const state = stateFor(head);
  const bad: Extent[] = [];
  let at = end;
  let kept = 0;
  let dataEnd = head.clusterSize;
  for (let next = entryAt(data, at); next; next = entryAt(data, at)) {
    const { entry, payload } = next;
    if (entry.magic !== BATCH_MAGIC || entry.clusters * JournalCluster.size + entry.bad * JournalBad.size !== payload.length) break;
    for (let i = 0; i < entry.clusters; i++) {
      const from = i * JournalCluster.size;
      const { index, length, offset } = JournalCluster.read(payload, from);
      if (index >= head.clusters) throw new EngineError('image-manifest-invalid', { path, reason: `cluster ${index}` });
      state.lengths[index] = length;
      state.offsets[index] = Number(offset);
      state.hashes.set(payload.subarray(from + HASH_AT, from + JournalCluster.size), index * SUM_BYTES);
      if (state.done[index] === CLUSTER.open) kept++;
      state.done[index] = CLUSTER.kept;
      const stored = length >= STORED.plain ? head.clusterSize : length;
      dataEnd = Math.max(dataEnd, Number(offset) + stored);
    }
    for (let i = 0; i < entry.bad; i++) {
      const raw = JournalBad.read(payload, entry.clusters * JournalCluster.size + i * JournalBad.size);
      bad.push({ offset: Number(raw.offset), length: Number(raw.length) });
    }
    at += JournalEntry.size + payload.length;
  }
  return { head, validBytes: at, bad, kept, dataEnd };
}

/** The entry at `at`, null when it is cut short or damaged: there the journal ends. */
function entryAt(data: Buffer, at: number): { readonly entry: ReturnType<typeof JournalEntry.read>; readonly payload: Buffer } | null {
  if (at + JournalEntry.size > data.length) return null;
  const entry = JournalEntry.read(data, at);
  const payload = data.subarray(at + JournalEntry.size, at + JournalEntry.size + entry.payloadBytes);
  return entry.payloadBytes <= MAX_PAYLOAD && payload.length === entry.payloadBytes && crc32(payload) === entry.payloadCrc ? { entry, payload } : null;
}

function headIn(data: Buffer, path: string): { readonly head: JournalHead; readonly end: number } {
  const first = entryAt(data, 0);
  if (first?.entry.magic !== HEAD_MAGIC) throw new EngineError('image-manifest-invalid', { path, reason: 'head' });
  return { head: parseHead(first.payload, path), end: JournalEntry.size + first.payload.length };
}

const unreadable = (path: string, error: unknown): EngineError =>
  error instanceof EngineError ? error : new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });

function parseHead(payload: Uint8Array, path: string): JournalHead {
  try {
    return headSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch (error) {
    throw new EngineError('image-manifest-invalid', { path, reason: 'head' }, { cause: error });
  }
}

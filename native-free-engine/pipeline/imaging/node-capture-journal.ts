import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { EngineError, errnoOf } from '../../base/errors.ts';
import type { Extent } from '../../base/extent.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { journalPath, partialPath, partPath } from '../../images/manifest/node-image-set.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import { giveToCaller } from '../../io/node-caller.ts';
import { ascii, struct, u32le, u64le } from '../../struct/index.ts';
import { CLUSTER, type CaptureState } from './capture-state.ts';
import { destinationError } from './node-output-parts.ts';

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
    await giveToCaller(path);
    const journal = new CaptureJournal(file, path);
    await journal.#append(HEAD_MAGIC, 0, 0, new TextEncoder().encode(JSON.stringify(head)));
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

/**
 * Reads the journal of an unfinished capture.
 * @param stateFor gives the arrays to fill once the head is known; null to look at the head only
 * @returns null when there is none
 * @throws EngineError `image-manifest-invalid` when its head makes no sense
 */
export async function readJournal(image: string, stateFor: ((head: JournalHead) => CaptureState) | null): Promise<ReadJournal | null> {
  const path = journalPath(image);
  const data = await readFile(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  });
  if (!data) return null;
  let head: JournalHead | null = null;
  let state: CaptureState | null = null;
  const bad: Extent[] = [];
  let at = 0;
  let kept = 0;
  let dataEnd = 0;
  while (at + JournalEntry.size <= data.length) {
    const entry = JournalEntry.read(data, at);
    const payload = data.subarray(at + JournalEntry.size, at + JournalEntry.size + entry.payloadBytes);
    if (entry.payloadBytes > MAX_PAYLOAD || payload.length < entry.payloadBytes || crc32(payload) !== entry.payloadCrc) break;
    if (entry.magic === HEAD_MAGIC && !head) {
      head = parseHead(payload, path);
      state = stateFor?.(head) ?? null;
      if (!state) return { head, validBytes: at + JournalEntry.size + payload.length, bad, kept, dataEnd };
      dataEnd = head.clusterSize;
    } else if (entry.magic === BATCH_MAGIC && head && state) {
      if (entry.clusters * JournalCluster.size + entry.bad * JournalBad.size !== payload.length) break;
      for (let i = 0; i < entry.clusters; i++) {
        const from = i * JournalCluster.size;
        const { index, length, offset } = JournalCluster.read(payload, from);
        if (index >= head.clusters) throw new EngineError('image-manifest-invalid', { path, reason: `cluster ${index}` });
        state.lengths[index] = length;
        state.offsets[index] = Number(offset);
        state.hashes.set(payload.subarray(from + HASH_AT, from + JournalCluster.size), index * SUM_BYTES);
        if (state.done[index] === CLUSTER.open) kept++;
        state.done[index] = CLUSTER.kept;
        const stored = length >= 0xffff_fffe ? head.clusterSize : length;
        dataEnd = Math.max(dataEnd, Number(offset) + stored);
      }
      for (let i = 0; i < entry.bad; i++) {
        const raw = JournalBad.read(payload, entry.clusters * JournalCluster.size + i * JournalBad.size);
        bad.push({ offset: Number(raw.offset), length: Number(raw.length) });
      }
    } else break;
    at += JournalEntry.size + payload.length;
  }
  if (!head) throw new EngineError('image-manifest-invalid', { path, reason: 'head' });
  return { head, validBytes: at, bad, kept, dataEnd };
}

function parseHead(payload: Uint8Array, path: string): JournalHead {
  try {
    return headSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch (error) {
    throw new EngineError('image-manifest-invalid', { path, reason: 'head' }, { cause: error });
  }
}

/** Removes what an unfinished capture left behind. Finished images stay. */
export async function discardUnfinished(image: string): Promise<void> {
  const found = await readJournal(image, null).catch(() => null);
  await rm(partialPath(image), { force: true });
  if (found && found.head.partBytes > 0) {
    for (let index = 0; index < 999; index++) await rm(partialPath(partPath(image, index)), { force: true });
  }
  await rm(journalPath(image), { force: true });
}

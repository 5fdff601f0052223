import { EngineError } from '../base/errors.ts';
import { createHasher } from '../codecs/checksums.ts';
import { alignedBuffer } from '../io/aligned-buffer.ts';
import type { FileTree, TreeEntry } from '../io/file-tree.ts';
import type { BlockSource } from '../io/types.ts';
import { CHUNK_SIZE } from '../pipeline/chunks.ts';
import { StallLadder, STALL_TIMEOUTS, type StallTimeouts } from '../pipeline/stall-ladder.ts';
import type { FileHash } from './file-hashes.ts';

export interface HashTreeOptions {
  readonly signal: AbortSignal;
  readonly stall?: StallTimeouts;
  /** Bytes hashed so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** Reads in flight at once: so many that the next one is there when one is hashed. */
const IN_FLIGHT = 3;

/** Some bytes of a file, to be read. */
interface Stretch {
  readonly path: string;
  readonly source: BlockSource;
  readonly offset: number;
  readonly length: number;
}

/** One whose bytes are on their way into `buffer`. */
interface Reading extends Stretch {
  readonly buffer: Uint8Array;
  readonly read: Promise<void>;
}

/**
 * The SHA-256 of every file of a tree, each read once. Files come in the order in which they lie on their medium, so that a
 * drive that turns never goes back; reads go ahead, across files, while one stretch is hashed. They go past the page cache:
 * to fill that takes a processor longer than to hash. Memory is bounded by the buffers, time by the sizes that the files claim.
 * @throws EngineError `image-unreadable` with ETIMEDOUT for a medium gone silent, what opening and reading the files throws; AbortError
 */
export async function* hashTree(tree: FileTree, options: HashTreeOptions): AsyncGenerator<FileHash> {
  const ladder = new StallLadder(options.stall ?? STALL_TIMEOUTS, options.signal);
  const watched = async <T>(path: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await ladder.watch(act, null);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'target-stalled') throw error;
      throw new EngineError('image-unreadable', { path, errno: 'ETIMEDOUT' }, { cause: error });
    }
  };
  const sources = new Set<BlockSource>();
  const open = async (entry: TreeEntry): Promise<BlockSource> => {
    const source = await watched(entry.path, () => entry.open());
    sources.add(source);
    return source;
  };
  const buffers = Array.from({ length: IN_FLIGHT }, () => alignedBuffer(CHUNK_SIZE));
  let started = 0;
  const start = (stretch: Stretch): Reading => {
    const { path, source, offset, length } = stretch;
    const buffer = buffers[started++ % IN_FLIGHT]!.subarray(0, length);
    const read = length === 0 ? Promise.resolve() : watched(path, () => source.readInto(offset, buffer));
    // Its error is told when its turn comes.
    read.catch(() => undefined);
    return { ...stretch, buffer, read };
  };
  let hasher = createHasher('sha256');
  let done = 0;
  /** Hashes a stretch that was read; returns its file with the last one. */
  const finish = async ({ path, source, offset, buffer, read }: Reading): Promise<FileHash | null> => {
    await read;
    hasher.update(buffer);
    options.onProgress?.((done += buffer.length));
    if (offset + buffer.length < source.size) return null;
    sources.delete(source);
    await source.close();
    const sha256 = hasher.hex();
    hasher = createHasher('sha256');
    return { path, size: source.size, sha256 };
  };

  const underWay: Reading[] = [];
  try {
    for await (const stretch of stretches(tree, open)) {
      while (underWay.length >= (ladder.reduced ? 1 : IN_FLIGHT)) {
        const file = await finish(underWay.shift()!);
        if (file) yield file;
      }
      underWay.push(start(stretch));
    }
    for (const reading of underWay) {
      const file = await finish(reading);
      if (file) yield file;
    }
  } finally {
    ladder.stop();
    // A medium that is silent would keep us waiting here too.
    for (const source of sources) void source.close().catch(() => undefined);
  }
}

/** Every file in stretches of what a buffer holds; an empty one is a stretch of its own. */
async function* stretches(tree: FileTree, open: (entry: TreeEntry) => Promise<BlockSource>): AsyncGenerator<Stretch> {
  const files = tree.entries.filter(({ kind }) => kind === 'file').sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  for (const entry of files) {
    const source = await open(entry);
    for (let offset = 0; offset === 0 || offset < source.size; offset += CHUNK_SIZE) {
      yield { path: entry.path, source, offset, length: Math.min(CHUNK_SIZE, source.size - offset) };
    }
  }
}

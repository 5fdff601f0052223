import { throwIfAborted } from '../base/abort.ts';
import { alignUp } from '../base/safe-int.ts';
import { createHasher } from '../codecs/checksums.ts';
import { BUFFER_ALIGNMENT } from '../io/aligned-buffer.ts';
import type { BlockSource } from '../io/types.ts';
import { BufferPool } from './buffer-pool.ts';
import { ChunkReader, type Chunk } from './chunk-reader.ts';
import { CHUNK_SIZE } from './chunks.ts';
import { SpeedMeter } from './speed-meter.ts';

/** Chunks in memory at once: some being read, some being packed on the other cores. */
const BUFFERS = 8;

/** Where the bytes of a disk go. Chunks arrive in order; `take` may keep several at once and says when one is done with. */
export interface ChunkTaker {
  /** Resolves when the chunk's buffer may be used again. */
  take(chunk: { readonly offset: number; readonly bytes: Uint8Array; readonly padded: Uint8Array }): Promise<void>;
}

export interface ReadProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly speed: number;
  readonly etaSeconds: number | null;
  /** The destination (or the packing on the way to it) holds the disk back. */
  readonly waitsForDestination: boolean;
}

/**
 * Reads a whole disk once, in order, into `destination`.
 * @returns SHA-256 of the disk's bytes
 * @throws EngineError of the source or the destination; AbortError
 */
export async function readDisk(options: {
  readonly source: BlockSource;
  readonly destination: ChunkTaker;
  readonly signal: AbortSignal;
  readonly report: (progress: ReadProgress) => void;
}): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const { source, destination, signal } = options;
  const pool = new BufferPool(BUFFERS, CHUNK_SIZE);
  const reader = new ChunkReader({ size: source.size, block: source, openStream: () => Promise.reject(new Error('a disk is not a stream')) }, null, pool, 0);
  const hasher = createHasher('sha256');
  const speed = new SpeedMeter();
  const inFlight = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  let bytesDone = 0;

  const hand = (chunk: Chunk): void => {
    const work: Promise<void> = destination
      .take({
        offset: chunk.offset,
        bytes: chunk.buffer.subarray(0, chunk.length),
        padded: chunk.buffer.subarray(0, alignUp(chunk.length, BUFFER_ALIGNMENT)),
      })
      .then(() => {
        bytesDone += chunk.length;
        speed.add(bytesDone);
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        pool.release(chunk.buffer);
        inFlight.delete(work);
      });
    inFlight.add(work);
  };
  const report = (): void =>
    options.report({
      bytesDone,
      bytesTotal: source.size,
      speed: speed.bytesPerSecond(),
      etaSeconds: speed.secondsFor(source.size - bytesDone),
      waitsForDestination: pool.starved,
    });
  const ticker = setInterval(report, 100);
  const onAbort = (): void => void reader.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      throwIfAborted(signal);
      if (failure) break;
      const chunk = await reader.next();
      if (!chunk) break;
      hasher.update(chunk.buffer.subarray(0, chunk.length));
      hand(chunk);
    }
    await Promise.all(inFlight);
    throwIfAborted(signal);
    if (failure) throw (failure as { error: unknown }).error;
    return { sha256: hasher.hex(), bytes: bytesDone };
  } finally {
    clearInterval(ticker);
    signal.removeEventListener('abort', onAbort);
    await reader.close();
    report();
  }
}

import { EngineError } from '../../base/errors.ts';
import { WimCrew } from '../../codecs/node-wim-crew.ts';
import { createHasher, type Hasher } from '../../codecs/checksums.ts';
import { contentsOf, walk } from './entry.ts';
import { readImage } from './image.ts';
import { checkIntegrity } from './integrity.ts';
import type { Wim } from './open.ts';
import { readInOrder } from './sequence.ts';
import { inFileOrder } from './split.ts';
import type { Stream } from './types.ts';

export interface WimVerifyOptions {
  readonly signal?: AbortSignal;
  /** Unpacked bytes checked so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a WIM was found to be. */
export interface WimVerified {
  readonly images: number;
  readonly streams: number;
  /** Unpacked. */
  readonly bytes: number;
  /** It carries an integrity table, and that holds. */
  readonly integrity: boolean;
}

/**
 * Reads a WIM from end to end: the integrity table where there is one, the tree of every image, the SHA-1 of every stream, and that
 * every file's contents are there.
 * @throws EngineError `wim-checksum-mismatch` with the name of a file at fault, `wim-data-missing`, and as {@link readImage}; AbortError
 */
export async function verifyWim(wim: Wim, { signal, onProgress }: WimVerifyOptions = {}): Promise<WimVerified> {
  let integrity = false;
  for (const file of wim.files) integrity = (await checkIntegrity(file, signal)) || integrity;
  const names = new Map<string, string>();
  for (const { index } of wim.images) {
    const { root } = await readImage(wim, index);
    for (const { path, entry } of walk(root)) {
      for (const { hash } of entry.streams) {
        if (hash === '' || names.has(hash)) continue;
        if (!wim.table.streams.has(hash)) throw new EngineError('wim-data-missing', { path: wim.path, name: path });
        names.set(hash, hash === contentsOf(entry) ? path : `${path}:`);
      }
    }
  }
  const streams = inFileOrder(wim);
  const total = streams.reduce((sum, { size }) => sum + size, 0);
  const check = new StreamCheck((stream) => {
    throw new EngineError('wim-checksum-mismatch', { path: wim.files[stream.resource.part]!.path, what: names.get(stream.hash) ?? stream.hash });
  });
  let done = 0;
  const crew = new WimCrew();
  try {
    for await (const { stream, data } of readInOrder(wim, streams, crew, signal)) {
      check.update(stream, data);
      onProgress?.((done += data.length), total);
    }
  } finally {
    await crew.close();
  }
  for (const stream of streams) if (stream.size > 0 && !check.finished.has(stream)) throw new EngineError('wim-checksum-mismatch', { path: wim.path, what: names.get(stream.hash) ?? stream.hash });
  return { images: wim.images.length, streams: streams.length, bytes: total, integrity };
}

/** Compares streams that come in order with the SHA-1 that names them. */
export class StreamCheck {
  readonly finished = new Set<Stream>();
  readonly #running = new Map<Stream, { readonly hasher: Hasher; bytes: number }>();
  readonly #onMismatch: (stream: Stream) => void;

  constructor(onMismatch: (stream: Stream) => void) {
    this.#onMismatch = onMismatch;
  }

  update(stream: Stream, data: Uint8Array): void {
    const running = this.#running.get(stream) ?? { hasher: createHasher('sha1'), bytes: 0 };
    this.#running.set(stream, running);
    running.hasher.update(data);
    running.bytes += data.length;
    if (running.bytes < stream.size) return;
    this.#running.delete(stream);
    this.finished.add(stream);
    if (running.hasher.hex() !== stream.hash) this.#onMismatch(stream);
  }
}

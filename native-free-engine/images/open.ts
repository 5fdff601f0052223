import { abortable, throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';
import { bunzip2 } from '../codecs/bzip2.ts';
import { corrupt } from '../codecs/faults.ts';
import { gunzip } from '../codecs/gzip.ts';
import { unlz4 } from '../codecs/lz4.ts';
import { xzUnpackedSize } from '../codecs/xz/size.ts';
import { unxz } from '../codecs/xz/xz.ts';
import { openZipImage } from '../codecs/zip.ts';
import { zstdUnpackedSize } from '../codecs/zstd-size.ts';
import { unzstd } from '../codecs/zstd.ts';
import { spool } from '../io/node-spool.ts';
import { readHead, skipBytes } from '../io/stream-range.ts';
import type { BlockSource, ByteStream } from '../io/types.ts';
import { openLocation, type StoredFile } from './node-location.ts';
import { MAGIC_BYTES, promisedBy, recogniseContainer, recogniseForeign } from './recognise.ts';
import type { ContainerKind, ImageSource } from './types.ts';

/** Wrappings that are taken off at most. */
const MAX_DEPTH = 4;
const HEAD_BYTES = 1 << 20;

export interface OpenImageOptions {
  readonly signal?: AbortSignal;
  /** For a zip file that has to be unpacked before it can be read. */
  readonly tempDir?: string;
  /** Bytes unpacked into `tempDir` so far. */
  readonly onUnpack?: (bytes: number) => void;
  /**
   * Sees the bytes of the stored file while the first reader from the start of a packed image unpacks them,
   * in order and each once: the way to their checksum for what is only downloaded once. Not called where
   * unpacking needs random access (zip).
   */
  readonly onStored?: (bytes: Uint8Array) => void;
}

type Tap = (bytes: Uint8Array) => void;

/** What lies under one more wrapping. */
interface Layer {
  /** Without the suffixes of the wrappings outside it. */
  readonly name: string;
  readonly size: number | null;
  /** Null where it has to be unpacked. */
  readonly block: BlockSource | null;
  open(tap?: Tap): Promise<ByteStream>;
}

/**
 * Opens an image, whatever it is packed in: gzip, xz, bzip2, zstd, lz4 or zip, up to
 * four deep, recognised by their first bytes.
 *
 * A name that promises a packing which the bytes do not have is `image-corrupt`:
 * were it taken for a raw image, damage to the first byte would be written to a disk.
 *
 * @param location a path, or an http or https URL
 * @throws EngineError `image-not-found`, `image-unreadable`, `image-empty`, `image-corrupt`, `image-truncated`,
 * `image-format-unsupported`, `container-too-deep`, the `zip-` and `http-` errors; AbortError
 */
export async function openImage(location: string, options: OpenImageOptions = {}): Promise<ImageSource> {
  throwIfAborted(options.signal);
  const stored = await openLocation(location, options.signal);
  const opener = new ImageOpener(location, stored, options);
  try {
    return await opener.run();
  } catch (error) {
    await opener.close();
    throw error;
  }
}

class ImageOpener {
  readonly #location: string;
  readonly #stored: StoredFile;
  readonly #options: OpenImageOptions;
  readonly #chain: ContainerKind[] = [];
  readonly #temporary: BlockSource[] = [];

  constructor(location: string, stored: StoredFile, options: OpenImageOptions) {
    this.#location = location;
    this.#stored = stored;
    this.#options = options;
  }

  async run(): Promise<ImageSource> {
    const stored = this.#stored;
    let layer: Layer = { name: stored.name, size: stored.size, block: stored.block, open: async (tap) => tapped(await stored.openStream(0), tap) };
    for (;;) {
      const head = await this.#head(layer, MAGIC_BYTES);
      const kind = recogniseContainer(head);
      const promised = promisedBy(layer.name).kind;
      if (head.length > 0 && promised !== null && promised !== kind) throw corrupt(promised);
      if (kind === null) break;
      if (this.#chain.length === MAX_DEPTH) throw new EngineError('container-too-deep', { limit: MAX_DEPTH });
      this.#chain.push(kind);
      layer = await this.#unwrap(layer, kind);
    }
    return this.#image(layer, await this.#head(layer, HEAD_BYTES));
  }

  async close(): Promise<void> {
    await Promise.all(this.#temporary.map((source) => source.close()));
    await this.#stored.close();
  }

  #image(layer: Layer, head: Uint8Array): ImageSource {
    if (head.length === 0 || layer.size === 0) throw new EngineError('image-empty', { path: this.#location });
    const foreign = recogniseForeign(head);
    if (foreign !== null) throw new EngineError('image-format-unsupported', { format: foreign });
    const raw = this.#chain.length === 0;
    let tap = this.#options.onStored;
    const openPacked = (offset: number): Promise<ByteStream> => {
      const mine = offset === 0 ? tap : undefined;
      if (mine) tap = undefined;
      return streamFrom(layer, offset, mine);
    };
    return {
      name: this.#stored.name,
      location: this.#location,
      chain: [...this.#chain],
      size: layer.size,
      storedSize: this.#stored.size,
      head,
      block: raw && this.#stored.local ? this.#stored.block : null,
      openStream: (offset) => (raw ? this.#stored.openStream(offset) : openPacked(offset)),
      close: () => this.close(),
    };
  }

  async #unwrap(outer: Layer, kind: ContainerKind): Promise<Layer> {
    if (kind === 'zip') return this.#unwrapZip(outer);
    const decode = { gzip: gunzip, bzip2: bunzip2, xz: unxz, zstd: unzstd, lz4: unlz4 }[kind];
    const size = await this.#unpackedSize(outer, kind);
    return {
      name: promisedBy(outer.name).inner,
      size,
      block: null,
      open: async (tap) => decode(await outer.open(tap), size),
    };
  }

  /** The size that a packing itself gives reliably; gzip's is modulo 4 GiB, and of the last member only. */
  async #unpackedSize(outer: Layer, kind: ContainerKind): Promise<number | null> {
    if (!outer.block) return null;
    if (kind === 'xz') return xzUnpackedSize(outer.block);
    // Walking through the frames takes many small reads: good enough for a file, not over a network.
    if (kind === 'zstd' && this.#stored.local) return zstdUnpackedSize(outer.block);
    return null;
  }

  async #unwrapZip(outer: Layer): Promise<Layer> {
    const block = outer.block ?? (await this.#spool(outer));
    const image = await openZipImage(block);
    return { name: image.name, size: image.size, block: null, open: () => Promise.resolve(image.open()) };
  }

  /** A zip's directory is at its end: without random access all of it has to be unpacked first. */
  async #spool(layer: Layer): Promise<BlockSource> {
    const { tempDir: folder, signal, onUnpack: onProgress } = this.#options;
    const source = await withStream(layer, (stream) => spool(stream, { folder, signal, onProgress }));
    this.#temporary.push(source);
    return source;
  }

  #head(layer: Layer, length: number): Promise<Uint8Array> {
    return abortable(withStream(layer, (stream) => readHead(stream, length)), this.#options.signal);
  }
}

async function withStream<T>(layer: Layer, use: (stream: ByteStream) => Promise<T>): Promise<T> {
  const stream = await layer.open();
  try {
    return await use(stream);
  } finally {
    await stream.close();
  }
}

/** A stream whose bytes are shown to `tap` as they pass. */
function tapped(stream: ByteStream, tap: Tap | undefined): ByteStream {
  if (!tap) return stream;
  return {
    size: stream.size,
    consumed: () => stream.consumed(),
    async read(buffer) {
      const got = await stream.read(buffer);
      tap(buffer.subarray(0, got));
      return got;
    },
    close: () => stream.close(),
  };
}

async function streamFrom(layer: Layer, offset: number, tap: Tap | undefined): Promise<ByteStream> {
  const stream = await layer.open(tap);
  try {
    await skipBytes(stream, offset);
    return stream;
  } catch (error) {
    await stream.close();
    throw error;
  }
}

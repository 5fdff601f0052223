import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EngineError, errnoOf } from '../../base/errors.ts';
import { openGuardedFile } from '../../io/node-guarded-file.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { streamRange } from '../../io/stream-range.ts';
import type { BlockSource, ByteStream } from '../../io/types.ts';

/** A folder with more files than this is no image. */
const MAX_FILES = 100_000;

/** The files of an image folder, by their names; nothing outside it is ever opened. */
export class ImageFolder {
  readonly path: string;
  readonly names: ReadonlySet<string>;
  /** Names of what belongs to the image. */
  readonly #used = new Set<string>();

  private constructor(path: string, names: ReadonlySet<string>) {
    this.path = path;
    this.names = names;
  }

  /** @throws EngineError `image-not-found`, `image-unreadable` */
  static async open(path: string): Promise<ImageFolder> {
    try {
      const names = await readdir(path);
      if (names.length > MAX_FILES) throw new EngineError('image-unreadable', { path, errno: `${names.length} files` });
      return new ImageFolder(await realpath(path), new Set(names));
    } catch (error) {
      if (error instanceof EngineError) throw error;
      throw new EngineError(errnoOf(error) === 'ENOENT' ? 'image-not-found' : 'image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
    }
  }

  /** Counts files that will be opened later. */
  belong(names: readonly string[]): void {
    for (const name of names) this.#used.add(name);
  }

  /** Paths of all files that the image is made of. */
  files(): string[] {
    return [...this.#used].map((name) => join(this.path, name));
  }

  /** @throws EngineError `image-part-missing`, `image-unreadable` for a link */
  async source(name: string): Promise<BlockSource> {
    if (!this.names.has(name) || basename(name) !== name) throw new EngineError('image-part-missing', { path: this.path, part: name });
    const path = join(this.path, name);
    const entry = await lstat(path).catch((error: unknown) => {
      throw new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
    });
    if (!entry.isFile()) throw new EngineError('image-unreadable', { path, errno: 'not a file' });
    this.#used.add(name);
    return openGuardedFile(path);
  }

  /** The first bytes of a file, up to `limit`; null when there is no such file. */
  async read(name: string, limit: number): Promise<Uint8Array | null> {
    if (!this.names.has(name)) return null;
    const source = await this.source(name);
    try {
      return await readBytes(source, 0, Math.min(limit, source.size));
    } finally {
      await source.close();
    }
  }

  /** A small file of text; empty when there is none. */
  async text(name: string, limit = 1 << 20): Promise<string> {
    return new TextDecoder().decode((await this.read(name, limit)) ?? new Uint8Array(0));
  }

  /** Files one after the other as one stream. */
  pieces(names: readonly string[]): ByteStream {
    let next = 0;
    let consumed = 0;
    let source: BlockSource | null = null;
    let stream: ByteStream | null = null;
    const close = async (): Promise<void> => {
      const open = source;
      source = stream = null;
      await open?.close();
    };
    return {
      size: null,
      consumed: () => consumed,
      close,
      read: async (buffer) => {
        let filled = 0;
        while (filled < buffer.length) {
          if (!stream) {
            const name = names[next];
            if (name === undefined) break;
            next++;
            source = await this.source(name);
            stream = streamRange(source);
          }
          const got = await stream.read(buffer.subarray(filled));
          filled += got;
          consumed += got;
          if (got === 0) await close();
        }
        return filled;
      },
    };
  }
}

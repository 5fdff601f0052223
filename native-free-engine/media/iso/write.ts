import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { ISO_SECTOR } from '../../filesystems/iso9660/structs.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import type { BlockSink, BlockSource } from '../../io/types.ts';
import { FileHasher, type FileHashes } from '../file-hashes.ts';
import type { IsoPlan } from './plan.ts';

export interface IsoWriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the ISO written so far, and the file that is being written. */
  readonly onProgress?: ((bytes: number, path: string) => void) | undefined;
}

/** One buffer is written while the other is filled. */
const BUFFER_BYTES = 4 << 20;

/**
 * Writes a planned disc from its first byte to its last, reading every file once. Returns the SHA-256 of all of it, and of each file.
 * @param sink at least as large as the plan says
 * @throws EngineError `file-changed` when a file is not what was planned, and those of reading and writing; AbortError
 */
export async function writeIso(plan: IsoPlan, sink: BlockSink, options: IsoWriteOptions = {}): Promise<{ readonly sha256: string; readonly files: FileHashes | null }> {
  // In the order of their blocks; those with nothing in them have none.
  const places = [...plan.places].map(([path, place]) => ({ path, ...place })).sort((a, b) => a.offset - b.offset || a.length - b.length);
  const output = new Output(sink, options, new FileHasher(places));
  for (const { block, blocks, content } of plan.sections) {
    await output.zerosTo(block * ISO_SECTOR);
    if (content.kind === 'bytes') for (const bytes of content.make()) await output.put(bytes);
    else {
      const { entry } = content;
      output.path = entry.path;
      const source = await entry.open();
      try {
        if (source.size !== entry.size) throw new EngineError('file-changed', { path: entry.path });
        await output.copy(source);
      } finally {
        await source.close();
      }
    }
    if (output.position > (block + blocks) * ISO_SECTOR) throw new EngineError('unexpected', { detail: `disc section at block ${block} too long` });
  }
  await output.zerosTo(plan.size);
  const sha256 = await output.finish();
  return { sha256, files: output.files.result() };
}

/** Gathers what comes in order into large writes. */
class Output {
  position = 0;
  path = '';
  readonly #sink: BlockSink;
  readonly #options: IsoWriteOptions;
  readonly #hasher = createHasher('sha256');
  readonly #buffers = [alignedBuffer(BUFFER_BYTES), alignedBuffer(BUFFER_BYTES)] as const;
  #current = 0;
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  readonly files: FileHasher;

  constructor(sink: BlockSink, options: IsoWriteOptions, files: FileHasher) {
    this.files = files;
    this.#sink = sink;
    this.#options = options;
  }

  async put(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const room = this.#room(bytes.length - done);
      room.set(bytes.subarray(done, done + room.length));
      done += room.length;
      await this.#took(room.length);
    }
  }

  async copy(source: BlockSource): Promise<void> {
    for (let done = 0; done < source.size; ) {
      const room = this.#room(source.size - done);
      await source.readInto(done, room);
      done += room.length;
      await this.#took(room.length);
    }
  }

  async zerosTo(position: number): Promise<void> {
    while (this.position < position) {
      const room = this.#room(position - this.position);
      room.fill(0);
      await this.#took(room.length);
    }
  }

  async finish(): Promise<string> {
    await this.#write();
    await this.#writing;
    await this.#sink.flush();
    return this.#hasher.hex();
  }

  #room(most: number): Uint8Array {
    return this.#buffers[this.#current === 0 ? 0 : 1].subarray(this.#filled, Math.min(BUFFER_BYTES, this.#filled + most));
  }

  async #took(bytes: number): Promise<void> {
    this.#filled += bytes;
    this.position += bytes;
    if (this.#filled === BUFFER_BYTES) await this.#write();
  }

  async #write(): Promise<void> {
    throwIfAborted(this.#options.signal);
    await this.#writing;
    const data = this.#buffers[this.#current === 0 ? 0 : 1].subarray(0, this.#filled);
    const at = this.position - this.#filled;
    this.#hasher.update(data);
    this.files.see(at, data);
    this.#writing = this.#sink.writeAt(at, data).then(() => this.#options.onProgress?.(at + data.length, this.path));
    // Waited for before the next write; until then its failure is nobody's.
    this.#writing.catch(() => undefined);
    this.#current = 1 - this.#current;
    this.#filled = 0;
  }
}

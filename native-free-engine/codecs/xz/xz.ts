import { availableParallelism } from 'node:os';
import type { ByteStream } from '../../io/types.ts';
import { BufferedInput } from '../buffered-input.ts';
import { decodedStream, type Decoder } from '../decoded-stream.ts';
import { startDecoding, type DecoderTask } from '../decoder-thread.ts';
import { asError } from '../faults.ts';
import { READ_AHEAD_BYTES } from '../inflater.ts';
import { XzContainer, type BlockOutput, type BlockPlan } from './container.ts';

const FORMAT = 'xz';
/** A block of at most this size, which says its size, is unpacked next to others. */
const PARALLEL_BLOCK_BYTES = 32 << 20;
/** Memory that all threads may use together, in bytes. */
const MEMORY_BYTES = 256 << 20;

/**
 * Unpacks .xz files (The .xz File Format, version 1.2.0): LZMA2, streams one
 * after the other, padding, the checks CRC32, CRC64 and SHA-256, and the index
 * compared with what was unpacked. Blocks that say their size, as `xz -T`
 * writes them, are unpacked on all cores.
 *
 * @param size what is known of the unpacked size, in bytes
 * @throws EngineError `image-corrupt`, `image-truncated`; `image-format-unsupported` for other filters and for dictionaries above 256 MiB
 */
export function unxz(stream: ByteStream, size: number | null = null): ByteStream {
  return decodedStream(new XzDecoder(new BufferedInput(stream, FORMAT), size));
}

class XzDecoder implements Decoder {
  readonly size: number | null;
  readonly #input: BufferedInput;
  /** Blocks under way, in order. */
  readonly #running: DecoderTask[] = [];
  #ended = false;
  #fault: Error | null = null;
  #closed = false;
  #wakeReader: (() => void) | null = null;
  #wakeFeeder: (() => void) | null = null;

  constructor(input: BufferedInput, size: number | null) {
    this.#input = input;
    this.size = size;
    void this.#feed();
  }

  async readSome(buffer: Uint8Array): Promise<number> {
    for (;;) {
      const current = this.#running[0];
      if (current) {
        const got = await current.read(buffer);
        if (got > 0) return got;
        this.#running.shift();
        current.release();
        this.#wakeFeeder?.();
        continue;
      }
      if (this.#fault !== null) throw this.#fault;
      if (this.#ended) return 0;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  consumed(): number {
    return this.#input.consumed();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#running) task.release();
    this.#wakeFeeder?.();
    await this.#input.close();
  }

  /** Walks through the file ahead of the reader and hands each block to a thread. */
  async #feed(): Promise<void> {
    try {
      await new XzContainer(this.#input, (plan) => this.#startBlock(plan)).run();
    } catch (error) {
      this.#fault = asError(error);
    }
    this.#ended = true;
    this.#wakeReader?.();
  }

  async #startBlock(plan: BlockPlan): Promise<BlockOutput> {
    const known = plan.header.uncompressedSize;
    const together = known !== null && known <= PARALLEL_BLOCK_BYTES && (plan.header.compressedSize ?? Infinity) <= PARALLEL_BLOCK_BYTES * 1.1;
    const each = plan.header.dictionarySize * 1.25 + (together ? 2 * known : 2 * READ_AHEAD_BYTES);
    const limit = Math.max(1, Math.min(availableParallelism(), Math.floor(MEMORY_BYTES / each)));
    while (this.#running.length >= limit && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wakeFeeder = resolve;
      });
    }
    if (this.#closed) throw new Error('closed');
    const task = startDecoding(
      FORMAT,
      { codec: 'lzma2', dictionarySize: plan.header.dictionarySize, check: plan.check },
      together ? { output: known, input: Infinity } : { output: READ_AHEAD_BYTES },
    );
    this.#running.push(task);
    this.#wakeReader?.();
    return task;
  }
}

import { crc32 } from 'node:zlib';
import type { BufferedInput } from '../buffered-input.ts';
import type { IntegrityCheck } from '../decoder-protocol.ts';
import { corrupt, truncated } from '../faults.ts';
import {
  STREAM_HEADER_BYTES, parseBlockHeader, parseStreamFooter, parseStreamHeader, readVarint,
  type BlockHeader, type IndexRecord, type StreamFlags,
} from './format.ts';
import { chunkHeaderLength, parseChunkHeader } from './lzma2.ts';

const FORMAT = 'xz';
/** Chunks are handed over in batches of about this many bytes. */
const BATCH_BYTES = 256 << 10;
/** Terabytes at any block size that xz would choose; each record is kept until the index is compared. */
const MAX_BLOCKS = 1 << 20;

export interface BlockPlan {
  readonly header: BlockHeader;
  readonly check: IntegrityCheck;
}

/** Where the compressed bytes of one block go. */
export interface BlockOutput {
  /** Takes whole LZMA2 chunks. Returns false when no more are wanted. */
  feed(chunks: Uint8Array<ArrayBuffer>): Promise<boolean>;
  finish(check: Uint8Array): void;
  fail(error: unknown): void;
}

/**
 * Walks through an .xz file without unpacking it. An LZMA2 chunk says its
 * length, so that the ends of blocks, the padding, the index and the footer are
 * found and checked here, and only chunks go to the decoders.
 */
export class XzContainer {
  readonly #input: BufferedInput;
  readonly #startBlock: (plan: BlockPlan) => Promise<BlockOutput>;

  constructor(input: BufferedInput, startBlock: (plan: BlockPlan) => Promise<BlockOutput>) {
    this.#input = input;
    this.#startBlock = startBlock;
  }

  /** @throws EngineError `image-corrupt`, `image-truncated`, `image-format-unsupported` */
  async run(): Promise<void> {
    do await this.#stream();
    while (await this.#anotherStream());
  }

  async #stream(): Promise<void> {
    const flags = parseStreamHeader(await this.#take(STREAM_HEADER_BYTES));
    const records: IndexRecord[] = [];
    for (;;) {
      const [size = 0] = await this.#input.need(1);
      if (size === 0) break;
      if (records.length >= MAX_BLOCKS) throw corrupt(FORMAT);
      records.push(await this.#block(flags, (size + 1) * 4));
    }
    const indexSize = await this.#index(records);
    if (parseStreamFooter(await this.#take(STREAM_HEADER_BYTES), flags) !== indexSize) throw corrupt(FORMAT);
  }

  async #block(flags: StreamFlags, headerLength: number): Promise<IndexRecord> {
    const header = parseBlockHeader(await this.#take(headerLength));
    const output = await this.#startBlock({ header, check: flags.check });
    try {
      const sizes = await this.#chunks(output);
      if (header.compressedSize !== null && header.compressedSize !== sizes.compressed) throw corrupt(FORMAT);
      if (header.uncompressedSize !== null && header.uncompressedSize !== sizes.uncompressed) throw corrupt(FORMAT);
      await this.#padding((4 - (sizes.compressed % 4)) % 4);
      output.finish(await this.#take(flags.checkLength));
      return { unpaddedSize: headerLength + sizes.compressed + flags.checkLength, uncompressedSize: sizes.uncompressed };
    } catch (error) {
      output.fail(error);
      throw error;
    }
  }

  async #chunks(output: BlockOutput): Promise<{ compressed: number; uncompressed: number }> {
    let compressed = 0;
    let uncompressed = 0;
    let batch = 0;
    for (;;) {
      await this.#input.fill(batch + 6);
      const length = chunkHeaderLength(this.#byte(batch));
      if (length === 0) throw corrupt(FORMAT);
      if (length === 1) break;
      await this.#input.need(batch + length);
      const chunk = parseChunkHeader(this.#input.view, batch);
      const end = batch + chunk.headerLength + chunk.inputLength;
      await this.#input.need(end);
      compressed += end - batch;
      uncompressed += chunk.outputLength;
      batch = end;
      if (batch >= BATCH_BYTES) {
        if (!(await output.feed(await this.#take(batch)))) throw corrupt(FORMAT);
        batch = 0;
      }
    }
    if (batch > 0 && !(await output.feed(await this.#take(batch)))) throw corrupt(FORMAT);
    await this.#take(1);
    return { compressed: compressed + 1, uncompressed };
  }

  /** Section 4. Returns the size of the index in bytes. */
  async #index(records: readonly IndexRecord[]): Promise<number> {
    const longest = 1 + 9 + records.length * 18 + 3 + 4;
    await this.#input.fill(longest);
    const bytes = this.#input.view;
    let at = 1;
    const next = (): number => {
      // A varint that the end of the file cuts off is a truncation, not a corruption.
      if (bytes.length - at < 9 && bytes.subarray(at).every((byte) => byte & 0x80)) throw truncated(FORMAT);
      const [value, after] = readVarint(bytes, at);
      at = after;
      return value;
    };
    if (next() !== records.length) throw corrupt(FORMAT);
    for (const record of records) {
      if (next() !== record.unpaddedSize || next() !== record.uncompressedSize) throw corrupt(FORMAT);
    }
    const padded = Math.ceil(at / 4) * 4;
    if (bytes.length < padded + 4) throw truncated(FORMAT);
    if (bytes.subarray(at, padded).some((byte) => byte !== 0)) throw corrupt(FORMAT);
    const stored = new DataView(bytes.buffer, bytes.byteOffset + padded).getUint32(0, true);
    if (crc32(bytes.subarray(0, padded)) !== stored) throw corrupt(FORMAT);
    this.#input.skip(padded + 4);
    return padded + 4;
  }

  /** Section 2.2: zeros in fours may follow a stream, and then another stream. */
  async #anotherStream(): Promise<boolean> {
    while (await this.#input.fill(1)) {
      if (this.#byte(0) !== 0) return true;
      if (!(await this.#input.fill(4))) throw corrupt(FORMAT);
      await this.#padding(4);
    }
    return false;
  }

  async #padding(count: number): Promise<void> {
    if ((await this.#take(count)).some((byte) => byte !== 0)) throw corrupt(FORMAT);
  }

  #byte(at: number): number {
    const byte = this.#input.view[at];
    if (byte === undefined) throw truncated(FORMAT);
    return byte;
  }

  #take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#input.take(count);
  }
}

import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteStream } from '../io/types.ts';
import { BufferedInput } from './buffered-input.ts';
import { decodedStream, type Decoder } from './decoded-stream.ts';
import { corrupt, unsupported } from './faults.ts';
import { INPUT_CHUNK_BYTES, Inflater, OUTPUT_CHUNK_BYTES } from './inflater.ts';

const FORMAT = 'gzip';
const FLAG = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;
const TRAILER_BYTES = 8;
/** A name or comment longer than this is not one. */
const MAX_TEXT_BYTES = 64 << 10;

/**
 * Unpacks gzip (RFC 1952), members one after the other as one stream.
 *
 * After the last member only zeros may follow, as padding. Other bytes are
 * `image-corrupt`, where gzip itself warns and goes on: a member whose first
 * byte is damaged looks like trailing garbage, and the image would silently end
 * too early.
 *
 * @throws EngineError `image-corrupt`, `image-truncated`, both with `format`
 */
export function gunzip(stream: ByteStream): ByteStream {
  return decodedStream(new GzipDecoder(new BufferedInput(stream, FORMAT)));
}

class GzipDecoder implements Decoder {
  readonly size = null;
  readonly #input: BufferedInput;
  #member: Inflater | null = null;
  #members = 0;
  #crc = 0;
  #length = 0;
  /** Bytes at the front of the input that the inflater was shown. */
  #shown = 0;

  constructor(input: BufferedInput) {
    this.#input = input;
  }

  async readSome(buffer: Uint8Array): Promise<number> {
    for (;;) {
      if (!this.#member && !(await this.#openMember())) return 0;
      const got = (await this.#member?.read(buffer)) ?? 0;
      if (got > 0) {
        this.#crc = crc32(buffer.subarray(0, got), this.#crc);
        this.#length = (this.#length + got) % 2 ** 32;
        return got;
      }
      await this.#closeMember();
    }
  }

  consumed(): number {
    return this.#input.consumed();
  }

  async close(): Promise<void> {
    this.#member?.close();
    await this.#input.close();
  }

  async #openMember(): Promise<boolean> {
    if (this.#members > 0 && !(await this.#skipPadding())) return false;
    await this.#readHeader();
    this.#members++;
    this.#crc = this.#length = this.#shown = 0;
    // A piece stays in the input until the next one is asked for, because the member may end within it.
    const next = async (): Promise<Uint8Array | null> => {
      this.#input.skip(this.#shown);
      this.#shown = 0;
      if (!(await this.#input.fill(1))) return null;
      const piece = this.#input.view.slice(0, INPUT_CHUNK_BYTES);
      this.#shown = piece.length;
      return piece;
    };
    this.#member = new Inflater(createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }), next, FORMAT);
    return true;
  }

  async #closeMember(): Promise<void> {
    this.#input.skip(this.#shown - (this.#member?.leftover().length ?? 0));
    this.#shown = 0;
    this.#member = null;
    const trailer = new DataView((await this.#input.take(TRAILER_BYTES)).buffer);
    if (trailer.getUint32(0, true) !== this.#crc || trailer.getUint32(4, true) !== this.#length) throw corrupt(FORMAT);
  }

  /** RFC 1952, section 2.3. */
  async #readHeader(): Promise<void> {
    const [first] = await this.#input.need(1);
    // Garbage behind the last member is no member that was cut off.
    if (first !== 0x1f) throw corrupt(FORMAT);
    const fixed = await this.#input.need(10);
    const [id1, id2, method, flags = 0] = fixed;
    if (id1 !== 0x1f || id2 !== 0x8b || flags & FLAG.reserved) throw corrupt(FORMAT);
    if (method !== 8) throw unsupported('gzip (method)');
    let length = 10;
    if (flags & FLAG.extra) {
      const bytes = await this.#input.need(length + 2);
      length += 2 + ((bytes[length] ?? 0) | ((bytes[length + 1] ?? 0) << 8));
    }
    if (flags & FLAG.name) length = await this.#endOfText(length);
    if (flags & FLAG.comment) length = await this.#endOfText(length);
    if (flags & FLAG.headerCrc) {
      const bytes = await this.#input.need(length + 2);
      const stored = (bytes[length] ?? 0) | ((bytes[length + 1] ?? 0) << 8);
      if ((crc32(bytes.subarray(0, length)) & 0xffff) !== stored) throw corrupt(FORMAT);
      length += 2;
    }
    await this.#input.need(length);
    this.#input.skip(length);
  }

  async #endOfText(start: number): Promise<number> {
    for (let at = start; at - start < MAX_TEXT_BYTES; at++) {
      if ((await this.#input.need(at + 1))[at] === 0) return at + 1;
    }
    throw corrupt(FORMAT);
  }

  /** Returns true when another member follows. */
  async #skipPadding(): Promise<boolean> {
    let padded = false;
    while (await this.#input.fill(1)) {
      const view = this.#input.view;
      const zeros = view.findIndex((byte) => byte !== 0);
      if (zeros === 0 && !padded) return true;
      if (zeros >= 0) throw corrupt(FORMAT);
      padded = true;
      this.#input.skip(view.length);
    }
    return false;
  }
}

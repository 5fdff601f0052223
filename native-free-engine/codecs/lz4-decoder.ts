import { DecodeFault, type ChunkDecoder } from './chunk-decoder.ts';
import { decodeLz4Block } from './lz4-block.ts';
import { Xxh32, xxh32 } from './xxh32.ts';

const FRAME_MAGIC = 0x184d2204;
const LEGACY_MAGIC = 0x184c2102;
const SKIPPABLE_MAGIC = 0x184d2a50;
const FLAG = { dictionary: 0x01, reserved: 0x02, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10, independent: 0x20 } as const;
const UNCOMPRESSED = 0x80000000;
/** How far back a block may refer. */
const WINDOW_BYTES = 64 << 10;
const LEGACY_BLOCK_BYTES = 8 << 20;
/** The longest that a legacy block may be packed: LZ4_compressBound. */
const LEGACY_PACKED_BYTES = LEGACY_BLOCK_BYTES + Math.floor(LEGACY_BLOCK_BYTES / 255) + 16;

interface Frame {
  readonly legacy: boolean;
  readonly blockBytes: number;
  readonly independent: boolean;
  readonly blockChecksum: boolean;
  readonly contentSize: number | null;
  readonly content: Xxh32 | null;
  length: number;
}

const isMagic = (value: number): boolean => value === FRAME_MAGIC || value === LEGACY_MAGIC || (value & ~0xf) >>> 0 === SKIPPABLE_MAGIC;

/**
 * Unpacks LZ4 frames (LZ4 Frame Format Description 1.6.4), one after the other as one, also legacy and skippable
 * ones; every checksum that is there is verified. A frame is taken up block by block.
 */
export class Lz4Decoder implements ChunkDecoder {
  #input: Uint8Array = new Uint8Array(0);
  #inputEnded = false;
  #frame: Frame | null = null;
  #framesSeen = 0;
  /** Bytes of a skippable frame still to pass over. */
  #skip = 0;
  #out = new Uint8Array(0);
  /** Where in {@link #out} the last block ended. */
  #end = 0;

  push(piece: Uint8Array): void {
    const joined = new Uint8Array(this.#input.length + piece.length);
    joined.set(this.#input);
    joined.set(piece, this.#input.length);
    this.#input = joined;
  }

  finish(): void {
    this.#inputEnded = true;
  }

  next(): Uint8Array | 'hungry' | 'finished' {
    for (;;) {
      const step = this.#frame ? this.#block(this.#frame) : this.#start();
      if (step === 'short') {
        if (this.#inputEnded) throw new DecodeFault('truncated', 'LZ4');
        return 'hungry';
      }
      if (step !== 'on') return step;
    }
  }

  #number(at: number): number {
    return new DataView(this.#input.buffer, this.#input.byteOffset + at, 4).getUint32(0, true);
  }

  #take(count: number): Uint8Array {
    const bytes = this.#input.subarray(0, count);
    this.#input = this.#input.subarray(count);
    return bytes;
  }

  /** Between frames. */
  #start(): 'on' | 'short' | 'finished' {
    this.#skip -= this.#take(Math.min(this.#skip, this.#input.length)).length;
    if (this.#skip > 0) return 'short';
    if (this.#input.length === 0 && this.#inputEnded && this.#framesSeen > 0) return 'finished';
    if (this.#input.length < 4) return 'short';
    const magic = this.#number(0);
    if (!isMagic(magic)) throw new DecodeFault('corrupt', 'LZ4 magic');
    if (magic === LEGACY_MAGIC) {
      this.#take(4);
      this.#open({ legacy: true, blockBytes: LEGACY_BLOCK_BYTES, independent: true, blockChecksum: false, contentSize: null, content: null, length: 0 });
      return 'on';
    }
    if (magic === FRAME_MAGIC) return this.#header();
    if (this.#input.length < 8) return 'short';
    this.#skip = this.#number(4);
    this.#take(8);
    return 'on';
  }

  #header(): 'on' | 'short' {
    if (this.#input.length < 7) return 'short';
    const [flags, block] = [this.#input[4]!, this.#input[5]!];
    const length = 7 + (flags & FLAG.contentSize ? 8 : 0);
    if (flags >>> 6 !== 1 || flags & (FLAG.reserved | FLAG.dictionary) || block & 0x8f || block >>> 4 < 4) throw new DecodeFault('corrupt', 'LZ4 frame descriptor');
    if (this.#input.length < length) return 'short';
    const header = this.#take(length);
    if (((xxh32(header.subarray(4, length - 1)) >>> 8) & 0xff) !== header[length - 1]) throw new DecodeFault('corrupt', 'LZ4 header checksum');
    this.#open({
      legacy: false,
      blockBytes: 1 << (8 + 2 * (block >>> 4)),
      independent: (flags & FLAG.independent) !== 0,
      blockChecksum: (flags & FLAG.blockChecksum) !== 0,
      contentSize: flags & FLAG.contentSize ? Number(new DataView(header.buffer, header.byteOffset + 6, 8).getBigUint64(0, true)) : null,
      content: flags & FLAG.contentChecksum ? new Xxh32() : null,
      length: 0,
    });
    return 'on';
  }

  #open(frame: Frame): void {
    this.#frame = frame;
    this.#framesSeen++;
    this.#end = 0;
    if (this.#out.length !== WINDOW_BYTES + frame.blockBytes) this.#out = new Uint8Array(WINDOW_BYTES + frame.blockBytes);
  }

  #block(frame: Frame): Uint8Array | 'on' | 'short' {
    // A legacy frame ends with the file, or where another frame begins.
    if (frame.legacy && this.#input.length === 0 && this.#inputEnded) return this.#close();
    if (this.#input.length < 4) return 'short';
    const word = this.#number(0);
    if (frame.legacy && isMagic(word)) return this.#close();
    if (!frame.legacy && word === 0) return this.#endMark(frame);
    const stored = !frame.legacy && word >= UNCOMPRESSED;
    const size = stored ? word - UNCOMPRESSED : word;
    if (size === 0 || size > (frame.legacy ? LEGACY_PACKED_BYTES : frame.blockBytes)) throw new DecodeFault('corrupt', 'LZ4 block size');
    if (this.#input.length < 4 + size + (frame.blockChecksum ? 4 : 0)) return 'short';
    this.#take(4);
    const block = this.#take(size);
    if (frame.blockChecksum) {
      if (this.#number(0) !== xxh32(block)) throw new DecodeFault('corrupt', 'LZ4 block checksum');
      this.#take(4);
    }
    return this.#unpack(frame, block, stored);
  }

  #unpack(frame: Frame, block: Uint8Array, stored: boolean): Uint8Array {
    const kept = frame.independent ? 0 : Math.min(this.#end, WINDOW_BYTES);
    this.#out.copyWithin(0, this.#end - kept, this.#end);
    if (stored) {
      this.#out.set(block, kept);
      this.#end = kept + block.length;
    } else {
      this.#end = decodeLz4Block(block, this.#out, kept, kept + frame.blockBytes);
    }
    const output = this.#out.subarray(kept, this.#end);
    frame.content?.update(output);
    frame.length += output.length;
    return output;
  }

  #endMark(frame: Frame): 'on' | 'short' {
    if (this.#input.length < (frame.content ? 8 : 4)) return 'short';
    this.#take(4);
    if (frame.content) {
      if (this.#number(0) !== frame.content.digest()) throw new DecodeFault('corrupt', 'LZ4 content checksum');
      this.#take(4);
    }
    if (frame.contentSize !== null && frame.contentSize !== frame.length) throw new DecodeFault('corrupt', 'LZ4 content size');
    return this.#close();
  }

  #close(): 'on' {
    this.#frame = null;
    return 'on';
  }
}

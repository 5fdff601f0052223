import { BitReader, Bzip2Error, MAX_BLOCK_INPUT, decodeBlock, type Bzip2Block } from './bzip2-block.ts';
import { DecodeFault, type ChunkDecoder } from './chunk-decoder.ts';

const OUTPUT_BYTES = 1 << 18;
/** pi and its square root, in binary-coded decimal: the start of a block and the end of a stream. */
const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/**
 * Unpacks bzip2, streams one after the other as one, every block's CRC and
 * every stream's combined CRC checked. A block is decoded only when all of its
 * input is at hand, so that nothing ever has to be resumed half-way.
 */
export class Bzip2Decoder implements ChunkDecoder {
  readonly #bits = new BitReader(new Uint8Array(0));
  readonly #output = new Uint8Array(OUTPUT_BYTES);
  #inputEnded = false;
  #streams = 0;
  /** Bytes a block may hold, or 0 between streams. */
  #capacity = 0;
  #combined = 0;
  #block: Bzip2Block | null = null;
  #entry = 0;
  #left = 0;
  #crc = 0;
  /** The run-length coding: the last byte, how often it came in a row, and how often it is still to come. */
  #last = -1;
  #repeats = 0;
  #pending = 0;

  push(piece: Uint8Array): void {
    const used = this.#bits.position >>> 3;
    const rest = this.#bits.bytes.subarray(used);
    const joined = new Uint8Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    this.#bits.bytes = joined;
    this.#bits.position -= used * 8;
  }

  finish(): void {
    this.#inputEnded = true;
  }

  next(): Uint8Array | 'hungry' | 'finished' {
    try {
      for (;;) {
        if (this.#block) return this.#expand(this.#block);
        const available = this.#bits.bytes.length - (this.#bits.position >>> 3);
        if (available < MAX_BLOCK_INPUT && !this.#inputEnded) return 'hungry';
        if (this.#capacity === 0) {
          if (available === 0 && this.#streams > 0) return 'finished';
          this.#readStreamHeader();
        }
        this.#readBlockOrEnd();
      }
    } catch (error) {
      if (error instanceof Bzip2Error) throw new DecodeFault(error.kind, error.message);
      throw error;
    }
  }

  #readStreamHeader(): void {
    const bits = this.#bits;
    const magic = bits.read(24);
    const level = bits.read(8) - 0x30;
    bits.check();
    if (magic !== 0x425a68 || level < 1 || level > 9) throw new Bzip2Error('corrupt');
    this.#streams++;
    this.#capacity = level * 100_000;
    this.#combined = 0;
  }

  #readBlockOrEnd(): void {
    const bits = this.#bits;
    const magic = [bits.read(24), bits.read(24)];
    if (magic[0] === BLOCK_MAGIC[0] && magic[1] === BLOCK_MAGIC[1]) {
      const block = decodeBlock(bits, this.#capacity);
      this.#block = block;
      this.#entry = block.start;
      this.#left = block.length;
      this.#crc = -1;
      this.#last = -1;
      this.#repeats = this.#pending = 0;
      return;
    }
    const stored = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
    bits.check();
    if (magic[0] !== END_MAGIC[0] || magic[1] !== END_MAGIC[1] || stored !== this.#combined) throw new Bzip2Error('corrupt');
    bits.position = (bits.position + 7) & ~7;
    this.#capacity = 0;
  }

  /** Undoes the run-length coding (four equal bytes are followed by a count) as far as the output buffer goes. */
  #expand(block: Bzip2Block): Uint8Array {
    const { chain } = block;
    const out = this.#output;
    let entry = this.#entry;
    let left = this.#left;
    let last = this.#last;
    let repeats = this.#repeats;
    let pending = this.#pending;
    let crc = this.#crc;
    let size = 0;
    while (size < OUTPUT_BYTES) {
      if (pending > 0) {
        const count = Math.min(pending, OUTPUT_BYTES - size);
        out.fill(last, size, size + count);
        for (let index = 0; index < count; index++) crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ last] as number);
        size += count;
        pending -= count;
        continue;
      }
      if (left === 0) break;
      const value = chain[entry] as number;
      entry = value >>> 8;
      left--;
      const byte = value & 0xff;
      if (repeats === 4) {
        pending = byte;
        repeats = 0;
        continue;
      }
      repeats = byte === last ? repeats + 1 : 1;
      last = byte;
      out[size++] = byte;
      crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] as number);
    }
    this.#entry = entry;
    this.#left = left;
    this.#last = last;
    this.#repeats = repeats;
    this.#pending = pending;
    this.#crc = crc;
    if (left === 0 && pending === 0) {
      if (~crc >>> 0 !== block.crc) throw new Bzip2Error('corrupt');
      this.#combined = (((this.#combined << 1) | (this.#combined >>> 31)) ^ block.crc) >>> 0;
      this.#block = null;
    }
    return out.subarray(0, size);
  }
}

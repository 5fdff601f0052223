import { instantiateLzma, type LzmaModule } from './lzma-instance.ts';
import { MEMORY } from './lzma-module.ts';

/** An LZMA2 chunk yields at most this many bytes. */
export const MAX_CHUNK_OUTPUT = 1 << 21;
/** Room after the dictionary's last byte, because matches are copied eight bytes at a time. */
const COPY_SLACK = 16;
const PROB_INIT = 1024;

/** What a chunk header says (XZ file format 1.2, section 5.3.1). All lengths in bytes. */
export interface ChunkHeader {
  readonly headerLength: number;
  readonly inputLength: number;
  readonly outputLength: number;
  readonly compressed: boolean;
  readonly resetsDictionary: boolean;
  readonly resetsState: boolean;
  readonly newProperties: number | null;
}

/** How long the header is that starts with this control byte: 1 for the end marker, 0 when the byte is not valid. */
export function chunkHeaderLength(control: number): number {
  if (control === 0) return 1;
  if (control < 0x80) return control <= 2 ? 3 : 0;
  return control >= 0xc0 ? 6 : 5;
}

/** Reads a header of {@link chunkHeaderLength} bytes; the caller made sure that they are there. */
export function parseChunkHeader(bytes: Uint8Array, at: number): ChunkHeader {
  const byte = (index: number): number => bytes[at + index] ?? 0;
  const control = byte(0);
  const headerLength = chunkHeaderLength(control);
  const low = (byte(1) << 8) | byte(2);
  if (control < 0x80) {
    const length = low + 1;
    return { headerLength, inputLength: length, outputLength: length, compressed: false, resetsDictionary: control === 1, resetsState: false, newProperties: null };
  }
  return {
    headerLength,
    inputLength: ((byte(3) << 8) | byte(4)) + 1,
    outputLength: (((control & 0x1f) << 16) | low) + 1,
    compressed: true,
    resetsDictionary: control >= 0xe0,
    resetsState: control >= 0xa0,
    newProperties: control >= 0xc0 ? byte(5) : null,
  };
}

/** Thrown for a chunk that no encoder makes. */
export class Lzma2Error extends Error {}

/** Decodes LZMA2 chunk by chunk. Its memory is the dictionary and some room to slide it in. */
export class Lzma2Decoder {
  readonly #dictionarySize: number;
  readonly #windowEnd: number;
  readonly #module: LzmaModule;
  readonly #memory: Uint8Array;
  #position: number = MEMORY.dictionary;
  #needsDictionary = true;
  #needsProperties = true;
  #needsState = true;
  #lc = 0;
  #lpMask = 0;
  #pbMask = 0;

  /** @param dictionarySize in bytes */
  constructor(dictionarySize: number) {
    this.#dictionarySize = dictionarySize;
    const room = Math.max(2 * MAX_CHUNK_OUTPUT, Math.ceil(dictionarySize / 4));
    this.#windowEnd = MEMORY.dictionary + dictionarySize + room;
    this.#module = instantiateLzma(dictionarySize + room + COPY_SLACK);
    this.#memory = new Uint8Array(this.#module.memory.buffer);
  }

  /** Forgets everything: the next chunk is the first of a block. */
  reset(): void {
    this.#needsDictionary = this.#needsProperties = this.#needsState = true;
    this.#position = MEMORY.dictionary;
  }

  /**
   * Decodes one chunk whose payload starts at `data[at]`.
   * The result lies in the decoder's memory and is good until the next call.
   */
  decode(header: ChunkHeader, data: Uint8Array, at: number): Uint8Array {
    if (header.resetsDictionary) {
      this.#position = MEMORY.dictionary;
      this.#memory[MEMORY.dictionary - 1] = 0;
      this.#needsDictionary = false;
    } else if (this.#needsDictionary) {
      throw new Lzma2Error('first chunk without a dictionary reset');
    }
    this.#makeRoom(header.outputLength);
    const start = this.#position;
    const end = start + header.outputLength;
    const payload = data.subarray(at, at + header.inputLength);
    if (header.compressed) this.#decodeCompressed(header, payload, start, end);
    else this.#memory.set(payload, start);
    this.#position = end;
    return this.#memory.subarray(start, end);
  }

  /** CRC-64 of the bytes that the last {@link decode} returned, continuing `crc`. */
  crc64(output: Uint8Array, crc: bigint): bigint {
    return this.#module.crc64(output.byteOffset, output.byteOffset + output.length, crc);
  }

  #decodeCompressed(header: ChunkHeader, payload: Uint8Array, start: number, end: number): void {
    if (header.newProperties !== null) {
      this.#setProperties(header.newProperties);
      this.#needsProperties = false;
    } else if (this.#needsProperties) {
      throw new Lzma2Error('chunk without properties');
    }
    if (header.resetsState) {
      new Uint16Array(this.#memory.buffer, MEMORY.probs, MEMORY.probCount).fill(PROB_INIT);
      this.#memory.fill(0, MEMORY.state, MEMORY.state + 20);
      this.#needsState = false;
    } else if (this.#needsState) {
      throw new Lzma2Error('chunk without a state reset');
    }
    this.#memory.set(payload, MEMORY.input);
    const inputEnd = MEMORY.input + payload.length;
    let result: number;
    try {
      result = this.#module.decode(MEMORY.input, inputEnd, start, end, MEMORY.dictionary, this.#lc, this.#lpMask, this.#pbMask);
    } catch (cause) {
      throw new Lzma2Error('chunk reads outside its memory', { cause });
    }
    if (result !== 0) throw new Lzma2Error('corrupt chunk');
  }

  #setProperties(value: number): void {
    if (value > (4 * 5 + 4) * 9 + 8) throw new Lzma2Error('invalid properties');
    const lc = value % 9;
    const lp = Math.floor(value / 9) % 5;
    const pb = Math.floor(value / 45);
    if (lc + lp > 4) throw new Lzma2Error('invalid properties');
    this.#lc = lc;
    this.#lpMask = (1 << lp) - 1;
    this.#pbMask = (1 << pb) - 1;
  }

  /** Slides the dictionary down when the next chunk would not fit behind it; by 16s, because the coder looks at the low bits of the position. */
  #makeRoom(length: number): void {
    if (this.#position + length <= this.#windowEnd) return;
    const shift = (this.#position - MEMORY.dictionary - this.#dictionarySize) & ~15;
    this.#memory.copyWithin(MEMORY.dictionary - 1, MEMORY.dictionary - 1 + shift, this.#position);
    this.#position -= shift;
  }
}

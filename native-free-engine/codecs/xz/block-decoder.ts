import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DecodeFault, type ChunkDecoder } from '../chunk-decoder.ts';
import type { DecoderJob, IntegrityCheck } from '../decoder-protocol.ts';
import { Lzma2Decoder, Lzma2Error, parseChunkHeader } from './lzma2.ts';

type Job = Extract<DecoderJob, { codec: 'lzma2' }>;

/** Decodes one block of an .xz file: LZMA2 chunks, whole ones in each piece, then the integrity check. */
export class Lzma2BlockDecoder implements ChunkDecoder {
  readonly #decoder: Lzma2Decoder;
  readonly #dictionarySize: number;
  #check: Checker;
  #pieces: Uint8Array[] = [];
  #at = 0;
  #finished = false;
  #expected: Uint8Array | null = null;

  constructor(job: Job) {
    this.#dictionarySize = job.dictionarySize;
    this.#decoder = new Lzma2Decoder(job.dictionarySize);
    this.#check = this.#checker(job.check);
  }

  /** Gets ready for another block; false when its dictionary is of another size. */
  reuse(job: Job): boolean {
    if (job.dictionarySize !== this.#dictionarySize) return false;
    this.#decoder.reset();
    this.#check = this.#checker(job.check);
    this.#pieces = [];
    this.#at = 0;
    this.#finished = false;
    this.#expected = null;
    return true;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  expect(check: Uint8Array): void {
    this.#expected = check;
  }

  finish(): void {
    this.#finished = true;
  }

  next(): Uint8Array | 'hungry' | 'finished' {
    const piece = this.#pieces[0];
    if (!piece) {
      if (!this.#finished) return 'hungry';
      if (this.#expected && Buffer.compare(this.#check.result(), this.#expected) !== 0) throw new DecodeFault('corrupt', 'integrity check');
      return 'finished';
    }
    const header = parseChunkHeader(piece, this.#at);
    try {
      const output = this.#decoder.decode(header, piece, this.#at + header.headerLength);
      this.#check.update(output);
      this.#at += header.headerLength + header.inputLength;
      if (this.#at >= piece.length) {
        this.#pieces.shift();
        this.#at = 0;
      }
      return output;
    } catch (error) {
      if (error instanceof Lzma2Error) throw new DecodeFault('corrupt', error.message);
      throw error;
    }
  }

  #checker(kind: IntegrityCheck): Checker {
    if (kind === 'crc32') return crc32Checker();
    if (kind === 'crc64') return crc64Checker(this.#decoder);
    if (kind === 'sha256') return sha256Checker();
    return { update: () => undefined, result: () => new Uint8Array(0) };
  }
}

interface Checker {
  update(output: Uint8Array): void;
  /** As stored in the file. */
  result(): Uint8Array;
}

function crc32Checker(): Checker {
  let crc = 0;
  return {
    update(output) {
      crc = crc32(output, crc);
    },
    result() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(crc);
      return bytes;
    },
  };
}

function crc64Checker(decoder: Lzma2Decoder): Checker {
  let crc = 0xffff_ffff_ffff_ffffn;
  return {
    update(output) {
      crc = decoder.crc64(output, crc);
    },
    result() {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, ~crc));
      return bytes;
    },
  };
}

function sha256Checker(): Checker {
  const hash: Hash = createHash('sha256');
  return { update: (output) => void hash.update(output), result: () => hash.digest() };
}

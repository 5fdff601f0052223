import { createHash } from 'node:crypto';

/**
 * SHA-256 over bytes that come in pieces, with a mark after each: the first
 * eight bytes of the digest so far. Two runs over the same pieces have the same
 * marks up to the piece in which they first differ, so one checksum both proves
 * the whole and tells where a fault lies.
 */
export class RunningDigest {
  readonly #hash = createHash('sha256');
  readonly marks: bigint[] = [];

  /** Adds a piece and returns its mark. */
  add(bytes: Uint8Array): bigint {
    this.#hash.update(bytes);
    const mark = this.#hash.copy().digest().readBigUInt64LE(0);
    this.marks.push(mark);
    return mark;
  }

  /** Lower-case hexadecimal of the whole; ends the digest. */
  hex(): string {
    return this.#hash.digest('hex');
  }
}

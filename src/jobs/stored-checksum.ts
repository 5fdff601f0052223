import { createHasher, EngineError, hashStored, isUrl, type Hasher } from '../../native-free-engine/index.ts';
import type { Checksum, ImageInfo } from '../contract/index.ts';
import { ALGORITHM_NAMES } from '../texts/index.ts';

/**
 * Compares an image with the checksum that came with it or was typed. Such a
 * checksum is mostly of the file as it is stored, sometimes of the image inside:
 *
 * - A local file is hashed before the first write, so that a bad download costs nobody a stick.
 * - Of a packed file from a URL the bytes are hashed as they pass by, before anything bootable is written.
 * - The image inside is compared when the file itself did not match and the checksum was typed.
 */
export class StoredChecksum {
  readonly #image: ImageInfo;
  readonly #expected: Checksum | null;
  readonly #passing: Hasher | null;
  #passed = 0;
  #storedMatched = false;
  /** What came of the comparison; null while there is nothing to compare, or no way to. */
  matched: boolean | null = null;
  /** Checksums of the stored file that were made on the way. */
  readonly found: Checksum[] = [];

  constructor(image: ImageInfo, expected: Checksum | null) {
    this.#image = image;
    this.#expected = expected;
    this.#passing = expected && image.chain.length > 0 && isUrl(image.location) ? createHasher(expected.algorithm) : null;
  }

  /** For `openImage`: sees the stored bytes of a download; null when nobody needs to. */
  get onStored(): ((bytes: Uint8Array) => void) | null {
    const hasher = this.#passing;
    if (!hasher) return null;
    return (bytes) => {
      hasher.update(bytes);
      this.#passed += bytes.length;
    };
  }

  /** Hashes a local file. @throws EngineError `checksum-mismatch` with nothing written yet */
  async checkBefore(signal: AbortSignal, onProgress: (bytes: number, speed: number) => void): Promise<void> {
    const { location, chain } = this.#image;
    if (!this.#expected || isUrl(location)) return;
    const actual = await hashStored(location, this.#expected.algorithm, { signal, onProgress });
    this.#compareStored(actual, this.#expected, chain.length === 0);
  }

  /** Knows the image's own checksums. @throws EngineError `checksum-mismatch` with nothing bootable written yet */
  checkAfter(ofImage: Readonly<Record<string, string>>): void {
    const expected = this.#expected;
    if (!expected || this.#storedMatched) return;
    if (this.#passing && this.#passed > 0 && this.#passed === (this.#image.storedSize ?? this.#passed)) {
      this.#compareStored(this.#passing.hex(), expected, false);
      if (this.#storedMatched) return;
    } else if (this.#passing && expected.from !== null) {
      // A zip read from its end: the file as a whole never passed by.
      return;
    }
    const actual = ofImage[expected.algorithm] ?? '';
    if (actual !== expected.hex) throw mismatch(expected, actual);
    this.matched = true;
  }

  #compareStored(actual: string, expected: Checksum, final: boolean): void {
    if (actual === expected.hex) {
      this.#storedMatched = true;
      this.matched = true;
      this.found.push({ algorithm: expected.algorithm, hex: actual, from: this.#image.location });
    } else if (final || expected.from !== null) {
      throw mismatch(expected, actual);
    }
  }
}

const mismatch = (expected: Checksum, actual: string): EngineError =>
  new EngineError('checksum-mismatch', { algorithm: ALGORITHM_NAMES[expected.algorithm], expected: expected.hex, actual });

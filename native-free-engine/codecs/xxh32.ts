const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const round = (lane: number, word: number): number => Math.imul(rotate(lane + Math.imul(word, P2), 13), P1);
const word = (data: Uint8Array, at: number): number => data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);

const STRIPE_BYTES = 16;

/** XXH32 with seed 0, the checksum of LZ4 frames (xxHash fast digest algorithm, section "XXH32"). */
export class Xxh32 {
  #a = (P1 + P2) | 0;
  #b: number = P2 | 0;
  #c = 0;
  #d = -P1 | 0;
  readonly #rest = new Uint8Array(STRIPE_BYTES);
  #held = 0;
  #length = 0;

  update(data: Uint8Array): this {
    this.#length += data.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(STRIPE_BYTES - this.#held, data.length);
      this.#rest.set(data.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < STRIPE_BYTES) return this;
      this.#stripes(this.#rest, 0, STRIPE_BYTES);
    }
    const end = at + Math.floor((data.length - at) / STRIPE_BYTES) * STRIPE_BYTES;
    this.#stripes(data, at, end);
    this.#rest.set(data.subarray(end));
    this.#held = data.length - end;
    return this;
  }

  /** Unsigned. Does not end the sum. */
  digest(): number {
    let hash = this.#length >= STRIPE_BYTES ? rotate(this.#a, 1) + rotate(this.#b, 7) + rotate(this.#c, 12) + rotate(this.#d, 18) : P5;
    hash = (hash + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= this.#held; at += 4) hash = Math.imul(rotate(hash + Math.imul(word(this.#rest, at), P3), 17), P4);
    for (; at < this.#held; at++) hash = Math.imul(rotate(hash + Math.imul(this.#rest[at]!, P5), 11), P1);
    hash = Math.imul(hash ^ (hash >>> 15), P2);
    hash = Math.imul(hash ^ (hash >>> 13), P3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  #stripes(data: Uint8Array, from: number, to: number): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let at = from; at < to; at += STRIPE_BYTES) {
      a = round(a, word(data, at));
      b = round(b, word(data, at + 4));
      c = round(c, word(data, at + 8));
      d = round(d, word(data, at + 12));
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }
}

export const xxh32 = (data: Uint8Array): number => new Xxh32().update(data).digest();

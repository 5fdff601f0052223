import type { ByteStream } from '../io/types.ts';
import { truncated } from './faults.ts';

const INITIAL_BYTES = 1 << 20;

/** A {@link ByteStream} that can be looked into before its bytes are taken. */
export class BufferedInput {
  readonly #stream: ByteStream;
  readonly #format: string;
  #buffer = new Uint8Array(INITIAL_BYTES);
  #start = 0;
  #end = 0;
  #ended = false;

  /** @param format named in the error of {@link need} */
  constructor(stream: ByteStream, format: string) {
    this.#stream = stream;
    this.#format = format;
  }

  /** What has been read and not yet taken. Good until the next call of {@link fill} or {@link need}. */
  get view(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  get available(): number {
    return this.#end - this.#start;
  }

  /** Reads until `count` bytes are in view. Returns false when the stream ends before that. */
  async fill(count: number): Promise<boolean> {
    while (this.available < count && !this.#ended) {
      this.#makeRoom(count);
      const got = await this.#stream.read(this.#buffer.subarray(this.#end));
      this.#end += got;
      if (got === 0) this.#ended = true;
    }
    return this.available >= count;
  }

  /**
   * The next `count` bytes, not yet taken.
   * @throws EngineError `image-truncated` when the stream ends before that
   */
  async need(count: number): Promise<Uint8Array> {
    if (!(await this.fill(count))) throw truncated(this.#format);
    return this.#buffer.subarray(this.#start, this.#start + count);
  }

  skip(count: number): void {
    this.#start += count;
  }

  /** Takes `count` bytes into memory of their own. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = Uint8Array.from(await this.need(count));
    this.skip(count);
    return bytes;
  }

  /** Takes `count` bytes into `target` from `at` on. */
  async takeInto(target: Uint8Array, at: number, count: number): Promise<void> {
    target.set(await this.need(count), at);
    this.skip(count);
  }

  /** Takes whatever is at hand, at least one byte and at most `limit`; null at the end. */
  async takeSome(limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
    if (!(await this.fill(1))) return null;
    return this.take(Math.min(limit, this.available));
  }

  consumed(): number {
    return this.#stream.consumed();
  }

  close(): Promise<void> {
    return this.#stream.close();
  }

  #makeRoom(count: number): void {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#start + count <= this.#buffer.length && this.#end < this.#buffer.length) return;
    const target = count > this.#buffer.length ? new Uint8Array(count * 2) : this.#buffer;
    target.set(this.view);
    this.#buffer = target;
    this.#end -= this.#start;
    this.#start = 0;
  }
}

import { alignedBuffer } from '../io/aligned-buffer.ts';

/** A fixed number of page-aligned buffers: what bounds the memory of a pipeline. */
export class BufferPool {
  readonly #free: Uint8Array[] = [];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];
  readonly #size: number;

  /** @param count buffers in all; each is `size` bytes and made when first needed */
  constructor(count: number, size: number) {
    this.#size = size;
    this.#unmade = count;
  }

  #unmade: number;

  /** Somebody waits for a buffer: whoever holds them is what the pipeline waits for. */
  get starved(): boolean {
    return this.#waiting.length > 0;
  }

  acquire(): Promise<Uint8Array> {
    const buffer = this.#free.pop();
    if (buffer) return Promise.resolve(buffer);
    if (this.#unmade > 0) {
      this.#unmade--;
      return Promise.resolve(alignedBuffer(this.#size));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next) next(buffer);
    else this.#free.push(buffer);
  }

  /** A buffer that never comes back, because a device that hangs may still write into it. */
  replaceLost(): void {
    this.release(alignedBuffer(this.#size));
  }
}

import type { IncomingMessage } from 'node:http';
import { EngineError } from '../base/errors.ts';
import { checkRange } from './bounds.ts';
import { ConnectionFault, HttpClient, discard, parseContentRange, validatorOf } from './node-http-request.ts';
import type { BlockSource, ByteStream } from './types.ts';

/** Waits between tries, in milliseconds; the count starts again whenever bytes arrive. */
const RETRY_DELAYS_MS: readonly number[] = [250, 1000, 2000, 4000, 8000];
const IDLE_TIMEOUT_MS = 30_000;
/** Somebody waits at the screen for the first answer: an address that is wrong should soon be called so. */
const PROBE_TRIES = 2;

export interface HttpOptions {
  readonly signal?: AbortSignal | undefined;
  readonly idleTimeoutMs?: number;
  readonly retryDelaysMs?: readonly number[];
}

/** A file on a web server. */
export interface HttpSource {
  /** In bytes, or null when the server does not say. */
  readonly size: number | null;
  /** Random access, or null when the server does not serve ranges. */
  readonly block: BlockSource | null;
  /** The file from `offset` on. A broken connection is taken up again where it broke. */
  openStream(offset: number): Promise<ByteStream>;
  close(): Promise<void>;
}

/**
 * Asks the server for the file's size and whether it serves ranges (RFC 9110, section 14).
 * @throws EngineError `http-unreachable`, `http-status`, `http-redirect-refused`; AbortError
 */
export async function openHttpSource(location: string, options: HttpOptions = {}): Promise<HttpSource> {
  const client = new HttpClient({ signal: options.signal, idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS });
  const file = new HttpFile(client, new URL(location), options.retryDelaysMs ?? RETRY_DELAYS_MS);
  try {
    await file.probe();
  } catch (error) {
    client.close();
    throw error;
  }
  return {
    size: file.size,
    block: file.ranges && file.size !== null ? new HttpBlockSource(file, file.size) : null,
    openStream: (offset) => HttpStream.open(file, offset),
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** One version of one file, as the first answer described it. */
class HttpFile {
  readonly client: HttpClient;
  readonly retryDelaysMs: readonly number[];
  size: number | null = null;
  ranges = false;
  readonly #url: URL;
  #validator: string | null = null;

  constructor(client: HttpClient, url: URL, retryDelaysMs: readonly number[]) {
    this.client = client;
    this.retryDelaysMs = retryDelaysMs;
    this.#url = url;
  }

  async probe(): Promise<void> {
    const response = await this.retried(() => this.#ask({ range: 'bytes=0-0' }), PROBE_TRIES);
    discard(response);
    const range = parseContentRange(response.headers);
    if (response.statusCode === 206 && range?.start === 0) {
      this.size = range.size;
      this.ranges = true;
    } else if (response.statusCode === 200) {
      this.size = lengthOf(response);
    } else if (response.statusCode === 416) {
      // The only range that a server cannot satisfy from byte 0 is one of an empty file.
      this.size = 0;
    } else {
      throw this.#statusFault(response);
    }
    this.#validator = validatorOf(response.headers);
  }

  /** The bytes from `start` to before `end`, or to the end of the file. */
  async get(start: number, end: number | null): Promise<IncomingMessage> {
    const wanted = start > 0 || end !== null;
    const headers: Record<string, string> = {};
    if (wanted) headers['range'] = `bytes=${start}-${end === null ? '' : end - 1}`;
    if (wanted && this.#validator) headers['if-range'] = this.#validator;
    const response = await this.#ask(headers);
    try {
      this.#check(response, start, wanted);
    } catch (error) {
      discard(response);
      throw error;
    }
    return response;
  }

  /** Tries again while the connection is at fault. `http-unreachable` when that does not help. */
  async retried<T>(work: () => Promise<T>, limit = Infinity): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ConnectionFault)) throw error;
        const delay = this.retryDelaysMs[tries];
        if (delay === undefined || tries + 1 >= limit) throw this.unreachable(error);
        await this.client.pause(delay);
      }
    }
  }

  /** The name of a fault that stayed: the server's own status when it gave one. */
  unreachable(cause: ConnectionFault): EngineError {
    if (cause.cause instanceof EngineError) return cause.cause;
    return new EngineError('http-unreachable', { host: this.#url.host }, { cause });
  }

  async #ask(headers: Record<string, string>): Promise<IncomingMessage> {
    const { response } = await this.client.get(this.#url, headers);
    const status = response.statusCode ?? 0;
    if (status === 429 || status >= 500) {
      discard(response);
      throw new ConnectionFault(`status ${status}`, { cause: this.#statusFault(response) });
    }
    return response;
  }

  #check(response: IncomingMessage, start: number, wantedRange: boolean): void {
    const changed = new EngineError('http-size-changed', { host: this.#url.host });
    const status = response.statusCode ?? 0;
    if (status === 416) throw changed;
    if (status !== 200 && status !== 206) throw this.#statusFault(response);
    if (status === 206) {
      const range = parseContentRange(response.headers);
      if (range?.start !== start || (range.size !== null && this.size !== null && range.size !== this.size)) throw changed;
    } else {
      // A whole file in answer to a range: it is another version, or the server has no ranges.
      if (wantedRange && this.ranges) throw changed;
      if (start > 0) throw new EngineError('http-no-range', { host: this.#url.host });
      const length = lengthOf(response);
      if (length !== null && this.size !== null && length !== this.size) throw changed;
    }
    if (this.#validator !== null && validatorOf(response.headers) !== this.#validator) throw changed;
  }

  #statusFault(response: IncomingMessage): EngineError {
    return new EngineError('http-status', { status: response.statusCode ?? 0, host: this.#url.host });
  }
}

function lengthOf(response: IncomingMessage): number | null {
  const length = Number(response.headers['content-length'] ?? NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : null;
}

class HttpStream implements ByteStream {
  readonly size: number | null;
  readonly #file: HttpFile;
  #position: number;
  #response: IncomingMessage | null = null;
  #body: AsyncIterator<Uint8Array> | null = null;
  #piece: Uint8Array = new Uint8Array(0);
  #failures = 0;
  #ended = false;

  private constructor(file: HttpFile, offset: number) {
    this.#file = file;
    this.#position = offset;
    this.size = file.size === null ? null : Math.max(0, file.size - offset);
  }

  static async open(file: HttpFile, offset: number): Promise<HttpStream> {
    const stream = new HttpStream(file, offset);
    if (!file.ranges && offset > 0) {
      // Without ranges the only way to an offset is through everything before it.
      stream.#position = 0;
      const scratch = new Uint8Array(1 << 20);
      while (stream.#position < offset) {
        if ((await stream.read(scratch.subarray(0, Math.min(scratch.length, offset - stream.#position)))) === 0) break;
      }
    }
    return stream;
  }

  async read(buffer: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      if (this.#piece.length === 0 && !(await this.#nextPiece())) break;
      const count = Math.min(buffer.length - filled, this.#piece.length);
      buffer.set(this.#piece.subarray(0, count), filled);
      this.#piece = this.#piece.subarray(count);
      this.#position += count;
      filled += count;
    }
    return filled;
  }

  consumed(): number {
    return this.#position;
  }

  close(): Promise<void> {
    this.#ended = true;
    this.#drop();
    return Promise.resolve();
  }

  /** Gets more bytes, over a new connection if need be. Returns false at the end of the file. */
  async #nextPiece(): Promise<boolean> {
    const { size, client, retryDelaysMs } = this.#file;
    while (!this.#ended && this.#position !== size) {
      try {
        if (!this.#body) await this.#connect();
        const next = await client.timed(this.#body?.next().catch(asConnectionFault) ?? Promise.reject(new ConnectionFault('no connection')));
        if (next.done) {
          if (size !== null) throw new ConnectionFault('the connection ended early');
          this.#ended = true;
          return false;
        }
        if (size !== null && this.#position + next.value.length > size) throw new EngineError('http-size-changed', { host: '' });
        this.#piece = next.value;
        this.#failures = 0;
        return true;
      } catch (error) {
        this.#drop();
        if (!(error instanceof ConnectionFault)) throw error;
        if (this.#position > 0 && !this.#file.ranges) throw new EngineError('http-no-range', {}, { cause: error });
        const delay = retryDelaysMs[this.#failures++];
        if (delay === undefined) throw this.#file.unreachable(error);
        await client.pause(delay);
      }
    }
    return false;
  }

  async #connect(): Promise<void> {
    this.#response = await this.#file.get(this.#position, null);
    this.#body = (this.#response as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  #drop(): void {
    this.#response?.on('error', () => undefined);
    this.#response?.destroy();
    this.#response = this.#body = null;
  }
}

function asConnectionFault(error: unknown): never {
  throw new ConnectionFault(error instanceof Error ? error.message : String(error), { cause: error });
}

class HttpBlockSource implements BlockSource {
  readonly size: number;
  readonly sectorSize = 512;
  readonly #file: HttpFile;

  constructor(file: HttpFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange('http', offset, buffer.length, this.size);
    if (buffer.length === 0) return;
    await this.#file.retried(async () => {
      const response = await this.#file.get(offset, offset + buffer.length);
      const body = (response as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      let filled = 0;
      try {
        while (filled < buffer.length) {
          const next = await this.#file.client.timed(body.next().catch(asConnectionFault));
          if (next.done) throw new ConnectionFault('the connection ended early');
          const piece = next.value.subarray(0, buffer.length - filled);
          buffer.set(piece, filled);
          filled += piece.length;
        }
      } finally {
        // Reading on to the end lets the connection be used again.
        response.on('error', () => undefined);
        if (filled === buffer.length) response.resume();
        else response.destroy();
      }
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

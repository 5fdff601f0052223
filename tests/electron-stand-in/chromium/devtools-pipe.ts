/** The DevTools protocol over a pair of pipes: JSON messages ended by a zero byte, no open port. */
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

interface Waiting {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { message: string };
  readonly sessionId?: string;
}

/** The browser itself, or one attached target. Emits the protocol's events by their names. */
export class DevToolsSession extends EventEmitter {
  readonly #pipe: DevToolsPipe;
  readonly #id: string | undefined;

  constructor(pipe: DevToolsPipe, id: string | undefined) {
    super();
    this.setMaxListeners(0);
    this.#pipe = pipe;
    this.#id = id;
  }

  /** Runs one command; rejects with the protocol's own message, or when the pipe closes. */
  send<Result = Record<string, unknown>>(method: string, params: object = {}): Promise<Result> {
    return this.#pipe.send(method, params, this.#id) as Promise<Result>;
  }
}

export class DevToolsPipe {
  readonly browser: DevToolsSession;
  readonly #output: Writable;
  readonly #sessions = new Map<string, DevToolsSession>();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #pending: Buffer[] = [];
  #closed = false;

  /** @param output Chromium's file descriptor 3. @param input Chromium's file descriptor 4. */
  constructor(output: Writable, input: Readable) {
    this.browser = new DevToolsSession(this, undefined);
    this.#output = output;
    input.on('data', (chunk: Buffer) => { this.#split(chunk); });
    input.on('close', () => { this.#close(); });
    input.on('error', () => { this.#close(); });
    output.on('error', () => { this.#close(); });
  }

  session(id: string): DevToolsSession {
    let session = this.#sessions.get(id);
    if (!session) this.#sessions.set(id, session = new DevToolsSession(this, id));
    return session;
  }

  send(method: string, params: object, sessionId: string | undefined): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error(`${method}: Chromium has ended`));
    const id = this.#lastId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#output.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  #split(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const text = Buffer.concat([...this.#pending, chunk.subarray(start, end)]).toString('utf8');
      this.#pending = [];
      start = end + 1;
      this.#receive(JSON.parse(text) as Message);
    }
    if (start < chunk.length) this.#pending.push(chunk.subarray(start));
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`));
      else waiting?.resolve(message.result);
    } else if (message.method !== undefined) {
      const session = message.sessionId === undefined ? this.browser : this.#sessions.get(message.sessionId);
      session?.emit(message.method, message.params);
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { method, reject } of this.#waiting.values()) reject(new Error(`${method}: Chromium has ended`));
    this.#waiting.clear();
  }
}

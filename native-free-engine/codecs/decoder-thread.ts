import { Worker } from 'node:worker_threads';
import { PIECE_BYTES, type DecoderJob, type FromDecoder, type ToDecoder } from './decoder-protocol.ts';
import { corrupt, truncated } from './faults.ts';
import { OutputQueue } from './output-queue.ts';

/** Input that may wait in a thread before the feeder has to. */
const INPUT_AHEAD_BYTES = 4 << 20;

/** One job of a {@link DecoderThread}: input on one side, output on the other. */
export class DecoderTask {
  readonly #thread: DecoderThread;
  readonly #inputLimit: number;
  readonly #output: OutputQueue;
  #inputAhead = 0;
  #over = false;
  #wake: (() => void) | null = null;

  constructor(thread: DecoderThread, inputLimit: number) {
    this.#thread = thread;
    this.#inputLimit = inputLimit;
    this.#output = new OutputQueue((piece) => {
      const buffer = piece.buffer as ArrayBuffer;
      if (this.#over) return;
      this.#thread.post({ kind: 'taken', buffer }, [buffer]);
    });
  }

  /** Hands over `piece`; resolves when more may be fed. Returns false when the job is over and wants no more. */
  async feed(piece: Uint8Array<ArrayBuffer>): Promise<boolean> {
    if (this.#over) return false;
    this.#inputAhead += piece.length;
    this.#thread.post({ kind: 'input', piece }, [piece.buffer]);
    while (!this.#over && this.#inputAhead > this.#inputLimit) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.#over;
  }

  finish(check: Uint8Array | null): void {
    if (!this.#over) this.#thread.post({ kind: 'finish', check });
  }

  /** Ends the job with a fault of the input; what was decoded before it is still read. */
  fail(error: unknown): void {
    this.#over = true;
    this.#output.fail(error);
    this.#notify();
  }

  /** At least one byte, or 0 at the end of the job. */
  async read(buffer: Uint8Array): Promise<number> {
    this.#thread.keepAlive(true);
    try {
      return await this.#output.read(buffer);
    } finally {
      this.#thread.keepAlive(false);
    }
  }

  /** For the thread only. */
  receive(message: FromDecoder, format: string): void {
    switch (message.kind) {
      case 'output':
        this.#output.push(new Uint8Array(message.buffer, 0, message.length));
        return;
      case 'hungry':
        this.#inputAhead = 0;
        break;
      case 'done':
        this.#over = true;
        this.#output.end();
        break;
      case 'fault':
        this.fail(message.fault === 'truncated' ? truncated(format) : message.fault === 'corrupt' ? corrupt(format) : new Error(message.detail));
    }
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** A worker thread that decodes one job after another. */
export class DecoderThread {
  readonly #worker = new Worker(new URL('./decoder-worker.ts', import.meta.url));
  readonly #format: string;
  #task: DecoderTask | null = null;

  /** @param format named in errors */
  constructor(format: string) {
    this.#format = format;
    this.#worker.on('message', (message: FromDecoder) => this.#task?.receive(message, format));
    this.#worker.on('error', (error) => this.#task?.fail(error));
    this.#worker.on('exit', () => this.#task?.fail(new Error(`the ${this.#format} decoder's thread ended`)));
    this.#worker.unref();
  }

  /** A thread keeps the program alive only while somebody waits for its output. */
  keepAlive(yes: boolean): void {
    if (yes) this.#worker.ref();
    else this.#worker.unref();
  }

  /**
   * Starts a job. The one before must be over.
   * @param ahead bytes of output, and of input, that may wait
   */
  start(job: DecoderJob, ahead: { readonly output: number; readonly input?: number }): DecoderTask {
    this.#task = new DecoderTask(this, ahead.input ?? INPUT_AHEAD_BYTES);
    this.post({ kind: 'start', job, credit: Math.max(2, Math.ceil(ahead.output / PIECE_BYTES)) });
    return this.#task;
  }

  post(message: ToDecoder, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

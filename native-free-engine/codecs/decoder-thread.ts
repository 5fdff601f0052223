import { Worker } from 'node:worker_threads';
import { PIECE_BYTES, type DecoderJob, type FromDecoder, type ToDecoder } from './decoder-protocol.ts';
import { corrupt, truncated } from './faults.ts';
import { OutputQueue } from './output-queue.ts';

/** Input that may wait in a thread before the feeder has to. */
const INPUT_AHEAD_BYTES = 4 << 20;

/** How long a thread without work is kept, in milliseconds. */
const IDLE_MS = 2000;

/** Bytes of output, and of input, that may wait in a thread. */
interface Ahead {
  readonly output: number;
  readonly input?: number;
}

/** One job of a thread: input on one side, output on the other. */
export class DecoderTask {
  readonly #thread: DecoderThread;
  readonly #inputLimit: number;
  readonly #output: OutputQueue;
  #inputAhead = 0;
  #over = false;
  #released = false;
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

  /** Gives the thread back; what was not read is dropped. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.fail(new Error('closed'));
    keep(this.#thread);
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
class DecoderThread {
  readonly #worker = new Worker(new URL('./decoder-worker.ts', import.meta.url));
  #task: DecoderTask | null = null;
  #format = '';
  #id = 0;
  broken = false;

  constructor() {
    this.#worker.on('message', (message: FromDecoder) => {
      // Answers that belong to a job before are late.
      if (message.id === this.#id) this.#task?.receive(message, this.#format);
    });
    this.#worker.on('error', (error: Error) => this.#break(error));
    this.#worker.on('exit', () => this.#break(new Error('a decoder thread ended')));
    this.#worker.unref();
  }

  start(format: string, job: DecoderJob, ahead: Ahead): DecoderTask {
    this.#format = format;
    this.#task = new DecoderTask(this, ahead.input ?? INPUT_AHEAD_BYTES);
    this.post({ kind: 'start', id: ++this.#id, job, credit: Math.max(2, Math.ceil(ahead.output / PIECE_BYTES)) });
    return this.#task;
  }

  stop(): void {
    this.#id++;
    this.#task = null;
    this.post({ kind: 'stop' });
  }

  /** A thread keeps the program alive only while somebody waits for its output. */
  keepAlive(yes: boolean): void {
    if (yes) this.#worker.ref();
    else this.#worker.unref();
  }

  post(message: ToDecoder, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #break(error: Error): void {
    this.broken = true;
    this.#task?.fail(error);
  }
}

/** Threads without work, kept for a while because starting one takes longer than most small reads. */
const idle: { readonly thread: DecoderThread; readonly timer: ReturnType<typeof setTimeout> }[] = [];

/**
 * Starts a job in a thread. Whoever starts it calls {@link DecoderTask.release}, done or not.
 * @param format named in errors
 */
export function startDecoding(format: string, job: DecoderJob, ahead: Ahead): DecoderTask {
  const kept = idle.pop();
  clearTimeout(kept?.timer);
  const thread = kept && !kept.thread.broken ? kept.thread : new DecoderThread();
  return thread.start(format, job, ahead);
}

function keep(thread: DecoderThread): void {
  thread.stop();
  if (thread.broken) return;
  const timer = setTimeout(() => {
    const at = idle.findIndex((entry) => entry.thread === thread);
    if (at >= 0) idle.splice(at, 1);
    void thread.terminate();
  }, IDLE_MS);
  timer.unref();
  idle.push({ thread, timer });
}

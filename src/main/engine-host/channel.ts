import type { Socket } from 'node:net';
import { toEngineError, type EngineError } from '../../../native-free-engine/index.ts';
import { encodeFrame, FrameReader } from './framing.ts';

/** A way to exchange messages with one other process, whatever carries them. */
export interface Channel {
  /** Sends in order; nothing happens once the channel is closed. */
  send(message: unknown): void;
  /** Messages that come before there is a listener wait for it. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with the reason when it was not a plain end. */
  onClose(listener: (reason: EngineError | null) => void): void;
  close(): void;
}

/** The part of a channel that is the same everywhere: one listener, one ending, nothing lost before either is there. */
export class ChannelEnds {
  #listener: ((message: unknown) => void) | null = null;
  #closeListeners: ((reason: EngineError | null) => void)[] = [];
  #waiting: unknown[] = [];
  #closed: { reason: EngineError | null } | null = null;

  get closed(): boolean {
    return this.#closed !== null;
  }

  deliver(message: unknown): void {
    if (this.#closed) return;
    if (this.#listener) this.#listener(message);
    else this.#waiting.push(message);
  }

  end(reason: EngineError | null): void {
    if (this.#closed) return;
    this.#closed = { reason };
    for (const listener of this.#closeListeners) listener(reason);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listener = listener;
    for (const message of this.#waiting.splice(0)) listener(message);
  }

  onClose(listener: (reason: EngineError | null) => void): void {
    if (this.#closed) listener(this.#closed.reason);
    else this.#closeListeners.push(listener);
  }
}

/** Messages over a socket or pipe, framed. A frame that breaks the rules ends the connection. */
export function socketChannel(socket: Socket, reader = new FrameReader()): Channel {
  const ends = new ChannelEnds();
  const take = (chunk: Buffer): void => {
    try {
      for (const message of reader.push(chunk)) ends.deliver(message);
    } catch (error) {
      ends.end(toEngineError(error));
      socket.destroy();
    }
  };
  socket.on('data', take);
  socket.on('error', (error) => ends.end(toEngineError(error)));
  socket.on('close', () => ends.end(null));
  return {
    send(message) {
      if (!ends.closed) socket.write(encodeFrame(message));
    },
    onMessage: (listener) => ends.onMessage(listener),
    onClose: (listener) => ends.onClose(listener),
    close() {
      socket.end();
    },
  };
}

/** What `ChildProcess` and a child's own `process` have in common once there is an IPC channel. */
export interface ProcessEnd {
  readonly connected: boolean;
  send?(message: object, handle: undefined, options: undefined, callback: () => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect?(): void;
}

/** Messages over Node's own channel between a process and its child. */
export function processChannel(end: ProcessEnd): Channel {
  const ends = new ChannelEnds();
  end.on('message', (message) => ends.deliver(message));
  end.on('disconnect', () => ends.end(null));
  return {
    send(message) {
      // An error here means that the other side has just gone, which `disconnect` tells too.
      if (!ends.closed && end.connected) end.send?.(message as object, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => ends.onMessage(listener),
    onClose: (listener) => ends.onClose(listener),
    close() {
      if (end.connected) end.disconnect?.();
    },
  };
}

/** Electron's `process.parentPort`, as far as it is used here. */
export interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  postMessage(message: unknown): void;
}

/** Messages to the main process from a utility process; Electron ends the process itself when its parent goes. */
export function parentPortChannel(port: ParentPort): Channel {
  const ends = new ChannelEnds();
  port.on('message', (event) => ends.deliver(event.data));
  return {
    send(message) {
      if (!ends.closed) port.postMessage(message);
    },
    onMessage: (listener) => ends.onMessage(listener),
    onClose: (listener) => ends.onClose(listener),
    close() {
      ends.end(null);
    },
  };
}

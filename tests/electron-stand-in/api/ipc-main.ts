/** electron.ipcMain: what pages ask of the main process. */
import { EventEmitter } from 'node:events';
import { strict } from '../strict.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

/** What a page hears of an invocation: the value, or the error in words. */
export type Reply = { readonly value: unknown } | { readonly error: string };

const handlers = new Map<string, Handler>();

/** Any channel may be listened to, so this emitter knows no list of events. */
class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    if (typeof handler !== 'function') throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
    handlers.set(channel, handler);
  }
  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }
  removeHandler(channel: string): void { handlers.delete(channel); }
}

export const ipcMain = strict('electron.ipcMain', new IpcMain());

/** Runs the handler of a channel. Errors are printed here and reach the page in Electron's words. */
export async function answer(channel: string, event: object, args: readonly unknown[]): Promise<Reply> {
  try {
    const handler = handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return { value: await handler(event, ...args) };
  } catch (error) {
    console.error(`Error occurred in handler for '${channel}':`, error);
    return { error: String(error) };
  }
}

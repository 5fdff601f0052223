/**
 * Only what is written here exists: reading any other member, or listening to
 * any other event, throws by name. A program that outgrows the stand-in then
 * fails loudly instead of running on `undefined`.
 */
import { EventEmitter } from 'node:events';

type Listener = Parameters<EventEmitter['on']>[1];

/** Asked of every object by `await`, `JSON.stringify` and module loaders; their absence means something there. */
const PROBED = new Set(['then', 'toJSON', 'default', '__esModule']);

export function notProvided(path: string): Error {
  return new Error(`stand-in: ${path} is not provided`);
}

/** A proxy for the end of a prototype chain, where only missing members arrive, so that `this` and private fields stay real. */
function guard<T extends object>(path: string, base: T): T {
  return new Proxy(base, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || PROBED.has(key)) return Reflect.get(target, key, receiver) as unknown;
      throw notProvided(`${path}.${key}`);
    },
  });
}

/** The same object, made to throw for members it does not have. Members may still be assigned, as tests do to stub them. */
export function strict<T extends object>(path: string, object: T): T {
  const prototype = Object.getPrototypeOf(object) as object;
  Object.setPrototypeOf(object, guard(path, Object.create(prototype) as object));
  return object;
}

/** A base class for Electron's event emitters that knows the events it can emit. */
export function strictEmitter(path: string, events: readonly string[]): typeof EventEmitter {
  const known = new Set([...events, 'newListener', 'removeListener', 'error']);
  const check = (event: string | symbol): void => {
    if (typeof event === 'string' && !known.has(event)) throw notProvided(`${path}, event '${event}',`);
  };
  class StrictEmitter extends EventEmitter {
    override on(event: string | symbol, listener: Listener): this {
      check(event);
      return super.on(event, listener);
    }
    override addListener(event: string | symbol, listener: Listener): this {
      return this.on(event, listener);
    }
    override prependListener(event: string | symbol, listener: Listener): this {
      check(event);
      return super.prependListener(event, listener);
    }
  }
  Object.setPrototypeOf(StrictEmitter.prototype, guard(path, Object.create(EventEmitter.prototype) as object));
  Object.setPrototypeOf(StrictEmitter, guard(path, EventEmitter));
  return StrictEmitter as typeof EventEmitter;
}

/** An event whose default a listener can prevent, as Electron passes it. */
export class CancellableEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

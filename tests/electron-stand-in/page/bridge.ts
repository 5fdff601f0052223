/**
 * contextBridge: how the preload's world and the page's world exchange values.
 * Both sides run `createBridge`. Values are copied, by structured clone of an
 * event's `detail` between worlds; functions and promises stay where they are
 * and cross as numbers.
 *
 * `createBridge` is self-contained: it reaches the page through `toString()`.
 */
type Callable = (...args: unknown[]) => unknown;
type Detail = Record<string, unknown>;

export interface Bridge {
  /** Preload's side: makes `api` appear in the page as `window[key]`. */
  expose(key: string, api: unknown): void;
}

declare const document: EventTarget;

/** @param secret known to both worlds and not to the page's own scripts; it names the events and marks functions and promises. */
export function createBridge(side: 'preload' | 'page', secret: string): Bridge {
  const other = side === 'preload' ? 'page' : 'preload';
  const exported = new Map<number, Callable>();
  const numbers = new WeakMap<Callable, number>();
  const imported = new Map<number, Callable>();
  const promises = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const outcomes = new Map<number, Detail>();
  let last = 0;

  const tell = (event: string, detail: Detail): boolean => document.dispatchEvent(new CustomEvent(`${secret}:${other}:${event}`, { detail }));
  const hear = (event: string, listener: (detail: Detail) => void): void => {
    document.addEventListener(`${secret}:${side}:${event}`, (received) => {
      const { detail } = received as CustomEvent<Detail | null>;
      // A detail that could not be cloned arrives as null; the caller notices the missing answer.
      if (detail !== null) listener(detail);
    });
  };
  const isRecord = (value: unknown): value is Detail => Object.prototype.toString.call(value) === '[object Object]';
  // Errors lose everything but their message, as Electron documents.
  const asError = (error: unknown): unknown => (error instanceof Error ? new Error(error.message) : error);

  function pack(value: unknown, seen = new Map<object, unknown>()): unknown {
    if (typeof value === 'function') {
      const callable = value as Callable;
      let id = numbers.get(callable);
      if (id === undefined) {
        numbers.set(callable, id = last += 1);
        exported.set(id, callable);
      }
      return { [secret]: 'function', id };
    }
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    if (value instanceof Promise) {
      const id = last += 1;
      value.then(
        (result: unknown) => { tell('settled', { id, value: pack(result) }); },
        (error: unknown) => { tell('settled', { id, error: pack(asError(error)) }); },
      );
      return { [secret]: 'promise', id };
    }
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      seen.set(value, copy);
      for (const item of value) copy.push(pack(item, seen));
      return copy;
    }
    if (!isRecord(value)) return value;
    const copy: Detail = {};
    seen.set(value, copy);
    // Symbols cannot cross and are left out, as Electron documents.
    for (const [key, item] of Object.entries(value)) if (typeof item !== 'symbol') copy[key] = pack(item, seen);
    return copy;
  }

  function unpack(value: unknown, seen = new Set<object>()): unknown {
    if (typeof value !== 'object' || value === null || seen.has(value)) return value;
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach((item, index) => { value[index] = unpack(item, seen); });
    } else if (isRecord(value)) {
      if (value[secret] === 'function') return importFunction(value['id'] as number);
      if (value[secret] === 'promise') return new Promise((resolve, reject) => { promises.set(value['id'] as number, { resolve, reject }); });
      for (const [key, item] of Object.entries(value)) value[key] = unpack(item, seen);
    }
    return value;
  }

  function importFunction(id: number): Callable {
    let callable = imported.get(id);
    if (callable === undefined) {
      callable = (...args) => {
        const call = last += 1;
        // Dispatching is synchronous: the answer is there when it returns.
        tell('call', { call, id, args: pack(args) });
        const outcome = outcomes.get(call);
        outcomes.delete(call);
        if (outcome === undefined) throw new Error('An object could not be cloned.');
        if ('error' in outcome) throw unpack(outcome['error']);
        return unpack(outcome['value']);
      };
      imported.set(id, callable);
    }
    return callable;
  }

  function freeze(value: unknown): unknown {
    if ((isRecord(value) || Array.isArray(value)) && !Object.isFrozen(value)) {
      Object.freeze(value);
      Object.values(value).forEach(freeze);
    }
    return value;
  }

  hear('call', ({ call, id, args }) => {
    let outcome: Detail;
    try {
      outcome = { call, value: pack(exported.get(id as number)?.(...(unpack(args) as unknown[]))) };
    } catch (error) {
      outcome = { call, error: pack(asError(error)) };
    }
    tell('outcome', outcome);
  });
  hear('outcome', (detail) => { outcomes.set(detail['call'] as number, detail); });
  hear('settled', (detail) => {
    const promise = promises.get(detail['id'] as number);
    promises.delete(detail['id'] as number);
    if ('error' in detail) promise?.reject(unpack(detail['error']));
    else promise?.resolve(unpack(detail['value']));
  });
  if (side === 'page') {
    hear('expose', ({ key, api }) => {
      if (Object.hasOwn(globalThis, key as string)) return;
      Object.defineProperty(globalThis, key as string, { value: freeze(unpack(api)), enumerable: true, configurable: false, writable: false });
      tell('exposed', { key });
    });
  }

  const exposed = new Set<unknown>();
  hear('exposed', ({ key }) => { exposed.add(key); });
  return {
    expose(key, api) {
      const before = exposed.has(key);
      if (!before) tell('expose', { key, api: pack(api) });
      if (before || !exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object');
    },
  };
}

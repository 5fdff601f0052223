/**
 * Structured clone as text. DevTools carries only JSON, Electron's IPC carries
 * what the structured clone algorithm can: undefined, NaN, bigint, Date, Map,
 * Set, RegExp, Error, ArrayBuffer, typed arrays, and objects that refer to one
 * another or to themselves. Whatever cannot be cloned throws as in Electron.
 *
 * `createCodec` is self-contained: it runs in Node and, through `toString()`,
 * in the page.
 */
export interface Codec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

export interface Base64 {
  toBase64(bytes: Uint8Array): string;
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
}

export function createCodec(base64: Base64): Codec {
  type Node = [kind: string, ...data: unknown[]];
  const views = [
    Uint8Array, Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
    Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView,
  ];
  const errors = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  const refuse = (): never => {
    throw new Error('An object could not be cloned.');
  };

  /** Every value becomes one row of a table, so that an object met twice is written once. */
  function encode(root: unknown): string {
    const rows: Node[] = [];
    const known = new Map<object, number>();

    function add(value: unknown): number {
      if (typeof value === 'object' && value !== null) {
        const before = known.get(value);
        if (before !== undefined) return before;
      }
      const index = rows.push(['undefined']) - 1;
      if (typeof value === 'object' && value !== null) known.set(value, index);
      rows[index] = row(value);
      return index;
    }

    function row(value: unknown): Node {
      switch (typeof value) {
        case 'undefined': return ['undefined'];
        case 'bigint': return ['bigint', String(value)];
        case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? ['json', value] : ['number', Object.is(value, -0) ? '-0' : String(value)];
        case 'string': case 'boolean': return ['json', value];
        case 'object': return value === null ? ['json', null] : objectRow(value);
        case 'function': case 'symbol': return refuse();
      }
    }

    function objectRow(value: object): Node {
      if (Array.isArray(value)) return ['array', value.map((item) => add(item))];
      if (value instanceof Date) return ['date', add(value.getTime())];
      if (value instanceof RegExp) return ['regexp', value.source, value.flags];
      if (value instanceof Map) return ['map', [...value].map(([key, item]) => [add(key), add(item)])];
      if (value instanceof Set) return ['set', [...value].map((item) => add(item))];
      if (value instanceof ArrayBuffer) return ['buffer', base64.toBase64(new Uint8Array(value))];
      if (ArrayBuffer.isView(value)) {
        const name = views.find((View) => value instanceof View)?.name ?? refuse();
        return ['view', name, base64.toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
      }
      if (value instanceof Error) return ['error', value.name, value.message, value.stack];
      if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) return refuse();
      return ['object', Object.entries(value).map(([key, item]) => [key, add(item)])];
    }

    add(root);
    return JSON.stringify(rows);
  }

  function decode(text: string): unknown {
    const rows = JSON.parse(text) as Node[];
    const made = new Map<number, unknown>();
    const keep = <T>(index: number, value: T): T => {
      made.set(index, value);
      return value;
    };

    function read(index: number): unknown {
      if (made.has(index)) return made.get(index);
      const [kind, first, second, third] = rows[index] as Node;
      switch (kind) {
        case 'undefined': return undefined;
        case 'json': return first;
        case 'number': return Number(first);
        case 'bigint': return BigInt(first as string);
        case 'date': return keep(index, new Date(read(first as number) as number));
        case 'regexp': return keep(index, new RegExp(first as string, second as string));
        case 'buffer': return keep(index, base64.fromBase64(first as string).buffer);
        case 'view': {
          const View = (views.find((candidate) => candidate.name === first) ?? Uint8Array) as new (buffer: ArrayBuffer) => ArrayBufferView;
          return keep(index, new View(base64.fromBase64(second as string).buffer));
        }
        case 'error': {
          const Kind = errors.find((candidate) => candidate.name === first) ?? Error;
          const error = new Kind(second as string);
          Object.defineProperty(error, 'stack', { value: third, configurable: true, writable: true });
          return keep(index, error);
        }
        case 'array': {
          const array = keep<unknown[]>(index, []);
          for (const item of first as number[]) array.push(read(item));
          return array;
        }
        case 'map': {
          const map = keep(index, new Map<unknown, unknown>());
          for (const [key, item] of first as [number, number][]) map.set(read(key), read(item));
          return map;
        }
        case 'set': {
          const set = keep(index, new Set<unknown>());
          for (const item of first as number[]) set.add(read(item));
          return set;
        }
        default: {
          const object = keep<object>(index, {});
          for (const [key, item] of first as [string, number][]) {
            // defineProperty, because a key may be `__proto__`.
            Object.defineProperty(object, key, { value: read(item), enumerable: true, configurable: true, writable: true });
          }
          return object;
        }
      }
    }
    return read(0);
  }

  return { encode, decode };
}

/** The codec of the main process. */
export const codec: Codec = createCodec({
  toBase64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  // Copied, because a small Buffer is a window on a shared pool.
  fromBase64: (text) => new Uint8Array(Buffer.from(text, 'base64')),
});

import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codec, createCodec } from '../electron-stand-in/codec.ts';

const roundTrip = (value: unknown): unknown => codec.decode(codec.encode(value));

test('carries whatever the structured clone algorithm carries', () => {
  fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: false, withNullPrototype: false }), (value) => {
    expect(roundTrip(value)).toEqual(structuredClone(value));
  }), { numRuns: 500 });
});

test('keeps what JSON loses', () => {
  for (const value of [undefined, NaN, Infinity, -0, 2n ** 70n, new Date(NaN), /a+/gi, new RangeError('too far'), new ArrayBuffer(3)]) {
    expect(roundTrip(value)).toStrictEqual(structuredClone(value));
  }
  expect((roundTrip(new TypeError('x')) as Error)).toBeInstanceOf(TypeError);
});

test('objects that refer to themselves and to one another stay one object', () => {
  const shared = { name: 'shared' };
  const value: Record<string, unknown> = { a: shared, b: [shared], set: new Set([shared]) };
  value['self'] = value;
  const copy = roundTrip(value) as Record<string, unknown>;
  expect(copy['self']).toBe(copy);
  expect((copy['b'] as unknown[])[0]).toBe(copy['a']);
  expect([...(copy['set'] as Set<unknown>)][0]).toBe(copy['a']);
});

test('a part of a buffer crosses without the rest of it', () => {
  const view = new Uint16Array([1, 2, 3, 4]).subarray(1, 3);
  const copy = roundTrip(view) as Uint16Array;
  expect(copy).toEqual(new Uint16Array([2, 3]));
  expect(copy.buffer.byteLength).toBe(4);
  expect(roundTrip(Buffer.from('disk'))).toEqual(new Uint8Array([100, 105, 115, 107]));
});

test('refuses what cannot be cloned, in the words of Electron', () => {
  for (const value of [() => 1, Symbol('s'), Promise.resolve(1), new WeakMap(), { deep: [() => 1] }]) {
    expect(() => codec.encode(value)).toThrow('An object could not be cloned.');
  }
});

test('a key named __proto__ is data', () => {
  const copy = roundTrip(JSON.parse('{"__proto__": {"polluted": true}}')) as object;
  expect(Object.keys(copy)).toEqual(['__proto__']);
  expect('polluted' in copy).toBe(false);
});

test('its source is complete: it works from its own text, as it does in the page', () => {
  const make = runInThisContext(`(${createCodec.toString()})`) as typeof createCodec;
  const alone = make({ toBase64: (bytes) => Buffer.from(bytes).toString('base64'), fromBase64: (text) => new Uint8Array(Buffer.from(text, 'base64')) });
  expect(alone.decode(codec.encode({ map: new Map([[1n, new Uint8Array([1])]]) }))).toEqual({ map: new Map([[1n, new Uint8Array([1])]]) });
});

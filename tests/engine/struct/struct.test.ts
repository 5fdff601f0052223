import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineError } from '../../../native-free-engine/index.ts';
import {
  ascii, bytes, formatGuid, formatUuid, guid, parseGuid, reserved, struct, u16be, u16le, u32be, u32le, u64be, u64le, u8, utf16le,
} from '../../../native-free-engine/struct/index.ts';

const Sample = struct('Sample', 64, 'none', {
  byte: u8(0x00, { max: 200 }),
  little: u16le(0x01),
  big: u16be(0x03),
  hole: reserved(0x05, 3),
  count: u32le(0x08, { min: 1, max: 1000 }),
  wide: u32be(0x0c),
  far: u64le(0x10),
  farBig: u64be(0x18),
  raw: bytes(0x20, 4),
  tag: ascii(0x24, 4),
  name: utf16le(0x28, 8),
  id: guid(0x30),
});

const values = {
  byte: 7, little: 0x1234, big: 0x1234, count: 9, wide: 0xdeadbeef, far: 0x0102030405060708n, farBig: 0x0102030405060708n,
  raw: Uint8Array.of(1, 2, 3, 4), tag: 'TAG!', name: 'né', id: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
};

test('reader and writer come from one declaration', () => {
  const data = Sample.write(values);
  expect([...data.subarray(0, 16)]).toEqual([7, 0x34, 0x12, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef]);
  expect([...data.subarray(0x30, 0x34)]).toEqual([0x28, 0x73, 0x2a, 0xc1]);
  expect(Sample.read(data)).toEqual(values);
});

test('whatever is written is read back', () => {
  const arbitrary = fc.record({
    byte: fc.nat(200), little: fc.nat(0xffff), big: fc.nat(0xffff), count: fc.integer({ min: 1, max: 1000 }), wide: fc.nat(0xffffffff),
    far: fc.bigInt(0n, 2n ** 64n - 1n), farBig: fc.bigInt(0n, 2n ** 64n - 1n), raw: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    tag: fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)), minLength: 4, maxLength: 4 }),
    name: fc.string({ unit: 'binary-ascii', maxLength: 4 }).filter((text) => !text.includes('\0')),
    id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((raw) => formatGuid(raw)),
  });
  fc.assert(fc.property(arbitrary, (one) => {
    expect(Sample.read(Sample.write(one))).toEqual(one);
  }));
});

test('overlap and overrun are caught when a declaration loads', () => {
  expect(() => struct('Bad', 8, '', { a: u32le(0), b: u16le(3) })).toThrow('Bad.b at 0x3 overlaps a');
  expect(() => struct('Bad', 8, '', { a: u32le(0), hole: reserved(2, 4) })).toThrow('overlaps');
  expect(() => struct('Bad', 8, '', { a: u64le(4) })).toThrow('ends at byte 12');
});

test('values outside their legal range are named', () => {
  const data = Sample.write(values);
  data[0] = 201;
  const error = (() => { try { Sample.read(data); } catch (e) { return e; } return null; })();
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ code: 'struct-invalid', place: { struct: 'Sample', field: 'byte', offset: 0 } });
  expect(() => Sample.write({ ...values, count: 0 })).toThrow('struct-invalid');
});

test('a structure that does not fit says what was wanted and what there is', () => {
  expect(() => Sample.read(new Uint8Array(100), 40)).toThrow(/struct-out-of-bounds.*40\.\.104.*0\.\.100/);
  expect(() => Sample.read(new Uint8Array(100), -1)).toThrow('struct-out-of-bounds');
});

test('GUIDs are mixed-endian, UUIDs are not', () => {
  const raw = parseGuid('00112233-4455-6677-8899-AABBCCDDEEFF');
  expect(Buffer.from(raw).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(formatGuid(raw)).toBe('00112233-4455-6677-8899-AABBCCDDEEFF');
  expect(formatUuid(raw)).toBe('33221100-5544-7766-8899-aabbccddeeff');
  expect(formatUuid(new Uint8Array(16))).toBe('');
  expect(() => parseGuid('not-a-guid')).toThrow(RangeError);
});

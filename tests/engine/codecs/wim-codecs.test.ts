import fc from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createChunkCompressor, createChunkDecompressor } from '../../../native-free-engine/codecs/wim-chunk.ts';
import { BitOutput } from '../../../native-free-engine/codecs/lzx/bit-output.ts';
import { BlockCodes } from '../../../native-free-engine/codecs/lzx/block-codes.ts';
import { LzxDecompressor } from '../../../native-free-engine/codecs/lzx/decompress.ts';
import { BLOCK } from '../../../native-free-engine/codecs/lzx/format.ts';
import { VALUE_BITS } from '../../../native-free-engine/codecs/lzx/items.ts';
import { BlockWriter } from '../../../native-free-engine/codecs/lzx/write-block.ts';
import { restoreCalls, translateCalls } from '../../../native-free-engine/codecs/lzx/call-filter.ts';
import { applyEdit, imageTree, openWimFile, planEdit, readBytes, readImage } from '../../../native-free-engine/index.ts';
import { memoryDevice } from '../../../native-free-engine/io/memory.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { labFolder, run } from '../lab.ts';
import { everything, lines, machineCode, waves } from './wim-data.ts';

const KIB = 1024;
const CHUNK_SIZES = {
  xpress: [4, 8, 16, 32, 64].map((size) => size * KIB),
  lzx: [32, 64, 128, 256, 512, 1024, 2048].map((size) => size * KIB),
  lzms: [32, 256, 2048].map((size) => size * KIB),
} as const;
const PACKED = [...CHUNK_SIZES.xpress.map((size) => ['xpress', size] as const), ...CHUNK_SIZES.lzx.map((size) => ['lzx', size] as const)];

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Calls in a row with operands at every limit, right up to the end. */
function calls(length: number): Buffer {
  const bytes = seeded(8).bytes(length);
  for (let at = 0; at + 5 <= length; at += 5) {
    const operands = [-at - 1, -at, 0, 12_000_000 - at - 1, 12_000_000 - at, 11_999_999, 12_000_000, -1];
    bytes[at] = 0xe8;
    bytes.writeInt32LE(operands[(at / 5) % operands.length]!, at + 1);
  }
  return bytes;
}

/** What is hard on a filter: a first byte that begins a call, a last call at every distance from the end, jumps in between. */
const filterEdges = (): Buffer[] => [...Array.from({ length: 24 }, (_, i) => Buffer.concat([Buffer.alloc(500, 'an instruction '), calls(600 + i)])), ...[11, 17, 18, 19, 40_000].map(calls)];

describe('against wimlib', () => {
  const folder = labFolder();
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  const files: Record<string, Buffer> = { everything: everything() };
  for (const [i, edge] of filterEdges().entries()) files[`edge${i}`] = edge;
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(tree, name), bytes);
  const wimTest = need({ tools: ['wimlib-imagex'] });

  wimTest.each([
    ...Object.entries(CHUNK_SIZES).flatMap(([kind, sizes]) => sizes.map((size) => [kind, `--compress=${kind}`, `--chunk-size=${size}`])),
    ['solid lzms', '--solid'],
    ['solid lzms', '--solid', '--solid-chunk-size=128M'],
    ['solid lzx', '--solid', '--solid-compress=lzx', '--solid-chunk-size=128K'],
  ])('%s as wimlib packs it is unpacked: %s %s', async (_kind, ...options) => {
    const path = join(folder, 'theirs.wim');
    run('wimlib-imagex', ['capture', tree, path, ...options]);
    const wim = await openWimFile(path);
    const found = imageTree(wim, await readImage(wim, 1));
    for (const entry of found.entries) {
      if (entry.kind !== 'file') continue;
      const source = await entry.open();
      expect(same(await readBytes(source, 0, source.size), files[entry.path]!), entry.path).toBe(true);
    }
    expect(found.entries.length).toBe(Object.keys(files).length);
    await wim.close();
  });

  wimTest.each(PACKED)('%s chunks of %i bytes as we pack them are unpacked by wimlib', async (kind, chunkSize) => {
    const path = join(folder, 'ours.wim');
    const seed = join(folder, 'seed');
    mkdirSync(seed, { recursive: true });
    run('wimlib-imagex', ['capture', seed, path, `--compress=${kind}`, `--chunk-size=${chunkSize}`]);
    const wim = await openWimFile(path);
    const changes = Object.entries(files).map(([name, bytes]) => ({
      kind: 'put' as const, path: name, contents: { size: bytes.length, modifiedAt: null, attributes: 0, open: () => Promise.resolve(memoryDevice(bytes)) },
    }));
    await applyEdit(wim, await planEdit(wim, { images: [{ index: 1, changes }] }));
    await wim.close();
    run('wimlib-imagex', ['verify', path]);
    const out = join(folder, `${kind}-${chunkSize}`);
    run('wimlib-imagex', ['apply', path, '1', out]);
    for (const [name, bytes] of Object.entries(files)) expect(same(readFileSync(join(out, name)), bytes), name).toBe(true);
  });

  wimTest.each([['xpress', 4096], ['xpress', 32_768], ['lzx', 32_768], ['lzx', 1_048_576]] as const)('%s chunks of %i bytes are at most 3 percent larger than wimlib’s', (kind, chunkSize) => {
    const bytes = Buffer.concat([machineCode(1_500_000), lines(300_000), waves(100_000)]);
    const one = join(folder, 'one');
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, 'file'), bytes);
    const path = join(folder, 'size.wim');
    run('wimlib-imagex', ['capture', one, path, `--compress=${kind}`, `--chunk-size=${chunkSize}`]);
    const blob = run('wimlib-imagex', ['info', path, '--blobs']).split('Hash').find((text) => new RegExp(`Uncompressed size += ${bytes.length}\\b`).test(text))!;
    const theirs = Number(/Compressed size += (\d+)/.exec(blob)![1]);
    const compressor = createChunkCompressor(kind, chunkSize);
    // With the chunk table, which is counted there.
    let ours = 4 * (Math.ceil(bytes.length / chunkSize) - 1);
    for (let at = 0; at < bytes.length; at += chunkSize) {
      const chunk = bytes.subarray(at, at + chunkSize);
      ours += (compressor.compress(chunk) ?? chunk).length;
    }
    expect(ours / theirs).toBeLessThan(1.03);
  });
});

describe('there and back', () => {
  /** Pieces of few and of many symbols, repeated near and far. */
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 3000 })).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })).map(([part, times]) => Buffer.concat(Array.from({ length: times }, () => part))),
    ),
    { maxLength: 30 },
  ).chain((parts) => fc.array(fc.nat(Math.max(0, parts.length - 1)), { maxLength: 20 }).map((again) => Buffer.concat([...parts, ...again.flatMap((i) => parts[i] ?? [])])));

  test.each([['xpress', 4096], ['xpress', 65_536], ['lzx', 32_768], ['lzx', 65_536]] as const)('%s, chunks of up to %i bytes of any kind', (kind, chunkSize) => {
    const compressor = createChunkCompressor(kind, chunkSize);
    const decompressor = createChunkDecompressor(kind, chunkSize);
    fc.assert(
      fc.property(pieces, (bytes) => {
        const chunk = bytes.subarray(0, chunkSize);
        const packed = compressor.compress(chunk);
        if (!packed) return;
        expect(packed.length).toBeLessThan(chunk.length);
        const back = new Uint8Array(chunk.length);
        decompressor.decompress(packed, back);
        expect(same(back, chunk)).toBe(true);
      }),
      { numRuns: 150, seed: 20 },
    );
  });

  test.each([['xpress', 65_536], ['lzx', 32_768], ['lzx', 2_097_152]] as const)('%s, whole chunks of %i bytes that are all alike, that repeat farthest away, that do not pack', (kind, chunkSize) => {
    const compressor = createChunkCompressor(kind, chunkSize);
    const decompressor = createChunkDecompressor(kind, chunkSize);
    const half = Buffer.alloc(chunkSize / 2, seeded(4).bytes(20_011));
    const farthest = Buffer.alloc(chunkSize);
    for (let i = 0; i < chunkSize; i++) farthest[i] = (i * i) >>> 7;
    farthest.copy(farthest, chunkSize - 40, 0, 40);
    for (const chunk of [Buffer.alloc(chunkSize), Buffer.concat([half, half]), farthest, Buffer.alloc(chunkSize - 1, 'ab')]) {
      const packed = compressor.compress(chunk)!;
      const back = Buffer.alloc(chunk.length, 1);
      decompressor.decompress(packed, back);
      expect(same(back, chunk)).toBe(true);
    }
    expect(compressor.compress(seeded(5).bytes(Math.min(chunkSize, 65_536)))).toBeNull();
    expect(compressor.compress(Buffer.alloc(0))).toBeNull();
    expect(() => compressor.compress(Buffer.alloc(chunkSize + 1))).toThrow(RangeError);
  });

  test('calls are translated and restored, at every distance from the end and every limit', () => {
    for (const chunk of filterEdges()) {
      const changed = Buffer.from(chunk);
      translateCalls(changed);
      expect(chunk.length <= 11 || !same(changed, chunk)).toBe(true);
      expect(same(changed.subarray(-6), chunk.subarray(-6))).toBe(true);
      restoreCalls(changed);
      expect(same(changed, chunk)).toBe(true);
    }
  });
});

describe('constructed: LZX blocks that are stored, which wimlib does not write', () => {
  const SYMBOLS = 256 + 8 * 30;
  const offsets = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const stored = seeded(1).bytes(1001);

  function storedHead(bits: BitOutput): void {
    bits.write(BLOCK.stored, 3);
    bits.write(0, 1);
    bits.write(stored.length, 16);
  }

  /** A packed block of `literals` times the same byte, then the head of a stored block; `more` bits behind it. */
  function heads(literals: number, more: number): Uint8Array {
    const output = new Uint8Array(4000);
    const bits = new BitOutput(output);
    const writer = new BlockWriter(bits, SYMBOLS, false);
    const codes = new BlockCodes(SYMBOLS);
    codes.main.frequencies[0x61] = literals;
    codes.build();
    writer.write(codes, new Uint32Array(literals).fill((1 << VALUE_BITS) | 0x61), literals, literals);
    storedHead(bits);
    bits.write(0, more);
    return output.subarray(0, bits.finish());
  }

  test('wherever in a unit its head ends: a whole unit is passed over where none was begun; a byte pads odd ones', () => {
    const second = new Uint8Array(4);
    const bits = new BitOutput(second);
    storedHead(bits);
    bits.finish();
    let begun = 0;
    for (let literals = 1; literals <= 16; literals++) {
      const head = heads(literals, 0);
      // Where one more bit takes another unit, the head ended with a unit.
      const aligned = heads(literals, 1).length > head.length;
      if (!aligned) begun++;
      // A second stored block lies behind the padding of the first.
      const packed = Buffer.concat([head, Buffer.alloc(aligned ? 2 : 0), offsets(1, 2, 3), stored, Buffer.alloc(1), second, offsets(9, 8, 7), stored]);
      const expected = Buffer.concat([Buffer.alloc(literals, 'a'), stored, stored]);
      restoreCalls(expected);
      const output = Buffer.alloc(expected.length);
      new LzxDecompressor(32_768).decompress(packed, output);
      expect(same(output, expected)).toBe(true);
    }
    expect(begun).toBe(15);
  });

  test('a recent offset of 0, one that leads out of the chunk, and less than it says are refused', () => {
    const head = heads(3, 0);
    const aligned = heads(3, 1).length > head.length ? Buffer.alloc(2) : Buffer.alloc(0);
    const decode = (...parts: Uint8Array[]) => (): void => new LzxDecompressor(32_768).decompress(Buffer.concat([head, aligned, ...parts]), new Uint8Array(3 + stored.length));
    expect(decode(offsets(1, 0, 3), stored)).toThrow('image-corrupt');
    expect(decode(offsets(1, 2, 3), stored.subarray(1))).toThrow('image-corrupt');
    expect(decode(offsets(1, 2, 0xffff_fff0), stored)).not.toThrow();
  });
});

import { randomBytes } from 'node:crypto';
import type * as Zlib from 'node:zlib';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as ZstdFrame from '../../../native-free-engine/codecs/zstd-frame.ts';
import { seeded } from '../../support/seeded.ts';

const SIZE = 256 * 1024;
const random = seeded(11);
const CONTENTS: Readonly<Record<string, Uint8Array>> = {
  text: Buffer.from('a line, and the next line. '.repeat(10_000)).subarray(0, SIZE),
  noise: randomBytes(SIZE),
  zeros: new Uint8Array(SIZE),
};

afterEach(() => {
  vi.doUnmock('node:zlib');
  vi.resetModules();
});

/** With Node's streams as they are, and with streams that hide what they are made of. */
async function load(way: string): Promise<typeof ZstdFrame> {
  if (way === 'documented calls') {
    vi.doMock('node:zlib', async (original) => ({ ...(await original<typeof Zlib>()), createZstdCompress: () => ({}), createZstdDecompress: () => ({}) }));
  }
  vi.resetModules();
  return import('../../../native-free-engine/codecs/zstd-frame.ts');
}

describe.each(['in place', 'documented calls'])('%s', (way) => {
  test.each(Object.keys(CONTENTS))('%s: packed as zstd unpacks it, and back', async (name) => {
    const { FrameCompressor, FrameDecompressor, frameBound, frameLength } = await load(way);
    const content = CONTENTS[name]!;
    const compressor = new FrameCompressor({ level: 3 });
    const decompressor = new FrameDecompressor();
    const out = new Uint8Array(frameBound(SIZE) + 100).fill(7);
    for (let round = 0; round < 3; round++) {
      const length = compressor.compress(content, out.subarray(0, frameBound(SIZE)));
      expect(frameLength(out)).toBe(length);
      expect(zstdDecompressSync(out.subarray(0, length)).equals(content)).toBe(true);
      const plain = new Uint8Array(SIZE);
      expect(decompressor.decompress(out, plain)).toBe(true);
      expect(Buffer.from(plain).equals(content)).toBe(true);
    }
  });

  test('a damaged frame is never taken for a good one, and spoils nothing for the next', async () => {
    const { FrameCompressor, FrameDecompressor, frameBound } = await load(way);
    const out = new Uint8Array(frameBound(SIZE));
    const decompressor = new FrameDecompressor();
    for (const content of Object.values(CONTENTS)) {
      const frame = Buffer.from(out.subarray(0, new FrameCompressor({ level: 3 }).compress(content, out)));
      const plain = new Uint8Array(SIZE);
      for (let round = 0; round < 60; round++) {
        const bad = Buffer.from(frame);
        const bit = random.below(bad.length * 8);
        bad[bit >> 3] = bad[bit >> 3]! ^ (1 << (bit & 7));
        if (decompressor.decompress(bad, plain)) expect(Buffer.from(plain).equals(content), `bit ${bit}`).toBe(true);
      }
      for (const cut of [1, 2, 4, 5, frame.length - 1]) expect(decompressor.decompress(frame.subarray(0, frame.length - cut), plain)).toBe(false);
      expect(decompressor.decompress(frame, new Uint8Array(SIZE - 1))).toBe(false);
      expect(decompressor.decompress(frame, new Uint8Array(SIZE + 1))).toBe(false);
      expect(decompressor.decompress(frame, plain)).toBe(true);
      expect(Buffer.from(plain).equals(content)).toBe(true);
    }
  });

  test('unchecked: a wrong checksum is left alone, and so is the frame', async () => {
    const { FrameCompressor, FrameDecompressor, frameBound } = await load(way);
    const out = new Uint8Array(frameBound(SIZE));
    const unchecked = new FrameDecompressor({ checked: false });
    for (const content of Object.values(CONTENTS)) {
      const frame = Buffer.from(out.subarray(0, new FrameCompressor({ level: 3 }).compress(content, out)));
      frame[frame.length - 1]! ^= 1;
      const before = Buffer.from(frame);
      const plain = new Uint8Array(SIZE);
      expect(new FrameDecompressor().decompress(frame, plain)).toBe(false);
      expect(unchecked.decompress(frame, plain)).toBe(true);
      expect(Buffer.from(plain).equals(content)).toBe(true);
      expect(frame.equals(before)).toBe(true);
      expect(unchecked.decompress(frame.subarray(0, frame.length - 1), plain)).toBe(false);
      expect(unchecked.decompress(zstdCompressSync(content), plain)).toBe(true);
    }
  });

  test('frames of others, without a checksum or a size', async () => {
    const { FrameDecompressor } = await load(way);
    const plain = new Uint8Array(SIZE);
    expect(new FrameDecompressor().decompress(zstdCompressSync(CONTENTS['text']!), plain)).toBe(true);
    expect(Buffer.from(plain).equals(CONTENTS['text']!)).toBe(true);
    expect(new FrameDecompressor().decompress(zstdCompressSync(Buffer.concat([CONTENTS['text']!, Buffer.alloc(9)])), plain)).toBe(false);
  });
});

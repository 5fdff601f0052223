import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Lz4Decoder } from '../../../native-free-engine/codecs/lz4-decoder.ts';
import { DecodeFault } from '../../../native-free-engine/codecs/chunk-decoder.ts';
import { Xxh32, xxh32 } from '../../../native-free-engine/codecs/xxh32.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { imageBytes } from '../../support/test-image.ts';

function decode(packed: Uint8Array, step = packed.length || 1): Buffer | string {
  const decoder = new Lz4Decoder();
  const parts: Buffer[] = [];
  let at = 0;
  try {
    for (;;) {
      const result = decoder.next();
      if (result === 'finished') return Buffer.concat(parts);
      if (result !== 'hungry') {
        parts.push(Buffer.from(result));
      } else if (at < packed.length) {
        decoder.push(packed.subarray(at, at + step));
        at += step;
      } else {
        decoder.finish();
      }
    }
  } catch (error) {
    if (error instanceof DecodeFault) return error.kind;
    throw error;
  }
}

const pack = (content: Buffer, ...options: string[]): Buffer => execFileSync('lz4', ['-qc', ...options], { input: content, maxBuffer: 1 << 28 });

test('XXH32: the published values, in one piece and in many', () => {
  expect(xxh32(new Uint8Array(0))).toBe(0x02cc5d05);
  expect(xxh32(Buffer.from('a'))).toBe(0x550d7456);
  expect(xxh32(Buffer.from('abc'))).toBe(0x32d153ff);
  expect(xxh32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  const content = seeded(5).bytes(10_000);
  for (const step of [1, 7, 16, 33, 4096]) {
    const sum = new Xxh32();
    for (let at = 0; at < content.length; at += step) sum.update(content.subarray(at, at + step));
    expect(sum.digest()).toBe(xxh32(content));
  }
});

describe('LZ4 frames', () => {
  const lz4 = need({ tools: ['lz4'] });

  lz4('legacy blocks of 8 MiB, frames of every kind one after the other, skippable ones between', () => {
    const large = Buffer.concat(Array.from({ length: 5 }, (_, i) => imageBytes('disk', 4_000_000 + i)));
    const small = imageBytes('disk', 70_000);
    const skippable = Buffer.alloc(8 + 5000, 1);
    skippable.writeUInt32LE(0x184d2a53, 0);
    skippable.writeUInt32LE(5000, 4);
    const packed = Buffer.concat([pack(large, '-l'), pack(small, '-BD', '-BX'), skippable, pack(small, '-l'), pack(small, '-9', '--content-size')]);
    const content = Buffer.concat([large, small, small, small]);
    for (const step of [1 << 20, 65_521]) expect(Buffer.compare(decode(packed, step) as Buffer, content)).toBe(0);
  });

  lz4('every bit in turn, and every length: a fault or the right bytes', () => {
    const content = Buffer.concat([imageBytes('disk', 600), seeded(3).bytes(100)]);
    for (const options of [['-B4'], ['-B4', '-BX', '-BD'], ['-B4', '--content-size', '-9']]) {
      const packed = pack(content, ...options);
      for (let bit = 0; bit < packed.length * 8; bit++) {
        packed[bit >> 3]! ^= 1 << (bit & 7);
        const result = decode(packed);
        if (typeof result !== 'string') expect(Buffer.compare(result, content), `bit ${bit}`).toBe(0);
        packed[bit >> 3]! ^= 1 << (bit & 7);
      }
      for (let length = 0; length < packed.length; length++) expect(decode(packed.subarray(0, length)), `${length} bytes`).toBe('truncated');
      expect(decode(Buffer.concat([packed, Buffer.from('tail')]))).toBe('corrupt');
    }
  });

  lz4('a small file that unpacks to a large one is given out piece by piece', () => {
    const packed = pack(Buffer.alloc(100 << 20));
    expect(packed.length).toBeLessThan(1 << 20);
    const decoder = new Lz4Decoder();
    decoder.push(packed);
    decoder.finish();
    let length = 0;
    for (let piece = decoder.next(); typeof piece !== 'string'; piece = decoder.next()) {
      expect(piece.length).toBeLessThanOrEqual(4 << 20);
      length += piece.length;
    }
    expect(length).toBe(100 << 20);
  });
});

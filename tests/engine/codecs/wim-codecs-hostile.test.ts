import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../native-free-engine/index.ts';
import { createChunkCompressor, createChunkDecompressor } from '../../../native-free-engine/codecs/wim-chunk.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { lzmsChunk } from './lzms-chunk.ts';
import { lines, machineCode, waves } from './wim-data.ts';

const CHUNK = 32_768;
const MARGIN = 64;
const GUARD = 0xa5;
type Kind = 'xpress' | 'lzx' | 'lzms';
const KINDS: readonly Kind[] = ['xpress', 'lzx', 'lzms'];

const content = Buffer.concat([machineCode(800), lines(500), waves(600), Buffer.alloc(300)]);

/** Unpacks into the middle of a guarded buffer; says what came of it. */
function unpack(kind: Kind, decompressor: ReturnType<typeof createChunkDecompressor>, packed: Uint8Array, length: number): 'filled' | 'refused' {
  const guarded = Buffer.alloc(length + 2 * MARGIN, GUARD);
  let outcome: 'filled' | 'refused' = 'filled';
  try {
    decompressor.decompress(packed, guarded.subarray(MARGIN, MARGIN + length));
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'image-corrupt' || error.params['format'] !== kind) throw error;
    outcome = 'refused';
  }
  const outside = Buffer.concat([guarded.subarray(0, MARGIN), guarded.subarray(MARGIN + length)]);
  if (!outside.every((byte) => byte === GUARD)) throw new Error('written outside');
  return outcome;
}

/** The packed `content`: of the kinds that we pack by us, else by wimlib. */
const packed = (kind: Kind): Uint8Array => (kind === 'lzms' ? lzmsChunk(content, CHUNK) : createChunkCompressor(kind, CHUNK).compress(content)!);

describe.each(KINDS)('%s', (kind) => {
  const kindTest = kind === 'lzms' ? need({ tools: ['wimlib-imagex'] }) : test;
  const decompressor = createChunkDecompressor(kind, CHUNK);

  kindTest('every bit flipped: the right length or a named error, nothing outside, and the next chunk is not harmed', () => {
    const sound = packed(kind);
    const damaged = Buffer.from(sound);
    const outcomes = { filled: 0, refused: 0 };
    for (let bit = 0; bit < sound.length * 8; bit++) {
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      outcomes[unpack(kind, decompressor, damaged, content.length)]++;
      damaged[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(outcomes.filled + outcomes.refused).toBe(sound.length * 8);
    const output = Buffer.alloc(content.length);
    decompressor.decompress(sound, output);
    expect(output.equals(content)).toBe(true);
  });

  kindTest('cut short anywhere, it is refused or filled; asked for more than it holds, it is refused or filled', () => {
    const sound = packed(kind);
    const outcomes = { filled: 0, refused: 0 };
    for (let length = 0; length < sound.length; length++) outcomes[unpack(kind, decompressor, sound.subarray(0, length), content.length)]++;
    // Only a range coder can go on with the zeros behind the end.
    expect(outcomes.refused).toBeGreaterThan(kind === 'lzms' ? sound.length / 2 : sound.length - 8);
    for (const more of [1, 100, CHUNK - content.length]) unpack(kind, decompressor, sound, content.length + more);
    for (const less of [1, 100, content.length - sound.length - 1]) unpack(kind, decompressor, sound, content.length - less);
  });

  kindTest('random bytes, repeated bytes, nothing', () => {
    const random = seeded(99);
    for (let round = 0; round < 400; round++) unpack(kind, decompressor, random.bytes(random.below(600)), 1 + random.below(CHUNK));
    for (let byte = 0; byte < 256; byte++) unpack(kind, decompressor, new Uint8Array(600).fill(byte), CHUNK);
    expect(unpack(kind, decompressor, new Uint8Array(0), 1)).toBe('refused');
    expect(unpack(kind, decompressor, new Uint8Array(0), 0)).toBe('filled');
    expect(unpack(kind, decompressor, new Uint8Array(20), 19)).toBe('refused');
  });
});

test('a chunk size that a compression does not have is refused by name', () => {
  for (const [kind, size] of [['lzx', 0], ['lzx', 2 ** 22], ['lzms', 2 ** 31], ['lzx', 1.5]] as const) {
    expect(() => createChunkDecompressor(kind, size)).toThrow('image-format-unsupported');
  }
  expect(() => createChunkCompressor('xpress', 2 ** 17)).toThrow('image-format-unsupported');
  expect(() => createChunkCompressor('lzx', 2 ** 22)).toThrow('image-format-unsupported');
});

import { describe, expect } from 'vitest';
import { EngineError } from '../../../native-free-engine/index.ts';
import { createChunkCompressor } from '../../../native-free-engine/codecs/wim-chunk.ts';
import { LzmsDecompressor } from '../../../native-free-engine/codecs/lzms/decompress.ts';
import { LzxDecompressor } from '../../../native-free-engine/codecs/lzx/decompress.ts';
import { XpressDecompressor } from '../../../native-free-engine/codecs/xpress/decompress.ts';
import type { ChunkDecompressor } from '../../../native-free-engine/codecs/wim-chunk-types.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { lzmsChunk } from './lzms-chunk.ts';
import { LzmsReference } from './reference/lzms.ts';
import { LzxReference } from './reference/lzx.ts';
import { XpressReference } from './reference/xpress.ts';
import { lines, machineCode, waves } from './wim-data.ts';

const KIB = 1024;
type Kind = 'xpress' | 'lzx' | 'lzms';

const DECODERS: Readonly<Record<Kind, (chunkSize: number) => { readonly fast: ChunkDecompressor; readonly plain: ChunkDecompressor }>> = {
  xpress: () => ({ fast: new XpressDecompressor(), plain: new XpressReference() }),
  lzx: (chunkSize) => ({ fast: new LzxDecompressor(chunkSize), plain: new LzxReference(chunkSize) }),
  lzms: (chunkSize) => ({ fast: new LzmsDecompressor(chunkSize), plain: new LzmsReference(chunkSize) }),
};

const packedAs = (kind: Kind, chunk: Uint8Array, chunkSize: number): Uint8Array => (kind === 'lzms' ? lzmsChunk(chunk, chunkSize) : createChunkCompressor(kind, chunkSize).compress(chunk)!);

/** What came out, or that it was refused by name. */
function outcome(decompressor: ChunkDecompressor, packed: Uint8Array, length: number): Buffer | 'refused' {
  const output = Buffer.alloc(length, 0x5a);
  try {
    decompressor.decompress(packed, output);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'image-corrupt') return 'refused';
    throw error;
  }
  return output;
}

describe.each([['xpress', 4], ['xpress', 32], ['xpress', 64], ['lzx', 32], ['lzx', 64], ['lzx', 2048], ['lzms', 32], ['lzms', 64], ['lzms', 2048]] as const)('%s, chunks of %i KiB: the decoder and the plain one it is compared with', (kind: Kind, kib) => {
  const chunkSize = kib * KIB;
  const { fast, plain } = DECODERS[kind](chunkSize);
  const test = need(kind === 'lzms' ? { tools: ['wimlib-imagex'] } : {});
  const counts = { filled: 0, refused: 0 };

  /** Both come to the same: refused by both, or the same bytes. */
  function alike(packed: Uint8Array, length: number): Buffer | 'refused' {
    const [mine, theirs] = [outcome(fast, packed, length), outcome(plain, packed, length)];
    const same = mine === 'refused' || theirs === 'refused' ? mine === theirs : mine.equals(theirs);
    if (!same) throw new Error(`${packed.length} bytes for ${length}: ${Buffer.from(packed).toString('base64')}`);
    counts[mine === 'refused' ? 'refused' : 'filled']++;
    return mine;
  }

  const size = Math.min(chunkSize, 48 * KIB);
  const random = seeded(kib);
  const contents = [
    machineCode(size), lines(size), waves(size - 1), Buffer.alloc(size), Buffer.alloc(size - 3, 'abc'), Buffer.alloc(size, Buffer.concat([Buffer.alloc(700, 7), lines(99)])),
    Buffer.concat([machineCode(size / 2), Buffer.alloc(size / 4), random.bytes(size / 8), lines(size / 8)]),
  ];
  let kept: readonly { readonly chunk: Buffer; readonly packed: Uint8Array }[] | null = null;
  const chunks = (): NonNullable<typeof kept> => (kept ??= contents.map((chunk) => ({ chunk, packed: packedAs(kind, chunk, chunkSize) })));

  test('sound chunks', () => {
    for (const { chunk, packed } of chunks()) expect(chunk.equals(alike(packed, chunk.length) as Buffer)).toBe(true);
  });

  test('cut short, with more behind, asked for more and for less', () => {
    for (const { chunk, packed } of chunks()) {
      for (let round = 0; round < 30; round++) alike(packed.subarray(0, random.below(packed.length)), chunk.length);
      for (let less = 1; less < 12; less++) alike(packed.subarray(0, packed.length - less), chunk.length);
      for (let more = 1; more < 5; more++) alike(Buffer.concat([packed, random.bytes(more)]), chunk.length);
      for (const length of [chunk.length - 1, chunk.length - 100, random.below(chunk.length), chunk.length + 1, chunk.length + random.below(KIB)]) alike(packed, Math.min(length, chunkSize));
    }
  });

  test('with bits flipped and bytes changed', () => {
    for (const { chunk, packed } of chunks()) {
      for (let round = 0; round < 150; round++) {
        const damaged = Buffer.from(packed);
        // half of them in the head, where the codes are
        for (let flips = 1 + random.below(3); flips > 0; flips--) damaged[random.below(round % 2 ? damaged.length : Math.min(300, damaged.length))]! ^= 1 << random.below(8);
        if (round % 5 === 0) damaged[random.below(damaged.length)] = random.below(256);
        alike(damaged, chunk.length);
      }
    }
    expect(counts.filled).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(100);
  });

  test('bytes that nobody packed, behind a sound head and without', () => {
    for (const { chunk, packed } of chunks()) {
      for (let round = 0; round < 40; round++) alike(Buffer.concat([packed.subarray(0, 256 + random.below(40)), random.bytes(random.below(2000))]), chunk.length);
    }
    for (let round = 0; round < 300; round++) alike(random.bytes(random.below(700)), 1 + random.below(chunkSize));
    for (let byte = 0; byte < 256; byte++) alike(Buffer.alloc(600, byte), Math.min(chunkSize, 40_000));
    for (const length of [0, 1, 8, 9, 10, 11]) alike(packed0(), length);
  });

  const packed0 = (): Uint8Array => chunks()[0]!.packed;

  test('more than a chunk is refused', () => {
    expect(outcome(fast, packed0(), Math.max(chunkSize, 64 * KIB) + 1)).toBe('refused');
    expect(outcome(fast, new Uint8Array(Math.max(chunkSize, 64 * KIB) + 1), 10)).toBe('refused');
  });
});

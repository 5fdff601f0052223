import { afterAll, expect, test } from 'vitest';
import { EngineError } from '../../../native-free-engine/index.ts';
import { createChunkCompressor } from '../../../native-free-engine/codecs/wim-chunk.ts';
import { WimCrew, type ChunkBatch, type PackedBatch } from '../../../native-free-engine/codecs/node-wim-crew.ts';
import { seeded } from '../../support/seeded.ts';
import { lines } from './wim-data.ts';

const CHUNK = 32_768;
const THREADS = 2;
const crew = new WimCrew(THREADS);
afterAll(() => crew.close());

/** Batches of 1 to 4 chunks, the last of each not whole, every fifth one incompressible. */
const plain: ChunkBatch[] = Array.from({ length: 25 }, (_, i) => {
  const lengths = Array.from({ length: 1 + (i % 4) }, (_unused, at) => (at === i % 4 ? 1000 + i : CHUNK));
  const length = lengths.reduce((a, b) => a + b);
  return { bytes: i % 5 === 0 ? seeded(i).bytes(length) : lines(length + i).subarray(i), lengths };
});

const compressor = createChunkCompressor('xpress', CHUNK);
const packedBatch = ({ bytes, lengths }: ChunkBatch): PackedBatch => {
  let at = 0;
  const chunks = lengths.map((length) => {
    const chunk = bytes.subarray(at, (at += length));
    return compressor.compress(chunk) ?? chunk;
  });
  return { bytes: Buffer.concat(chunks), lengths: chunks.map(({ length }) => length), unpacked: lengths };
};
const packed = plain.map(packedBatch);

const kept = async (batches: AsyncIterable<ChunkBatch>): Promise<ChunkBatch[]> => {
  const all: ChunkBatch[] = [];
  for await (const { bytes, lengths } of batches) all.push({ bytes: Buffer.from(bytes), lengths });
  return all;
};
const asBuffers = (batches: readonly ChunkBatch[]): ChunkBatch[] => batches.map(({ bytes, lengths }) => ({ bytes: Buffer.from(bytes), lengths }));

test('batches are packed and unpacked in order, one for one, as without a crew', async () => {
  expect(await kept(crew.unpack('xpress', CHUNK, packed))).toEqual(asBuffers(plain));
  expect(await kept(crew.pack('xpress', CHUNK, plain))).toEqual(packed.map(({ bytes, lengths }) => ({ bytes, lengths })));
  expect(await kept(crew.unpack('none', CHUNK, plain.map((batch) => ({ ...batch, unpacked: batch.lengths }))))).toEqual(asBuffers(plain));
  expect(await kept(crew.unpack('lzx', CHUNK, []))).toEqual([]);
});

test('what one run unpacks another packs at the same time, and a third with another chunk size', async () => {
  const lzx = crew.pack('lzx', CHUNK, crew.unpack('xpress', CHUNK, packed));
  const [first, second] = await Promise.all([kept(lzx), kept(crew.pack('xpress', 65_536, plain))]);
  const unpacked = (batches: readonly ChunkBatch[]): PackedBatch[] => batches.map((batch, i) => ({ ...batch, unpacked: plain[i]!.lengths }));
  expect(await kept(crew.unpack('lzx', CHUNK, unpacked(first)))).toEqual(asBuffers(plain));
  expect(await kept(crew.unpack('xpress', 65_536, unpacked(second)))).toEqual(asBuffers(plain));
});

test('no more is asked for than the threads can have under way, however long the consumer takes', async () => {
  let asked = 0;
  let taken = 0;
  const counted = function* (): Generator<PackedBatch> {
    for (const batch of packed) {
      asked++;
      yield batch;
    }
  };
  let most = 0;
  for await (const batch of crew.unpack('xpress', CHUNK, counted())) {
    expect(batch.lengths).toEqual(plain[taken]!.lengths);
    await new Promise((resolve) => setTimeout(resolve, 2));
    most = Math.max(most, asked - taken);
    taken++;
  }
  expect(taken).toBe(plain.length);
  expect(most).toBeLessThanOrEqual(2 * THREADS);
});

test('a damaged batch is named where it would have come; the crew goes on', async () => {
  const damaged = packed.map((batch, i) => (i === 7 ? { ...batch, bytes: new Uint8Array(batch.bytes.length).fill(0xff) } : batch));
  const got: ChunkBatch[] = [];
  const error = await (async () => {
    for await (const { bytes, lengths } of crew.unpack('xpress', CHUNK, damaged)) got.push({ bytes: Buffer.from(bytes), lengths });
  })().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ code: 'image-corrupt', params: { format: 'xpress' } });
  expect(got).toEqual(asBuffers(plain.slice(0, 7)));
  await expect(kept(crew.unpack('lzms', 2 ** 31, packed))).rejects.toMatchObject({ code: 'image-format-unsupported' });
  await expect(kept(crew.unpack('xpress', CHUNK, [{ bytes: new Uint8Array(3), lengths: [4], unpacked: [5] }]))).rejects.toThrow(RangeError);
  expect(await kept(crew.unpack('xpress', CHUNK, packed.slice(0, 3)))).toEqual(asBuffers(plain.slice(0, 3)));
});

test('a consumer that stops ends the source; what a source throws comes through', async () => {
  let ended = false;
  const source = function* (): Generator<PackedBatch> {
    try {
      yield* packed;
    } finally {
      ended = true;
    }
  };
  for await (const batch of crew.unpack('xpress', CHUNK, source())) {
    expect(batch.lengths).toEqual(plain[0]!.lengths);
    break;
  }
  expect(ended).toBe(true);
  const failing = function* (): Generator<PackedBatch> {
    yield packed[0]!;
    throw new Error('the disk is gone');
  };
  await expect(kept(crew.unpack('xpress', CHUNK, failing()))).rejects.toThrow('the disk is gone');
});

test('a crew that is closed in the middle fails, and starts anew for the next run', async () => {
  const own = new WimCrew(1);
  let closed: Promise<void> | undefined;
  const untilClosed = async (): Promise<void> => {
    for await (const { lengths } of own.pack('lzx', CHUNK, plain)) {
      expect(lengths.length).toBeGreaterThan(0);
      closed ??= own.close();
    }
  };
  await expect(untilClosed()).rejects.toThrow();
  await closed;
  expect(await kept(own.unpack('xpress', CHUNK, packed.slice(0, 2)))).toEqual(asBuffers(plain.slice(0, 2)));
  await own.close();
});

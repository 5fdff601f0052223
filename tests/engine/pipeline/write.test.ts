import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EngineError, memoryDevice, throttled, writeImage,
  type BlockDevice, type BlockMap, type ImageSource, type WriteOptions, type WriteProgress,
} from '../../../native-free-engine/index.ts';
import { memoryImage, noise } from '../../support/fake-image.ts';

const MIB = 1 << 20;

type Options = Partial<WriteOptions> & { readonly image: ImageSource };

function write(devices: readonly BlockDevice[], options: Options, signal = new AbortController().signal): ReturnType<typeof writeImage> {
  return writeImage({
    map: null,
    targets: devices.map((device, index) => ({ id: `disk${index}`, device, reopen: null })),
    algorithms: [],
    verify: true,
    signal,
    report: () => undefined,
    ...options,
  });
}

/** A device that remembers the order of what was asked of it, with some calls replaced. */
function spied(device: BlockDevice, replaced: Partial<BlockDevice> = {}): BlockDevice & { readonly log: string[] } {
  const log: string[] = [];
  return {
    size: device.size,
    sectorSize: device.sectorSize,
    ordered: false,
    readsZero: replaced.readsZero ?? device.readsZero,
    log,
    readInto: replaced.readInto ?? ((offset, buffer) => device.readInto(offset, buffer)),
    writeAt(offset, data) {
      log.push(`${data.every((byte) => byte === 0) ? 'zero' : 'write'}@${offset}`);
      return (replaced.writeAt ?? ((at, bytes) => device.writeAt(at, bytes)))(offset, data);
    },
    flush: replaced.flush ?? (() => (log.push('flush'), device.flush())),
    close: () => (log.push('close'), device.close()),
  };
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
};

describe('what ends up on the disk', () => {
  test('every byte of the image, whatever its length, for raw and packed images, 512 and 4096-byte sectors', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 11 * MIB }),
        fc.boolean(),
        fc.constantFrom(512, 4096),
        fc.boolean(),
        async (length, packed, sectorSize, fresh) => {
          const bytes = noise(Math.ceil(length / 4) * 4, length).subarray(0, length);
          const disk = fresh ? memoryDevice(16 * MIB, sectorSize) : memoryDevice(new Uint8Array(16 * MIB).fill(0xee), sectorSize);
          const result = await write([disk], { image: memoryImage(bytes, { packed }) });
          expect(result.targets[0]).toMatchObject({ state: 'done', error: null, bytesVerified: length });
          expect(Buffer.compare(disk.bytes.subarray(0, length), bytes)).toBe(0);
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          expect(result.checksums['sha256']).toBe(sha256);
          expect(result.targets[0]?.sha256).toBe(sha256);
          // The rest of the last sector reads zero; what lies beyond is the old disk's.
          const padded = Math.ceil(length / sectorSize) * sectorSize;
          expect(disk.bytes.subarray(length, padded).every((byte) => byte === 0)).toBe(true);
        },
      ),
      { numRuns: 25, seed: 42 },
    );
  });

  test('the old table goes first, at both ends, and the first MiB comes last', async () => {
    const disk = spied(memoryDevice(new Uint8Array(16 * MIB).fill(0xee)));
    await write([disk], { image: memoryImage(noise(10 * MIB)), verify: false });
    const writes = disk.log.filter((entry) => entry.includes('@'));
    expect(writes.slice(0, 2)).toEqual(['zero@0', `zero@${15 * MIB}`]);
    expect(writes.at(-1)).toBe('write@0');
    // On stable storage before the first MiB, and after it.
    expect(disk.log.slice(-4)).toEqual(['flush', 'write@0', 'flush', 'close']);
  });

  test('zeros are not written to a disk that reads zeros, and are to one that may not', async () => {
    const bytes = new Uint8Array(12 * MIB);
    bytes.set(noise(MIB), 0);
    bytes.set(noise(MIB, 7), 6 * MIB);
    const fresh = memoryDevice(16 * MIB);
    const skipped = await write([fresh], { image: memoryImage(bytes) });
    expect(skipped.targets[0]?.bytesSkipped).toBe(10 * MIB);
    const used = memoryDevice(new Uint8Array(16 * MIB).fill(0xee));
    const written = await write([used], { image: memoryImage(bytes) });
    expect(written.targets[0]?.bytesSkipped).toBe(0);
    for (const disk of [fresh, used]) expect(Buffer.compare(disk.bytes.subarray(0, bytes.length), bytes)).toBe(0);
  });
});

describe('a block map', () => {
  const bytes = noise(12 * MIB, 3);
  const range = (offset: number, length: number) => ({ offset, length, hex: createHash('sha256').update(bytes.subarray(offset, offset + length)).digest('hex') });
  const ranges = [range(0, 8192), range(5 * MIB, MIB), range(6 * MIB, 3 * MIB)];
  const map: BlockMap = { imageSize: bytes.length, blockSize: 4096, mapped: [{ offset: 0, length: 8192 }, { offset: 5 * MIB, length: 4 * MIB }], ranges, checksumType: 'sha256' };

  test.each([true, false])('writes what it lists and nothing else (packed: %s)', async (packed) => {
    const disk = memoryDevice(new Uint8Array(16 * MIB).fill(0xee));
    const result = await write([disk], { image: memoryImage(bytes, { packed }), map });
    expect(result.targets[0]).toMatchObject({ state: 'done', bytesVerified: 8192 + 4 * MIB });
    expect(Buffer.compare(disk.bytes.subarray(0, 8192), bytes.subarray(0, 8192))).toBe(0);
    expect(Buffer.compare(disk.bytes.subarray(5 * MIB, 9 * MIB), bytes.subarray(5 * MIB, 9 * MIB))).toBe(0);
    expect(disk.bytes.subarray(2 * MIB, 5 * MIB).every((byte) => byte === 0xee)).toBe(true);
    expect(result.checksums).toEqual({});
  });

  test('with a checksum that does not fit stops before the first MiB', async () => {
    const disk = memoryDevice(new Uint8Array(16 * MIB).fill(0xee));
    const wrong: BlockMap = { ...map, ranges: ranges.map((entry, index) => (index === 2 ? { ...entry, hex: '0'.repeat(64) } : entry)) };
    expect(await codeOf(write([disk], { image: memoryImage(bytes), map: wrong }))).toBe('bmap-checksum-mismatch');
    expect(disk.bytes.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
  });
});

describe('faults', () => {
  const image = memoryImage(noise(20 * MIB));
  const eio = (code: 'target-write-failed' | 'target-read-failed') => Promise.reject(new EngineError(code, { offset: 0, errno: 'EIO' }));

  test('one disk that fails harms no other', async () => {
    const good = memoryDevice(32 * MIB);
    const bad = spied(memoryDevice(32 * MIB), { writeAt: (offset) => (offset > 8 * MIB && offset < 30 * MIB ? eio('target-write-failed') : Promise.resolve()) });
    const result = await write([bad, good], { image });
    expect(result.targets.map(({ state, error }) => [state, error?.code ?? null])).toEqual([['failed', 'target-write-failed'], ['done', null]]);
    expect(bad.log).not.toContain('write@0');
  });

  test('a disk that gives back other bytes is caught', async () => {
    const honest = memoryDevice(32 * MIB);
    const lying = spied(honest, {
      readInto: async (offset, buffer) => {
        await honest.readInto(offset, buffer);
        if (offset <= 9 * MIB && offset + buffer.length > 9 * MIB) buffer[9 * MIB - offset]! ^= 1;
      },
    });
    const [target] = (await write([lying], { image })).targets;
    expect(target).toMatchObject({ state: 'failed', error: { code: 'target-mismatch' } });
    expect(target?.error?.params['offset']).toBe(9 * MIB);
  });

  test('a disk that says nothing is given up, and the other one ends well', async () => {
    const silent = spied(memoryDevice(32 * MIB), { writeAt: (offset) => (offset === 5 * MIB ? new Promise<void>(() => undefined) : Promise.resolve()) });
    const seen: WriteProgress[] = [];
    const result = await write([silent, memoryDevice(32 * MIB)], { image, stall: { reduce: 0.1, restart: 0.2, fail: 0.5 }, report: (progress) => seen.push(progress) });
    expect(result.targets.map(({ state, error }) => [state, error?.code ?? null])).toEqual([['failed', 'target-stalled'], ['done', null]]);
  });

  test('a disk that lost a command goes on after it was opened anew', async () => {
    const disk = memoryDevice(32 * MIB);
    const forgetful = spied(disk, { writeAt: (offset, data) => (offset === 5 * MIB ? new Promise<void>(() => undefined) : disk.writeAt(offset, data)) });
    const result = await write([], {
      image,
      targets: [{ id: 'disk0', device: forgetful, reopen: () => Promise.resolve(disk) }],
      stall: { reduce: 0.1, restart: 0.2, fail: 5 },
    });
    expect(result.targets[0]).toMatchObject({ state: 'done', error: null });
  });

  test('an image that turns out larger than the disk fails with the bytes that are missing', async () => {
    const disk = memoryDevice(20 * MIB - 512);
    const [target] = (await write([disk], { image: memoryImage(noise(20 * MIB), { packed: true }) })).targets;
    expect(target).toMatchObject({ state: 'failed', error: { code: 'image-larger-than-target', params: { missing: 512 } } });
  });

  test('a source that breaks leaves no disk with a first MiB', async () => {
    const bytes = noise(20 * MIB);
    const whole = memoryDevice(bytes);
    const breaking = { ...whole, readInto: (offset: number, buffer: Uint8Array) => (offset > 12 * MIB ? Promise.reject(new EngineError('image-unreadable', { path: 'x' })) : whole.readInto(offset, buffer)) };
    const disk = memoryDevice(32 * MIB);
    expect(await codeOf(write([disk], { image: memoryImage(bytes, { block: breaking }) }))).toBe('image-unreadable');
    expect(disk.bytes.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
  });

  test('a checksum that is not the expected one leaves no disk with a first MiB', async () => {
    const disk = memoryDevice(32 * MIB);
    const refused = write([disk], {
      image,
      accept: () => {
        throw new EngineError('checksum-mismatch', { algorithm: 'sha256', expected: 'a', actual: 'b' });
      },
    });
    expect(await codeOf(refused)).toBe('checksum-mismatch');
    expect(disk.bytes.subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
  });

  test('when every disk failed, the rest of the image is not read for nobody', async () => {
    let reads = 0;
    const bytes = noise(64 * MIB);
    const whole = memoryDevice(bytes);
    const counting = { ...whole, readInto: (offset: number, buffer: Uint8Array) => (reads++, whole.readInto(offset, buffer)) };
    const bad = spied(memoryDevice(80 * MIB), { writeAt: () => eio('target-write-failed') });
    const result = await write([bad], { image: memoryImage(bytes, { block: counting }) });
    expect(result.targets[0]?.error?.code).toBe('target-write-failed');
    expect(result.size).toBeNull();
    expect(reads).toBeLessThan(17);
  });
});

describe('pace', () => {
  // At 40 MB/s a chunk takes longer than the feed looks up, at 150 MB/s several fit in between.
  test.each([40, 150])('a disk of %i MB/s does not hold back a fast one, and both get the same bytes', async (speed) => {
    const bytes = noise(speed * 2 * MIB);
    const slowDisk = memoryDevice(bytes.length + 16 * MIB);
    const fastDisk = memoryDevice(bytes.length + 16 * MIB);
    let slowBytes = 0;
    let slowBytesThen = bytes.length;
    let detached = false;
    const result = await write([], {
      image: memoryImage(bytes),
      targets: [
        { id: 'slow', device: throttled(slowDisk, speed * MIB), reopen: null },
        { id: 'fast', device: throttled(fastDisk, speed * 10 * MIB), reopen: null, finished: async () => void (slowBytesThen = slowBytes) },
      ],
      verify: false,
      report: ({ lanes }) => {
        detached ||= lanes[0]!.detached;
        slowBytes = lanes[0]!.bytesDone;
      },
    });
    expect(result.targets.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(detached).toBe(true);
    // By how much is for the bench to tell: beside other tests the fast one waits for a processor.
    expect(slowBytesThen).toBeLessThan(bytes.length);
    for (const disk of [slowDisk, fastDisk]) expect(Buffer.compare(disk.bytes.subarray(0, bytes.length), bytes)).toBe(0);
  });

  test('cancelling stops within a second, even while a disk says nothing', async () => {
    const silent = spied(memoryDevice(80 * MIB), { writeAt: (offset) => (offset > 8 * MIB && offset < 79 * MIB ? new Promise<void>(() => undefined) : Promise.resolve()) });
    const controller = new AbortController();
    const running = write([silent], { image: memoryImage(noise(64 * MIB)) }, controller.signal);
    setTimeout(() => controller.abort(), 200);
    const started = performance.now();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - started).toBeLessThan(1200);
    expect(silent.log).not.toContain('write@0');
  });

  test('the bottleneck is named: the disk when it is slow, unpacking when the image is', async () => {
    const kinds = async (image: ImageSource, device: BlockDevice): Promise<Set<string>> => {
      const seen = new Set<string>();
      await write([device], { image, verify: false, report: ({ bottleneck }) => bottleneck && seen.add(bottleneck.kind) });
      return seen;
    };
    expect(await kinds(memoryImage(noise(32 * MIB)), throttled(memoryDevice(40 * MIB), 30 * MIB))).toEqual(new Set(['target']));
    const slow = memoryImage(noise(32 * MIB), { packed: true });
    const trickling: ImageSource = {
      ...slow,
      openStream: async (offset) => {
        const stream = await slow.openStream(offset);
        return { ...stream, read: async (buffer) => (await new Promise((resolve) => setTimeout(resolve, 100)), stream.read(buffer)) };
      },
    };
    expect([...(await kinds(trickling, memoryDevice(40 * MIB)))]).toContain('decompression');
  });
});

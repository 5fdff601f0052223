import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EngineError, memoryDevice, writeImage,
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
      stall: { reduce: 0.1, restart: 0.2, fail: 1e5 },
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

/** Chunks that disks share: so many the fastest is ahead by when the slowest keeps it waiting. */
const AHEAD = 6;
/** Nobody is given up for being slow. */
const PATIENT = { reduce: 1e5, restart: 1e5, fail: 1e5 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A memory disk that writes one chunk after the other, each when `mayWrite` lets it. Counts the chunks written. */
function pacedDisk(size: number, mayWrite: (chunksWritten: number) => Promise<void>): BlockDevice & { readonly bytes: Uint8Array; chunks: number } {
  const disk = memoryDevice(size);
  let queue = Promise.resolve();
  const paced = {
    ...disk,
    bytes: disk.bytes,
    chunks: 0,
    writeAt: (offset: number, data: Uint8Array) => (queue = queue.then(async () => {
      // The first MiB and the place of a backup table are cleared and written apart.
      const isChunk = offset >= MIB && offset < size - MIB;
      if (isChunk) await mayWrite(paced.chunks);
      await disk.writeAt(offset, data);
      if (isChunk) paced.chunks += 1;
    })),
  };
  return paced;
}

describe('pace', () => {
  // A pause longer than the feed looks up in, and one of which several fit in between. It begins when the other disk has nothing left to do: whatever the
  // processor's speed, it is this disk that is waited for.
  test.each([[100, 64], [20, 160]])('a disk that is behind by %i ms with each chunk does not hold back another, and both get the same bytes', async (ms, mebibytes) => {
    const bytes = noise(mebibytes * MIB);
    const size = bytes.length + 16 * MIB;
    const changed = new EventEmitter();
    let detached = false;
    let fastIsDone = false;
    const fast = pacedDisk(size, async () => void setImmediate(() => changed.emit('change')));
    const slow = pacedDisk(size, async (chunks) => {
      while (!fastIsDone && fast.chunks < chunks + AHEAD) await once(changed, 'change');
      if (!detached) await pause(ms);
    });
    const result = await write([], {
      image: memoryImage(bytes),
      targets: [
        { id: 'slow', device: slow, reopen: null },
        { id: 'fast', device: fast, reopen: null, finished: async () => { fastIsDone = true; changed.emit('change'); } },
      ],
      verify: false,
      stall: PATIENT,
      report: ({ lanes }) => void (detached ||= lanes[0]!.detached),
    });
    expect(result.targets.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(detached).toBe(true);
    for (const disk of [slow, fast]) expect(Buffer.compare(disk.bytes.subarray(0, bytes.length), bytes)).toBe(0);
  });

  test('cancelling ends it, even while a disk says nothing', async () => {
    const controller = new AbortController();
    const silent = spied(memoryDevice(80 * MIB), {
      writeAt(offset) {
        if (offset <= 8 * MIB || offset >= 79 * MIB) return Promise.resolve();
        setImmediate(() => controller.abort());
        return new Promise<void>(() => undefined);
      },
    });
    await expect(write([silent], { image: memoryImage(noise(64 * MIB)), stall: PATIENT }, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(silent.log).not.toContain('write@0');
  });

  test('the bottleneck is named: the disk when it is slow, unpacking when the image is', async () => {
    const kinds = async (image: ImageSource, device: BlockDevice, fromByte = 0): Promise<Set<string>> => {
      const seen = new Set<string>();
      await write([device], { image, verify: false, report: ({ bottleneck, lanes }) => bottleneck && lanes[0]!.bytesDone >= fromByte && seen.add(bottleneck.kind) });
      return seen;
    };
    // Told of the last second, in which it has written nothing but at this pace.
    const slowDisk = pacedDisk(80 * MIB, () => pause(100));
    expect(await kinds(memoryImage(noise(64 * MIB)), slowDisk, 52 * MIB)).toEqual(new Set(['target']));
    const slow = memoryImage(noise(32 * MIB), { packed: true });
    const trickling: ImageSource = {
      ...slow,
      openStream: async (offset) => {
        const stream = await slow.openStream(offset);
        return { ...stream, read: async (buffer) => (await pause(100), stream.read(buffer)) };
      },
    };
    expect([...(await kinds(trickling, memoryDevice(40 * MIB)))]).toContain('decompression');
  });
});

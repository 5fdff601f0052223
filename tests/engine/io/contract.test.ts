import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  alignedBuffer, EngineError, memoryDevice, openDevice, openFileSource, rangedSource, throttled, type BlockDevice, type BlockSource,
} from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { noise } from '../../support/fake-image.ts';

// What every BlockSource and every BlockSink must do, whatever stands behind it.
const SIZE = 3 * 1024 * 1024 + 512 * 7;
const content = noise(SIZE, 99);
let folder = '';
const loops: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-io-'));
});
afterAll(async () => {
  for (const loop of loops) execFileSync('losetup', ['-d', loop]);
  await rm(folder, { recursive: true });
});

async function file(name: string): Promise<string> {
  const path = join(folder, `${name}-${Math.random().toString(36).slice(2)}`);
  await writeFile(path, content);
  return path;
}

async function loop(sectorSize: number): Promise<string> {
  const path = await file('loop');
  const size = Math.floor(SIZE / sectorSize) * sectorSize;
  await truncate(path, size);
  const device = execFileSync('losetup', ['--find', '--show', '--sector-size', String(sectorSize), path], { encoding: 'utf8' }).trim();
  loops.push(device);
  return device;
}

const sources: Record<string, () => Promise<BlockSource>> = {
  'memory': () => Promise.resolve(memoryDevice(content.slice())),
  'a file': async () => openFileSource(await file('source')),
  'a practice disk': async () => openDevice(await file('device'), { write: false }),
  'a disk that reads whole sectors only': async () => openDevice(await file('device'), { write: false, wholeSectors: true }),
  'a part of a larger one': () => {
    const larger = new Uint8Array(SIZE + 8192).fill(0xaa);
    larger.set(content, 4096);
    return Promise.resolve(rangedSource(memoryDevice(larger), { offset: 4096, length: SIZE }));
  },
  'a throttled one': () => Promise.resolve(throttled(memoryDevice(content.slice()), 1e12)),
};

const devices: Record<string, () => Promise<BlockDevice>> = {
  'memory': () => Promise.resolve(memoryDevice(content.slice())),
  'a practice disk': async () => openDevice(await file('device'), { write: true }),
  'a throttled one': () => Promise.resolve(throttled(memoryDevice(content.slice()), 1e12)),
};

const range = (size: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min: 0, max: size }), fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 1_000_000, max: size }))).map(([offset, length]) => [offset, Math.min(length, size - offset)]);

async function readsLikeAnArray(source: BlockSource): Promise<void> {
  await fc.assert(
    fc.asyncProperty(range(source.size), fc.boolean(), async ([offset, length], aligned) => {
      const buffer = aligned ? alignedBuffer(length) : new Uint8Array(length);
      await source.readInto(offset, buffer);
      expect(Buffer.compare(buffer, content.subarray(offset, offset + length))).toBe(0);
    }),
    { numRuns: 40, seed: 7 },
  );
}

async function refusesWhatLiesOutside(act: (offset: number, buffer: Uint8Array) => Promise<void>, size: number): Promise<void> {
  for (const [offset, length] of [[size, 1], [size - 1, 2], [-1, 1], [0, size + 1], [Number.MAX_SAFE_INTEGER, 1], [0.5, 1]] as const) {
    await expect(act(offset, new Uint8Array(length))).rejects.toBeInstanceOf(EngineError);
  }
}

async function writesLikeAnArray(device: BlockDevice): Promise<void> {
  const model = content.slice(0, device.size);
  await fc.assert(
    fc.asyncProperty(range(device.size), fc.integer({ min: 1, max: 1 << 30 }), fc.boolean(), async ([offset, length], seed, aligned) => {
      const data = aligned ? alignedBuffer(length) : new Uint8Array(length);
      data.set(noise(Math.ceil(length / 4) * 4 + 4, seed).subarray(0, length));
      await device.writeAt(offset, data);
      model.set(data, offset);
      const around = alignedBuffer(Math.min(device.size, 512 * 1024));
      const from = Math.max(0, Math.min(offset, device.size - around.length));
      await device.readInto(from, around);
      expect(Buffer.compare(around, model.subarray(from, from + around.length))).toBe(0);
    }),
    { numRuns: 30, seed: 8 },
  );
  await device.flush();
  const whole = alignedBuffer(device.size);
  await device.readInto(0, whole);
  expect(Buffer.compare(whole, model)).toBe(0);
}

describe.each(Object.entries(sources))('a source: %s', (_, make) => {
  test('reads like an array', async () => {
    const source = await make();
    expect(source.size).toBe(SIZE);
    await readsLikeAnArray(source);
    await source.close();
  });
  test('refuses what lies outside', async () => {
    const source = await make();
    await refusesWhatLiesOutside((offset, buffer) => source.readInto(offset, buffer), source.size);
    await source.close();
  });
});

describe.each(Object.entries(devices))('a device: %s', (_, make) => {
  test('writes like an array', async () => {
    const device = await make();
    await writesLikeAnArray(device);
    await device.close();
  });
  test('refuses what lies outside, and changes nothing', async () => {
    const device = await make();
    await refusesWhatLiesOutside((offset, buffer) => device.writeAt(offset, buffer), device.size);
    await readsLikeAnArray(device);
    await device.close();
  });
});

describe('a block device', () => {
  const onLoops = need({ linux: true, root: true, tools: ['losetup'] });
  for (const sectorSize of [512, 4096]) {
    onLoops(`with ${sectorSize}-byte sectors reads and writes like an array, past the page cache`, async () => {
      const device = await openDevice(await loop(sectorSize), { write: true, exclusive: true });
      expect(device.sectorSize).toBe(sectorSize);
      expect(device.size).toBe(Math.floor(SIZE / sectorSize) * sectorSize);
      await writesLikeAnArray(device);
      expect(device.direct).toBe(true);
      await device.close();
    });
  }
  onLoops('that is claimed already is refused by name', async () => {
    const path = await loop(512);
    const first = await openDevice(path, { write: true, exclusive: true });
    await expect(openDevice(path, { write: true, exclusive: true })).rejects.toMatchObject({ code: 'target-in-use' });
    await first.close();
  });
});

test('a disk that is not there is refused by name', async () => {
  await expect(openDevice(join(folder, 'nowhere'), { write: false })).rejects.toMatchObject({ code: 'target-gone' });
  await expect(openFileSource(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'image-not-found' });
  await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'image-unreadable' });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPartclone, openPartcloneStream } from '../../../../native-free-engine/images/partclone/index.ts';
import { EngineError, memoryDevice, totalLength, type BlockSource } from '../../../../native-free-engine/index.ts';
import { need } from '../../../support/need.ts';
import { blankFile, labFolder } from '../../lab.ts';
import { buildV1, clone, makeVolume, noise, restored, streamOf } from './partclone-lab.ts';

const folder = labFolder();
const NAMED = /^(image-(corrupt|truncated|cluster-corrupt|feature-unsupported)|struct-(invalid|out-of-bounds)|number-unsafe)$/;

async function readWhole(source: BlockSource, step: number): Promise<Buffer> {
  const bytes = Buffer.alloc(source.size, 0xee);
  for (let at = 0; at < bytes.length; at += step) await source.readInto(at, bytes.subarray(at, Math.min(at + step, bytes.length)));
  return bytes;
}

async function outcome(image: Uint8Array, as: 'file' | 'stream'): Promise<Buffer | string> {
  try {
    const volume = as === 'file' ? await openPartclone(memoryDevice(image), 'x') : await openPartcloneStream(async () => streamOf(image), 'x');
    if (volume.size > 64 << 20) return 'size';
    await volume.usedExtents();
    return await readWhole(volume, 1 << 20);
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'unexpected') return error.code;
    throw error;
  }
}

const SETTINGS = [
  { kind: 'extfs', options: [] },
  { kind: 'extfs', options: ['-a0'] },
  { kind: 'extfs', options: ['-a1', '-k7', '-K'] },
  { kind: 'extfs', options: ['-a1', '-k40000'] },
  { kind: 'ntfs', options: ['-a1', '-k3'] },
  { kind: 'fat', options: [] },
] as const;

describe('images of partclone', () => {
  const tested = need({ root: true, tools: ['partclone.extfs', 'partclone.ntfs', 'partclone.fat', 'partclone.restore', 'mkfs.ext4', 'mkntfs', 'ntfscp', 'mkfs.fat', 'mcopy'] });
  /** All at once, because each takes seconds of sleep. */
  const prepare = async (kind: 'extfs' | 'ntfs' | 'fat', options: readonly string[]): Promise<{ volume: string; path: string; bytes: Buffer; expected: Buffer }> => {
    const volume = makeVolume(folder, kind);
    const path = join(folder, `${kind}${options.join('')}.ptcl`);
    const bytes = await clone(kind, volume, path, ...options);
    return { volume, path, bytes, expected: await restored(path, 10 << 20) };
  };
  const made = new Map<string, ReturnType<typeof prepare>>();
  const prepared = (kind: string, options: readonly string[]): ReturnType<typeof prepare> => {
    if (made.size === 0) for (const setting of SETTINGS) made.set(`${setting.kind} ${setting.options.join()}`, prepare(setting.kind, setting.options));
    return made.get(`${kind} ${options.join()}`)!;
  };
  for (const { kind, options } of SETTINGS) {
    tested(`partclone.${kind} ${options.join(' ')}: what partclone.restore gives, as a file and as a stream`, async () => {
      const { volume, path, bytes, expected } = await prepared(kind, options);
      const source = readFileSync(volume);

      const file = await openPartclone(memoryDevice(bytes), path);
      expect(file).toMatchObject({ format: 'partclone', volumeOnly: true, ordered: false, size: source.length, files: [path] });
      expect(file.variant).toMatch({ extfs: /^v2 EXTFS$/, ntfs: /^v2 NTFS$/, fat: /^v2 FAT16$/ }[kind]);
      expect(Buffer.compare(await readWhole(file, 333_333), expected)).toBe(0);
      const used = await file.usedExtents();
      expect(totalLength(used)).toBeLessThan(source.length);
      const free = Buffer.from(expected);
      for (const { offset, length } of used) {
        expect(Buffer.compare(expected.subarray(offset, offset + length), source.subarray(offset, offset + length))).toBe(0);
        free.fill(0, offset, offset + length);
      }
      expect(free.every((byte) => byte === 0)).toBe(true);
      // In any order.
      const back = Buffer.alloc(10_000);
      for (let at = source.length - 10_000; at > 0; at -= 734_567) {
        await file.readInto(at, back);
        expect(Buffer.compare(back, expected.subarray(at, at + 10_000))).toBe(0);
      }

      const stream = await openPartcloneStream(async () => streamOf(bytes), path);
      expect(stream).toMatchObject({ ordered: true, size: source.length });
      expect(Buffer.compare(await readWhole(stream, 777_777), expected)).toBe(0);
      expect(Buffer.compare(await readWhole(stream, 5 << 20), expected)).toBe(0);
      await stream.release();
      await stream.readInto(0, back);
      expect(Buffer.compare(back, expected.subarray(0, 10_000))).toBe(0);
      await Promise.all([file.close(), stream.close()]);
    });
  }

  tested('a strip too large to be read at once: the checksum is met on the way', async () => {
    const volume = join(folder, 'large.raw');
    writeFileSync(volume, Buffer.concat(Array.from({ length: 40 }, (_, i) => Buffer.alloc(1 << 20, i + 1))));
    const path = join(folder, 'large.ptcl');
    const bytes = await clone('imager', volume, path, '-a1', '-k70000');
    const image = await openPartclone(memoryDevice(bytes), path);
    expect(image.ordered).toBe(true);
    expect(Buffer.compare(await readWhole(image, 1 << 20), readFileSync(volume))).toBe(0);
    bytes[bytes.length - 5_000_000]! ^= 1;
    await expect(readWhole(await openPartclone(memoryDevice(bytes), path), 1 << 20)).rejects.toMatchObject({ code: 'image-cluster-corrupt' });
  });

  tested('every bit of header and map, and bits of the blocks', async () => {
    const volume = makeVolume(folder, 'extfs', 1 << 20);
    const path = join(folder, 'small.ptcl');
    const bytes = await clone('extfs', volume, path, '-a1', '-k8');
    const right = (await outcome(bytes, 'file')) as Buffer;
    expect(Buffer.compare(right, await restored(path, 1 << 20))).toBe(0);
    const head = 110 + (1024 / 8) + 4;
    for (let bit = 0; bit < head * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      for (const as of ['file', 'stream'] as const) expect(await outcome(bytes, as), `bit ${bit}`).toMatch(NAMED);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    for (let at = head; at < bytes.length; at += 997) {
      bytes[at]! ^= 1 << (at & 7);
      for (const as of ['file', 'stream'] as const) expect(await outcome(bytes, as), `byte ${at}`).toBe('image-cluster-corrupt');
      bytes[at]! ^= 1 << (at & 7);
    }
  });

  tested('cut off at every 64 KiB, or with something behind it', async () => {
    const { bytes } = await prepared('ntfs', ['-a1', '-k3']);
    for (let length = 0; length < bytes.length; length += 64 << 10) {
      for (const as of ['file', 'stream'] as const) expect(await outcome(bytes.subarray(0, length), as), `${length} bytes`).toBe('image-truncated');
    }
    for (const as of ['file', 'stream'] as const) expect(await outcome(Buffer.concat([bytes, Buffer.alloc(1)]), as)).toBe('image-corrupt');
  });

  tested('a raw volume has its tail within the last block', async () => {
    const volume = blankFile(folder, 'odd.raw', 1_000_448);
    writeFileSync(volume, noise(1_000_448));
    const bytes = await clone('imager', volume, join(folder, 'odd.ptcl'), '-a0');
    expect(Buffer.compare((await outcome(bytes, 'file')) as Buffer, readFileSync(volume))).toBe(0);
  });
});

describe('version 0001, constructed after its description', () => {
  const blockSize = 1024;
  const volume = noise(90 * blockSize);
  const present = (block: number): boolean => block % 7 < 3 || block > 80;
  const image = buildV1(volume, blockSize, present);
  const expected = Buffer.from(volume);
  for (let block = 0; block < 90; block++) if (!present(block)) expected.fill(0, block * blockSize, (block + 1) * blockSize);

  test('the same bytes, as a file and as a stream', async () => {
    const opened = await openPartclone(memoryDevice(image), 'v1');
    expect(opened).toMatchObject({ variant: 'v1 EXTFS', size: volume.length, ordered: false });
    for (const as of ['file', 'stream'] as const) expect(Buffer.compare((await outcome(image, as)) as Buffer, expected)).toBe(0);
  });

  need({ root: true, tools: ['partclone.restore'] })('partclone.restore reads it the same way', async () => {
    const path = join(folder, 'v1.ptcl');
    writeFileSync(path, image);
    expect(Buffer.compare(await restored(path, volume.length), expected)).toBe(0);
  });

  test('every bit of what it has to go by: a named error, or what the sums cannot see', async () => {
    const bad = Buffer.from(image);
    const [map, data] = [4160, 4160 + 90 + 8];
    // Its header has neither checksum nor spare: only what must fit together can be checked.
    for (const [from, to] of [[0, 15], [30, 34], [36, 40], [48, 56], [map, data]] as const) {
      for (let bit = from * 8; bit < to * 8; bit++) {
        bad[bit >> 3]! ^= 1 << (bit & 7);
        for (const as of ['file', 'stream'] as const) {
          const result = await outcome(bad, as);
          // An absent block whose byte becomes another than 1 stays absent.
          if (typeof result === 'string') expect(result, `bit ${bit}`).toMatch(NAMED);
          else expect(Buffer.compare(result, expected), `bit ${bit}`).toBe(0);
        }
        bad[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
    for (let at = data; at < bad.length; at += blockSize + 4) {
      for (const place of [at, at + blockSize + 1]) {
        bad[place]! ^= 4;
        for (const as of ['file', 'stream'] as const) expect(await outcome(bad, as)).toBe('image-cluster-corrupt');
        bad[place]! ^= 4;
      }
    }
  });

  test('a header that promises more than there is takes no memory', async () => {
    const bad = Buffer.from(image);
    bad.writeBigUInt64LE(1n << 30n, 48);
    bad.writeBigUInt64LE(1n << 40n, 40);
    for (const as of ['file', 'stream'] as const) expect(await outcome(bad, as)).toBe('image-truncated');
    bad.writeBigUInt64LE(1n << 31n, 48);
    bad.writeBigUInt64LE(1n << 41n, 40);
    expect(await outcome(bad, 'file')).toBe('image-feature-unsupported');
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { EngineError, openImage, type ImageSource } from '../../native-free-engine/index.ts';
import { need } from './need.ts';
import { seeded } from './seeded.ts';

/** One way to pack an image, done by the real tools. */
export interface Container {
  readonly name: string;
  readonly tools: readonly string[];
  readonly chain: ImageSource['chain'];
  /** Whether the size must be known without unpacking. */
  readonly sized: boolean;
  /** Packs `folder/disk.img`; returns the packed file's name. */
  pack(folder: string): string;
}

type Format = 'disk' | 'hybrid-iso';

const run = (folder: string, tool: string, ...args: string[]): Buffer => execFileSync(tool, args, { cwd: folder, maxBuffer: 1 << 28 });
const into = (folder: string, name: string, tool: string, ...args: string[]): string => {
  writeFileSync(join(folder, name), run(folder, tool, ...args));
  return name;
};
/** Two halves, each packed by itself, one after the other. */
const halves = (folder: string, name: string, tool: string, ...args: string[]): string => {
  const image = readFileSync(join(folder, 'disk.img'));
  const parts = [image.subarray(0, image.length >> 1), image.subarray(image.length >> 1)];
  writeFileSync(join(folder, name), Buffer.concat(parts.map((input) => execFileSync(tool, args, { input, maxBuffer: 1 << 28 }))));
  return name;
};
const zip = (folder: string, ...args: string[]): string => {
  run(folder, 'zip', '-q', ...args, 'disk.img.zip', 'disk.img');
  return 'disk.img.zip';
};

export const CONTAINERS: readonly Container[] = [
  { name: 'raw', tools: [], chain: [], sized: true, pack: () => 'disk.img' },
  { name: 'gz', tools: ['gzip'], chain: ['gzip'], sized: false, pack: (f) => into(f, 'disk.img.gz', 'gzip', '-kc', 'disk.img') },
  { name: 'gz, two members', tools: ['gzip'], chain: ['gzip'], sized: false, pack: (f) => halves(f, 'disk.img.gz', 'gzip', '-c') },
  { name: 'xz', tools: ['xz'], chain: ['xz'], sized: true, pack: (f) => into(f, 'disk.img.xz', 'xz', '-T1', '-kc', 'disk.img') },
  { name: 'xz -9e, CRC32', tools: ['xz'], chain: ['xz'], sized: true, pack: (f) => into(f, 'disk.img.xz', 'xz', '-T1', '-9e', '--check=crc32', '-kc', 'disk.img') },
  { name: 'xz, many blocks, SHA-256', tools: ['xz'], chain: ['xz'], sized: true, pack: (f) => into(f, 'disk.img.xz', 'xz', '-T2', '--block-size=65536', '--check=sha256', '-kc', 'disk.img') },
  { name: 'xz, two streams, lc=0 lp=4 pb=0', tools: ['xz'], chain: ['xz'], sized: true, pack: (f) => halves(f, 'disk.img.xz', 'xz', '--lzma2=dict=64KiB,lc=0,lp=4,pb=0', '-c') },
  { name: 'bz2', tools: ['bzip2'], chain: ['bzip2'], sized: false, pack: (f) => into(f, 'disk.img.bz2', 'bzip2', '-kc', 'disk.img') },
  { name: 'bz2 -1, two streams', tools: ['bzip2'], chain: ['bzip2'], sized: false, pack: (f) => halves(f, 'disk.img.bz2', 'bzip2', '-1c') },
  { name: 'zst', tools: ['zstd'], chain: ['zstd'], sized: true, pack: (f) => into(f, 'disk.img.zst', 'zstd', '-qkc', 'disk.img') },
  { name: 'zst, size unknown', tools: ['zstd'], chain: ['zstd'], sized: false, pack: (f) => halves(f, 'disk.img.zst', 'zstd', '-qc', '--no-content-size') },
  { name: 'zst, two frames', tools: ['zstd'], chain: ['zstd'], sized: false, pack: (f) => halves(f, 'disk.img.zst', 'zstd', '-qc', '-19') },
  { name: 'zst of pzstd', tools: ['pzstd'], chain: ['zstd'], sized: false, pack: (f) => into(f, 'disk.img.zst', 'pzstd', '-qkc', '-p', '2', 'disk.img') },
  { name: 'lz4', tools: ['lz4'], chain: ['lz4'], sized: false, pack: (f) => into(f, 'disk.img.lz4', 'lz4', '-qc', 'disk.img') },
  { name: 'lz4 -B4 -BD -BX, two frames', tools: ['lz4'], chain: ['lz4'], sized: false, pack: (f) => halves(f, 'disk.img.lz4', 'lz4', '-qc', '-B4', '-BD', '-BX') },
  { name: 'zip, deflate', tools: ['zip'], chain: ['zip'], sized: true, pack: (f) => zip(f) },
  { name: 'zip, stored', tools: ['zip'], chain: ['zip'], sized: true, pack: (f) => zip(f, '-0') },
  { name: 'zip, bzip2', tools: ['zip'], chain: ['zip'], sized: true, pack: (f) => zip(f, '-Z', 'bzip2') },
  { name: 'zip.gz', tools: ['zip', 'gzip'], chain: ['gzip', 'zip'], sized: true, pack: (f) => into(f, 'disk.img.zip.gz', 'gzip', '-kc', zip(f)) },
  { name: 'gz.xz', tools: ['xz', 'gzip'], chain: ['xz', 'gzip'], sized: false, pack: (f) => into(f, 'disk.img.gz.xz', 'xz', '-kc', into(f, 'disk.img.gz', 'gzip', '-kc', 'disk.img')) },
  { name: 'img.zst in a zip', tools: ['zip', 'zstd'], chain: ['zip', 'zstd'], sized: false, pack(f) {
    into(f, 'disk.img.zst', 'zstd', '-qkc', 'disk.img');
    run(f, 'zip', '-q', 'disk.zip', 'disk.img.zst');
    return 'disk.zip';
  } },
];

/** Data that takes every road through a decoder: text, noise, long runs, far repeats. */
export function imageBytes(format: Format, size: number): Buffer {
  const random = seeded(size);
  const noise = random.bytes(5000);
  const parts: Buffer[] = [];
  for (let length = 0; length < size; ) {
    const part = [
      () => Buffer.from(`unit ${random.below(100)} of the bench, line ${random.below(9)}\n`.repeat(1 + random.below(300))),
      () => Buffer.alloc(1 + random.below(60_000), random.below(3) * 17),
      () => noise.subarray(random.below(4000)),
      () => random.bytes(random.below(3000)),
    ][random.below(4)]!();
    parts.push(part);
    length += part.length;
  }
  const image = Buffer.concat(parts).subarray(0, size);
  image.fill(0, 0, 512);
  image.writeUInt16LE(0xaa55, 510);
  if (format === 'hybrid-iso') image.write('\x01CD001\x01', 32_768, 'latin1');
  return image;
}

export async function readAll(image: ImageSource, offset = 0, step = 1 << 20): Promise<Buffer> {
  const stream = await image.openStream(offset);
  try {
    const parts: Buffer[] = [];
    for (;;) {
      const buffer = Buffer.alloc(step);
      const got = await stream.read(buffer);
      if (got === 0) return Buffer.concat(parts);
      parts.push(buffer.subarray(0, got));
    }
  } finally {
    await stream.close();
  }
}

/** What became of a file: its bytes, or the code of the named error. Anything else fails the test. */
export async function outcome(path: string, tempDir: string): Promise<Buffer | string> {
  try {
    const image = await openImage(path, { tempDir });
    try {
      return await readAll(image);
    } finally {
      await image.close();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'unexpected') return error.code;
    throw error;
  }
}

const NAMED = /^(image-(corrupt|truncated|empty|format-unsupported)|zip-(no-image|several-images|encrypted|unsupported)|container-too-deep)$/;

/** The whole contract of an image in one container: its bytes, and what happens when the file is damaged. */
export function testImage(container: Container, options: { readonly truncations: number; readonly flips: number }): void {
  describe(container.name, () => {
    let folder = '';
    const test = need({ tools: container.tools });
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'werkbank-image-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const packed = async (format: Format, size: number): Promise<{ bytes: Buffer; path: string }> => {
      const place = await mkdtemp(join(folder, 'x-'));
      const bytes = imageBytes(format, size);
      writeFileSync(join(place, 'disk.img'), bytes);
      return { bytes, path: join(place, container.pack(place)) };
    };

    for (const format of ['disk', 'hybrid-iso'] as const) {
      test(`${format}: the very bytes, from the start and from the middle`, async () => {
        const { bytes, path } = await packed(format, 2_500_480);
        const image = await openImage(path, { tempDir: folder });
        try {
          expect(image.chain).toEqual(container.chain);
          expect(image.size).toBe(container.sized ? bytes.length : null);
          expect(image.storedSize).toBe(readFileSync(path).length);
          expect(Buffer.compare(image.head, bytes.subarray(0, 1 << 20))).toBe(0);
          expect(image.block === null).toBe(container.chain.length > 0);
          expect(Buffer.compare(await readAll(image, 0, 333_333), bytes)).toBe(0);
          expect(Buffer.compare(await readAll(image, 1_700_001), bytes.subarray(1_700_001))).toBe(0);
        } finally {
          await image.close();
        }
        expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      });
    }

    const damaged = (title: string, count: number, damage: (file: Buffer, random: ReturnType<typeof seeded>, index: number) => Buffer, accept: (result: Buffer | string, bytes: Buffer) => boolean): void => {
      if (count === 0) return;
      test(title, async () => {
        const { bytes, path } = await packed('disk', 150_016);
        const file = readFileSync(path);
        const random = seeded(file.length);
        for (let index = 0; index < count; index++) {
          const bad = damage(file, random, index);
          writeFileSync(path, bad);
          const result = await outcome(path, folder);
          if (!accept(result, bytes)) {
            const at = bad.findIndex((byte, place) => byte !== file[place]);
            expect.fail(`damage ${index} (at ${at} of ${file.length}, ${bad.length} bytes left) gave ${typeof result === 'string' ? result : `${result.length} wrong bytes`}`);
          }
        }
        expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      });
    };
    damaged(
      'cut off anywhere: a named error',
      options.truncations,
      (file, random, index) => file.subarray(0, [0, 1, file.length - 1, file.length - 4][index] ?? random.below(file.length)),
      (result) => typeof result === 'string' && NAMED.test(result),
    );
    damaged(
      'a bit flipped anywhere: a named error or the right bytes',
      options.flips,
      (file, random, index) => {
        const bad = Buffer.from(file);
        // The first bytes and the last each get their turn: that is where the headers are.
        const at = index % 3 === 0 ? random.below(Math.min(64, file.length)) : index % 3 === 1 ? file.length - 1 - random.below(Math.min(120, file.length)) : random.below(file.length);
        bad[at]! ^= 1 << random.below(8);
        return bad;
      },
      (result, bytes) => (typeof result === 'string' ? NAMED.test(result) : Buffer.compare(result, bytes) === 0),
    );
  });
}

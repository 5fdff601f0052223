import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openQcow2 } from '../../../native-free-engine/images/qcow2/read.ts';
import { memoryDevice, readQcow2Header } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { counting, labFolder, run } from '../lab.ts';
import { diskFile, expectDisk, openForTest, sampleDisk } from './disk-images.ts';

const MIB = 1 << 20;
const folder = labFolder();
const withQemu = need({ tools: ['qemu-img', 'qemu-io'] });
const disk = sampleDisk(4 * MIB + 1536);
const raw = diskFile(folder, 'disk.raw', disk);
const noBacking = { openBacking: () => Promise.reject(new Error('no backing file expected')) };

function convert(name: string, options: readonly string[]): string {
  const path = join(folder, name);
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, raw, path]);
  return path;
}

const io = (path: string, ...commands: string[]): string => run('qemu-io', ['-f', 'qcow2', ...commands.flatMap((command) => ['-c', command]), path]);

describe('reads what qemu-img writes', () => {
  for (const size of ['512', '64k', '256k', '2M']) {
    withQemu(`version 2, clusters of ${size}`, async () => {
      for (const packed of [[], ['-c']]) {
        const image = await openForTest(convert(`v2-${size}${packed.join('')}.qcow2`, [...packed, '-o', `compat=0.10,cluster_size=${size}`]));
        expect(image).toMatchObject({ format: 'qcow2', variant: 'v2', size: disk.length, ordered: false, volumeOnly: false });
        await expectDisk(image, disk);
      }
    });
    withQemu(`version 3, clusters of ${size}, plain, deflate, zstd`, async () => {
      for (const [packed, type] of [[[], 'zlib'], [['-c'], 'zlib'], [['-c'], 'zstd']] as const) {
        const image = await openForTest(convert(`v3-${size}${packed.join('')}-${type}.qcow2`, [...packed, '-o', `compat=1.1,cluster_size=${size},compression_type=${type}`]));
        expect(image.variant).toBe(type === 'zstd' ? 'v3 zstd' : 'v3 deflate');
        await expectDisk(image, disk);
      }
    });
  }

  withQemu('preallocated, and with other refcounts', async () => {
    for (const [name, options] of [['metadata', 'preallocation=metadata'], ['falloc', 'preallocation=falloc'], ['refcount', 'refcount_bits=1'], ['lazy', 'lazy_refcounts=on']] as const) {
      await expectDisk(await openForTest(convert(`${name}.qcow2`, ['-o', options])), disk);
    }
  });
});

withQemu('zero clusters, discarded ones, and parts of clusters written over', async () => {
  const path = convert('zeros.qcow2', ['-o', 'cluster_size=64k']);
  io(path, 'write -z 0 128k', 'write -z -u 1M 256k', 'discard 2M 128k', 'write -P 0x77 3000000 1234');
  const expected = disk.slice();
  expected.fill(0, 0, 128 * 1024).fill(0, MIB, MIB + 256 * 1024).fill(0, 2 * MIB, 2 * MIB + 128 * 1024).fill(0x77, 3_000_000, 3_001_234);
  const image = await openForTest(path);
  await expectDisk(image, expected);
  expect((await image.usedExtents())[0]!.offset).toBeGreaterThanOrEqual(128 * 1024);
});

withQemu('a chain of backing files, the lowest of them raw and shorter than the rest', async () => {
  const chain = join(folder, 'chain');
  mkdirSync(chain);
  const base = diskFile(chain, 'base.raw', disk.subarray(0, 2 * MIB));
  run('qemu-img', ['create', '-f', 'qcow2', '-F', 'raw', '-b', 'base.raw', '-o', 'cluster_size=64k', join(chain, 'middle.qcow2'), '4M']);
  io(join(chain, 'middle.qcow2'), 'write -z 0 256k', 'write -P 0x31 1M 100k', 'write -P 0x32 3M 4k');
  run('qemu-img', ['create', '-f', 'qcow2', '-F', 'qcow2', '-b', 'middle.qcow2', '-o', 'cluster_size=256k,compression_type=zstd', join(chain, 'top.qcow2'), '5M']);
  io(join(chain, 'top.qcow2'), 'write -P 0x41 128k 4k', 'write -z 1M 256k', 'write -c -P 0x42 4M 256k');
  const expected = readFileSync(flat(join(chain, 'top.qcow2')));
  const image = await openForTest(join(chain, 'top.qcow2'));
  expect(image.files).toEqual(['top.qcow2', 'middle.qcow2', 'base.raw'].map((name) => join(chain, name)));
  await expectDisk(image, expected);
  // Zeros of the upper image hide what the lower one holds there.
  expect(await image.usedExtents()).not.toContainEqual(expect.objectContaining({ offset: MIB }));

  renameSync(base, join(folder, 'elsewhere.raw'));
  await expect(openForTest(join(chain, 'top.qcow2'))).rejects.toMatchObject({ code: 'image-parent-missing', params: { name: 'base.raw' } });
  const found = await openForTest(join(chain, 'top.qcow2'), { findBacking: (name) => Promise.resolve(name === 'base.raw' ? join(folder, 'elsewhere.raw') : null) });
  await expectDisk(found, expected, [MIB]);
});

function flat(path: string): string {
  run('qemu-img', ['convert', '-O', 'raw', path, `${path}.flat`]);
  return `${path}.flat`;
}

describe('backing files that are refused', () => {
  withQemu('a loop, by whatever name, and too long a chain', async () => {
    const place = join(folder, 'loop');
    mkdirSync(place);
    const at = (name: string): string => join(place, name);
    run('qemu-img', ['create', '-q', '-f', 'qcow2', at('a.qcow2'), '1M']);
    symlinkSync('a.qcow2', at('link.qcow2'));
    run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'a.qcow2', at('b.qcow2')]);
    run('qemu-img', ['rebase', '-u', '-F', 'qcow2', '-b', 'b.qcow2', at('a.qcow2')]);
    await expect(openForTest(at('a.qcow2'))).rejects.toMatchObject({ code: 'image-chain-too-long' });
    await expect(openForTest(at('link.qcow2'))).rejects.toMatchObject({ code: 'image-chain-too-long' });
    // 65 images, each on the one before it, made of one by writing another name into it.
    run('qemu-img', ['create', '-q', '-f', 'qcow2', at('n00.qcow2'), '1M']);
    run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'n00.qcow2', at('n01.qcow2')]);
    const child = readFileSync(at('n01.qcow2'));
    for (let i = 2; i <= 64; i++) {
      child.write(`n${String(i - 1).padStart(2, '0')}`, Number(child.readBigUInt64BE(8)));
      diskFile(place, `n${String(i).padStart(2, '0')}.qcow2`, child);
    }
    const longest = await openForTest(at('n63.qcow2'));
    expect(longest.files).toHaveLength(64);
    await expectDisk(longest, new Uint8Array(0), [MIB]);
    await expect(openForTest(at('n64.qcow2'))).rejects.toMatchObject({ code: 'image-chain-too-long' });
  });

  withQemu('no format, a network, another folder, a raw file that says it is qcow2', async () => {
    const image = join(folder, 'child.qcow2');
    run('qemu-img', ['create', '-q', '-f', 'qcow2', image, '1M']);
    const rebase = (name: string, format: string): string => run('qemu-img', ['rebase', '-u', ...(format ? ['-F', format] : []), '-b', name, image]);
    rebase('/etc/hostname', 'raw');
    await expect(openForTest(image)).rejects.toMatchObject({ code: 'image-parent-missing' });
    rebase('../../../../../../etc/hostname', 'raw');
    await expect(openForTest(image)).rejects.toMatchObject({ code: 'image-parent-missing' });
    rebase('nbd://example.org/disk', 'raw');
    await expect(openForTest(image)).rejects.toMatchObject({ code: 'image-parent-missing' });
    rebase('disk.raw', 'luks');
    await expect(openForTest(image)).rejects.toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'a backing file of format luks' } });
    rebase('disk.raw', 'qcow2');
    await expect(openForTest(image)).rejects.toMatchObject({ code: 'image-corrupt' });
    // What is declared raw is raw: the header in it is not followed.
    copyFileSync(convert('inner.qcow2', []), join(folder, 'inner.img'));
    rebase('inner.img', 'raw');
    const opened = await openForTest(image);
    await expectDisk(opened, readFileSync(join(folder, 'inner.img')).subarray(0, MIB), [MIB]);
    const header = readFileSync(image);
    header.writeUInt32BE(0x1234, header.indexOf(Buffer.from([0xe2, 0x79, 0x2a, 0xca])));
    await expect(openForTest(diskFile(folder, 'formatless.qcow2', header))).rejects.toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'a backing file without a format' } });
  });
});

withQemu('features that cannot be read are named', async () => {
  const features = async (patch: (image: Buffer) => void, options: readonly string[] = []): Promise<unknown> => {
    const image = readFileSync(convert('feature.qcow2', options));
    patch(image);
    return openForTest(diskFile(folder, 'patched.qcow2', image)).catch((error: unknown) => error);
  };
  const none = (): undefined => undefined;
  expect(await features(none, ['-o', 'extended_l2=on,cluster_size=128k'])).toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'extended L2 entries' } });
  expect(await features(none, ['-o', `data_file=${join(folder, 'data.file')}`])).toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'an external data file' } });
  expect(await features((image) => image.writeUInt32BE(1, 32))).toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'encryption' } });
  expect(await features((image) => (image[73] = 1))).toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'incompatible feature 48' } });
  expect(await features((image) => image.writeUInt32BE(1, 4))).toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'qcow version 1' } });
  expect(await features((image) => (image[79]! |= 2))).toMatchObject({ code: 'image-corrupt' });
  const dirty = await features((image) => (image[79]! |= 1));
  expect(dirty).toMatchObject({ format: 'qcow2' });
});

withQemu('the header alone', async () => {
  const path = join(folder, 'header.qcow2');
  run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', raw, '-o', 'cluster_size=256k,compression_type=zstd', path, '8G']);
  const file = counting(memoryDevice(readFileSync(path)));
  const info = await readQcow2Header(file, path);
  expect(info).toMatchObject({ version: 3, clusterSize: 256 * 1024, virtualSize: 8 * 1024 ** 3, compression: 'zstd', backing: { name: raw, format: 'raw' } });
  expect(new TextDecoder().decode(info.extensions.get(0xe2792aca))).toBe('raw');
  expect(file.bytesRead).toBeLessThan(300 * 1024);
});

withQemu('neighbouring compressed clusters are read at once, and small reads unpack once', async () => {
  const text = diskFile(folder, 'text.raw', new Uint8Array(2 * MIB).map((_, i) => 97 + (i % 23)));
  const path = join(folder, 'text.qcow2');
  run('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', '-o', 'cluster_size=64k,compression_type=zstd', text, path]);
  const file = counting(memoryDevice(readFileSync(path)));
  const image = await openQcow2(file, path, noBacking);
  await image.readInto(0, new Uint8Array(MIB));
  file.reads = 0;
  await image.readInto(MIB, new Uint8Array(MIB));
  expect(file.reads).toBe(1);
  const small = new Uint8Array(512);
  await image.readInto(0, small);
  file.reads = 0;
  for (let at = 512; at < 64 * 1024; at += 512) await image.readInto(at, small);
  expect(file.reads).toBe(0);
});

test('an empty file, a short one, one of another kind', async () => {
  await expect(openForTest(diskFile(folder, 'empty.qcow2', new Uint8Array(0)))).rejects.toMatchObject({ code: 'image-empty' });
  await expect(openForTest(diskFile(folder, 'short.qcow2', Uint8Array.of(0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3)))).rejects.toMatchObject({ code: 'image-truncated' });
  // A damaged first byte must not make a raw disk of it.
  await expect(openForTest(diskFile(folder, 'other.qcow2', disk))).rejects.toMatchObject({ code: 'image-corrupt' });
  await expect(openForTest(join(folder, 'nowhere.qcow2'))).rejects.toMatchObject({ code: 'image-not-found' });
});

withQemu('a file that shrinks while it is read', async () => {
  const path = convert('shrinks.qcow2', []);
  const image = await openForTest(path);
  truncateSync(path, 330_000);
  await expect(image.readInto(3 * MIB, new Uint8Array(MIB))).rejects.toMatchObject({ code: 'image-changed' });
});

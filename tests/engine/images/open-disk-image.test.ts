import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { contentsOf, digest, diskFile, expectDisk, openForTest, sampleDisk } from './disk-images.ts';

const MIB = 1 << 20;
const folder = labFolder();
const disk = sampleDisk(6 * MIB + 512, 31);
const raw = diskFile(folder, 'disk.img', disk);

describe('raw', () => {
  test('as it is', async () => {
    const image = await openForTest(raw);
    expect(image).toMatchObject({ format: 'raw', variant: '', ordered: false, size: disk.length, files: [raw] });
    await expectDisk(image, disk);
  });

  for (const [tool, suffix, sized] of [['gzip', 'gz', false], ['bzip2', 'bz2', false], ['xz', 'xz', true], ['zstd', 'zst', true]] as const) {
    need({ tools: [tool] })(`packed by ${tool}`, async () => {
      const path = `${raw}.${suffix}`;
      writeFileSync(path, execFileSync(tool, ['-c', '-1', raw], { maxBuffer: 64 * MIB }));
      const image = await openForTest(path);
      expect(image).toMatchObject({ format: 'raw', ordered: true, size: disk.length, files: [path] });
      expect(digest(await contentsOf(image, 700_001))).toBe(digest(disk));
      // Learnt while the size was: what is zeros.
      const used = await image.usedExtents();
      if (sized) expect(used).toEqual([{ offset: 0, length: disk.length }]);
      else expect(used.length).toBeGreaterThan(1);
      // Skipping ahead, and back to the start.
      const part = new Uint8Array(5000);
      await image.readInto(5 * MIB + 7, part);
      expect(digest(part)).toBe(digest(disk.subarray(5 * MIB + 7, 5 * MIB + 5007)));
      await image.readInto(2 * MIB + 3, part);
      expect(digest(part)).toBe(digest(disk.subarray(2 * MIB + 3, 2 * MIB + 5003)));
    });
  }

  need({ tools: ['zip'] })('in a zip', async () => {
    const path = join(folder, 'disk.zip');
    run('zip', ['-1', '-j', '-q', path, raw]);
    await expectDisk(await openForTest(path), disk, [MIB]);
  });
});

describe('in parts', () => {
  const split = (bytes: Uint8Array, name: string, size: number): string[] => {
    const paths: string[] = [];
    for (let at = 0; at < bytes.length; at += size) paths.push(diskFile(folder, `${name}.${String(paths.length + 1).padStart(3, '0')}`, bytes.subarray(at, at + size)));
    return paths;
  };

  test('a raw disk, by its name or by its first part', async () => {
    // More parts than are kept open.
    const parts = split(disk, 'parts.img', 300_000);
    expect(parts.length).toBeGreaterThan(16);
    for (const location of [join(folder, 'parts.img'), parts[0]!]) {
      const image = await openForTest(location);
      expect(image).toMatchObject({ format: 'raw', location: join(folder, 'parts.img'), files: parts });
      await expectDisk(image, disk);
    }
  });

  need({ tools: ['qemu-img'] })('a qcow2, and what of it is missing', async () => {
    run('qemu-img', ['convert', '-c', '-O', 'qcow2', raw, join(folder, 'whole.qcow2')]);
    const parts = split(readFileSync(join(folder, 'whole.qcow2')), 'parts.qcow2', 200_000);
    const name = join(folder, 'parts.qcow2');
    const image = await openForTest(name);
    expect(image).toMatchObject({ format: 'qcow2', files: parts });
    await expectDisk(image, disk, [MIB]);
    renameSync(parts[2]!, join(folder, 'aside'));
    await expect(openForTest(name)).rejects.toMatchObject({ code: 'image-part-missing', params: { path: name, part: 3 } });
    renameSync(join(folder, 'aside'), parts[2]!);
    rmSync(parts[0]!);
    await expect(openForTest(parts[1]!)).rejects.toMatchObject({ code: 'image-part-missing', params: { part: 1 } });
  });

  test('what is packed is not taken for a raw disk', async () => {
    split(execFileSync('gzip', ['-c', raw], { maxBuffer: 64 * MIB }), 'packed.img', 400_000);
    await expect(openForTest(join(folder, 'packed.img'))).rejects.toMatchObject({ code: 'image-feature-unsupported' });
  });
});

need({ tools: ['mkfs.ext4', 'partclone.extfs', 'zstd'] })('a volume of partclone, as it is and packed', async () => {
  const volume = join(folder, 'volume.ext4');
  run('mkfs.ext4', ['-q', volume, '6M']);
  const path = join(folder, 'volume.partclone');
  run('partclone.extfs', ['-q', '-c', '-s', volume, '-o', path, '-L', join(folder, 'log')]);
  run('zstd', ['-q', '-k', path]);
  const plain = await openForTest(path);
  expect(plain).toMatchObject({ format: 'partclone', volumeOnly: true, size: 6 * MIB });
  const packed = await openForTest(`${path}.zst`);
  expect(packed).toMatchObject({ format: 'partclone', ordered: true, size: 6 * MIB });
  expect(digest(await contentsOf(packed))).toBe(digest(await contentsOf(plain)));
});

test('an image that was not finished is said to be one', async () => {
  const partial = diskFile(folder, 'half.qcow2.partial', disk);
  await expect(openForTest(partial)).rejects.toMatchObject({ code: 'image-unfinished' });
  await expect(openForTest(join(folder, 'half.qcow2'))).rejects.toMatchObject({ code: 'image-unfinished', params: { path: partial } });
});

test('what is no disk image', async () => {
  mkdirSync(join(folder, 'empty'));
  expect(existsSync(join(folder, 'nothing'))).toBe(false);
  // A folder is taken for Clonezilla's, or for nothing.
  await expect(openForTest(join(folder, 'empty'))).rejects.toMatchObject({ code: 'image-part-missing' });
  await expect(openForTest(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'image-not-found' });
  await expect(openForTest(diskFile(folder, 'blank.img', new Uint8Array(0)))).rejects.toMatchObject({ code: 'image-empty' });
  await expect(openForTest(diskFile(folder, 'windows.wim', new TextEncoder().encode('MSWIM\0\0\0 and more')))).rejects.toMatchObject({ code: 'image-format-unsupported' });
  await expect(openForTest(diskFile(folder, 'broken.vhdx', disk))).rejects.toMatchObject({ code: 'image-corrupt' });
});

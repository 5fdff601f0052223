import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openVmdk } from '../../../native-free-engine/images/vmdk/read.ts';
import { EngineError, type BlockSource } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { attempt, digest, diskFile, expectDisk, flips, openForTest, sampleDisk } from './disk-images.ts';

const MIB = 1 << 20;
const SMALL = 8 * 65_536;
const folder = labFolder();
const withQemu = need({ tools: ['qemu-img'] });
const disk = sampleDisk(7 * MIB + 1536, 3);
const raw = diskFile(folder, 'disk.raw', disk);
const open = (file: BlockSource): ReturnType<typeof openVmdk> => openVmdk(file, 'disk.vmdk', () => Promise.resolve(null));

function convert(subformat: string, place = folder): string {
  const path = join(place, `${subformat}.vmdk`);
  mkdirSync(place, { recursive: true });
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'vmdk', '-o', `subformat=${subformat}`, raw, path]);
  return path;
}

describe('reads what qemu-img writes', () => {
  for (const [subformat, variant, files] of [
    ['monolithicSparse', 'monolithic sparse', 1], ['streamOptimized', 'stream-optimised', 1],
    ['monolithicFlat', 'flat', 2], ['twoGbMaxExtentSparse', 'split sparse', 2], ['twoGbMaxExtentFlat', 'split flat', 2],
  ] as const) {
    withQemu(subformat, async () => {
      const image = await openForTest(convert(subformat, join(folder, subformat)));
      expect(image).toMatchObject({ format: 'vmdk', variant, size: disk.length });
      expect(image.files).toHaveLength(files);
      await expectDisk(image, disk);
    });
  }
});

withQemu('zeroed grains', async () => {
  const path = join(folder, 'zeroed.vmdk');
  run('qemu-img', ['convert', '-S', '0', '-f', 'raw', '-O', 'vmdk', '-o', 'zeroed_grain=on', raw, path]);
  await expectDisk(await openForTest(path), disk);
});

withQemu('extents: in the same folder by their own name, or a named error', async () => {
  const path = convert('monolithicFlat', join(folder, 'extents'));
  const text = readFileSync(path, 'utf8');
  const named = (extent: string): string => diskFile(join(folder, 'extents'), 'named.vmdk', Buffer.from(text.replace(/^RW.*$/m, extent)));
  const sectors = disk.length / 512;
  for (const name of ['/etc/hostname', '../disk.raw', 'C:\\disk.raw', '..']) {
    await expect(openForTest(named(`RW 1 FLAT "${name}" 0`)), name).rejects.toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'an extent in another folder' } });
  }
  await expect(openForTest(named('RW 1 FLAT "nothing.vmdk" 0'))).rejects.toMatchObject({ code: 'image-part-missing', params: { part: 'nothing.vmdk' } });
  await expect(openForTest(named(`RW ${sectors + 1} FLAT "monolithicFlat-flat.vmdk" 0`))).rejects.toMatchObject({ code: 'image-truncated' });
  await expect(openForTest(named(`RW 1 VMFSRDM "disk" 0`))).rejects.toMatchObject({ code: 'image-feature-unsupported' });
  const composed = await openForTest(named(`RW 2048 ZERO\nRW 100 FLAT "monolithicFlat-flat.vmdk" 3\nRDONLY ${sectors} FLAT "monolithicFlat-flat.vmdk" 0`));
  const expected = new Uint8Array(MIB + 100 * 512 + disk.length);
  expected.set(disk.subarray(3 * 512, 103 * 512), MIB);
  expected.set(disk, MIB + 100 * 512);
  await expectDisk(composed, expected);

  const sparse = join(folder, 'twoGbMaxExtentSparse');
  convert('twoGbMaxExtentSparse', sparse);
  // An extent of several is not a disk.
  await expect(openForTest(join(sparse, 'twoGbMaxExtentSparse-s001.vmdk'))).rejects.toMatchObject({ code: 'image-feature-unsupported' });
  renameSync(join(sparse, 'twoGbMaxExtentSparse-s001.vmdk'), join(sparse, 'x'));
  await expect(openForTest(join(sparse, 'twoGbMaxExtentSparse.vmdk'))).rejects.toMatchObject({ code: 'image-part-missing' });
  rmSync(sparse, { recursive: true });
});

withQemu('a renamed image is still itself; one with a parent is refused', async () => {
  const path = join(folder, 'another name.vmdk');
  copyFileSync(convert('monolithicSparse'), path);
  await expectDisk(await openForTest(path), disk, [MIB]);
  const image = readFileSync(path);
  image.write('parentCID=12345678', image.indexOf('parentCID=ffffffff'));
  await expect(openForTest(diskFile(folder, 'child.vmdk', image))).rejects.toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'a parent disk' } });
});

for (const subformat of ['monolithicSparse', 'streamOptimized']) {
  withQemu(`bits of a ${subformat} disk's header and tables flipped, and cut off: a named error or bytes, no hang`, async () => {
    const path = diskFile(folder, 'small.raw', disk.subarray(0, SMALL));
    const image = join(folder, 'small.vmdk');
    run('qemu-img', ['convert', '-f', 'raw', '-O', 'vmdk', '-o', `subformat=${subformat}`, path, image]);
    const whole = readFileSync(image);
    const directory = Number(whole.readBigUInt64LE(56)) * 512;
    const table = whole.readUInt32LE(directory) * 512;
    let bytesBack = 0;
    for (const { bytes, at } of flips(whole, [{ offset: 0, length: 80 }, { offset: directory, length: 4 }, { offset: table, length: 32 }], 600, 5)) {
      const result = await attempt(bytes, open);
      if (result instanceof EngineError) continue;
      bytesBack++;
      if (at < table) continue;
      const grain = ((at - table) >> 2) * 65_536;
      result.set(disk.subarray(grain, grain + 65_536), grain);
      expect(digest(result)).toBe(digest(disk.subarray(0, SMALL)));
    }
    expect(bytesBack).toBeGreaterThan(0);
    for (let length = 0; length < whole.length; length += 65_536) {
      const result = await attempt(whole.subarray(0, length), open);
      if (!(result instanceof EngineError)) expect(digest(result)).toBe(digest(disk.subarray(0, SMALL)));
    }
  });
}

withQemu('every bit of packed grains counts', async () => {
  const whole = readFileSync(convert('streamOptimized'));
  const first = Number(whole.readBigUInt64LE(64)) * 512;
  for (const { bytes } of flips(whole, [{ offset: first + 12, length: whole.readUInt32LE(first + 8) }], 40, 9)) {
    const result = await attempt(bytes, open);
    expect(result instanceof EngineError ? result.code : digest(result)).toBe('image-cluster-corrupt');
  }
});

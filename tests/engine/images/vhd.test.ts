import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openVhd } from '../../../native-free-engine/images/vhd/read.ts';
import { vhdGeometry } from '../../../native-free-engine/images/vhd/geometry.ts';
import { EngineError, type BlockSource } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { attempt, digest, diskFile, expectDisk, flips, openForTest, sampleDisk } from './disk-images.ts';

const MIB = 1 << 20;
const folder = labFolder();
const withQemu = need({ tools: ['qemu-img'] });
const disk = sampleDisk(9 * MIB + 1536, 7);
// One block of the dynamic disk is left out.
disk.fill(0, 4 * MIB, 6 * MIB);
const raw = diskFile(folder, 'disk.raw', disk);
const open = (file: BlockSource): ReturnType<typeof openVhd> => openVhd(file, 'disk.vhd');

function convert(name: string, options: string): string {
  const path = join(folder, name);
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'vpc', '-o', options, raw, path]);
  return path;
}

withQemu('fixed and dynamic disks of qemu-img', async () => {
  const fixed = await openForTest(convert('fixed.vhd', 'subformat=fixed,force_size=on'));
  expect(fixed).toMatchObject({ format: 'vhd', variant: 'fixed', size: disk.length });
  await expectDisk(fixed, disk);
  const dynamic = await openForTest(convert('dynamic.vhd', 'force_size=on'));
  expect(dynamic).toMatchObject({ format: 'vhd', variant: 'dynamic', size: disk.length });
  await expectDisk(dynamic, disk);
  expect(await dynamic.usedExtents()).toEqual([{ offset: 0, length: 4 * MIB }, { offset: 6 * MIB, length: disk.length - 6 * MIB }]);
  // By its geometry, a little larger.
  await expectDisk(await openForTest(convert('geometry.vhd', 'subformat=dynamic')), disk);
});

withQemu('a dynamic disk whose end is lost is opened by its start, and the other way round', async () => {
  const image = readFileSync(convert('copies.vhd', 'force_size=on'));
  const endless = image.subarray(0, image.length - 512);
  await expectDisk(await openForTest(diskFile(folder, 'endless.vhd', endless)), disk, [MIB]);
  image.fill(0, 0, 512);
  await expectDisk(await openForTest(diskFile(folder, 'headless.vhd', image)), disk, [MIB]);
});

withQemu('sectors that the bitmap says were never written are zeros', async () => {
  const image = readFileSync(convert('bitmap.vhd', 'force_size=on'));
  const block = image.readUInt32BE(1536) * 512;
  // Sectors 8 to 11 of the first block.
  image[block + 1] = 0x0f;
  const expected = disk.slice();
  expected.fill(0, 8 * 512, 12 * 512);
  await expectDisk(await openForTest(diskFile(folder, 'sparse.vhd', image)), expected);
});

withQemu('what cannot be read is named', async () => {
  const image = readFileSync(convert('named.vhd', 'subformat=fixed,force_size=on'));
  const footer = image.length - 512;
  const refooted = (patch: (footer: Buffer) => void): string => {
    const copy = Buffer.from(image);
    const part = copy.subarray(footer);
    patch(part);
    part.writeUInt32BE(0, 64);
    part.writeUInt32BE(~part.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
    return diskFile(folder, 'patched.vhd', copy);
  };
  await expect(openForTest(refooted((f) => f.writeUInt32BE(4, 60)))).rejects.toMatchObject({ code: 'image-feature-unsupported', params: { feature: 'a differencing disk' } });
  await expect(openForTest(refooted((f) => f.writeUInt32BE(9, 60)))).rejects.toMatchObject({ code: 'image-feature-unsupported' });
  await expect(openForTest(refooted((f) => f.writeBigUInt64BE(BigInt(disk.length + 512), 48)))).rejects.toMatchObject({ code: 'image-truncated' });
  // Its footer gone, a fixed disk is known by its name alone.
  await expect(openForTest(diskFile(folder, 'footless.vhd', image.subarray(0, footer)))).rejects.toMatchObject({ code: 'image-corrupt' });
});


withQemu('the geometry is what qemu-img computes', () => {
  for (const size of ['1M', '100M', '600M', '9G', '130G', '500G']) {
    const path = join(folder, 'geometry.vhd');
    run('qemu-img', ['create', '-q', '-f', 'vpc', path, size]);
    const footer = readFileSync(path).subarray(0, 512);
    const { cylinders, heads, sectorsPerTrack } = vhdGeometry(Number(footer.readBigUInt64BE(48) / 512n));
    expect([cylinders, heads, sectorsPerTrack], size).toEqual([footer.readUInt16BE(56), footer[58], footer[59]]);
  }
});

withQemu('every bit of footer, header and table flipped: a named error or the same disk, but for the block that moved', async () => {
  const small = sampleDisk(3 * MIB, 11);
  const path = diskFile(folder, 'small.raw', small);
  run('qemu-img', ['convert', '-f', 'raw', '-O', 'vpc', '-o', 'force_size=on', path, join(folder, 'small.vhd')]);
  const image = readFileSync(join(folder, 'small.vhd'));
  const codes = new Set<string>();
  for (const { bytes, at, bit } of flips(image, [{ offset: 0, length: 512 }, { offset: image.length - 512, length: 512 }], 150, 1)) {
    // The other copy of the footer stands in.
    const result = await attempt(bytes, open);
    expect(result instanceof EngineError ? result.code : digest(result), `byte ${at} bit ${bit}`).toBe(digest(small));
  }
  for (const { bytes } of flips(image, [{ offset: 512, length: 1024 }], 250, 2)) codes.add(outcome(await attempt(bytes, open)));
  expect([...codes]).toEqual(['image-corrupt']);
  codes.clear();
  for (const { bytes, at } of flips(image, [{ offset: 1536, length: 8 }], 64, 3)) {
    const result = await attempt(bytes, open);
    codes.add(outcome(result));
    if (result instanceof EngineError) continue;
    const block = ((at - 1536) >> 2) * 2 * MIB;
    result.set(small.subarray(block, block + 2 * MIB), block);
    expect(digest(result)).toBe(digest(small));
  }
  expect([...codes]).toEqual(expect.arrayContaining(['bytes', 'image-truncated']));
  for (let length = 0; length < image.length; length += 65_536) {
    const result = await attempt(image.subarray(0, length), open);
    if (!(result instanceof EngineError)) expect(digest(result)).toBe(digest(small));
  }
});

const outcome = (result: Uint8Array | EngineError): string => (result instanceof EngineError ? result.code : 'bytes');

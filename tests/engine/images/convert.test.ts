import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertImage, type ConvertFormat, type DiskImage } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, run } from '../lab.ts';
import { diskFile, expectDisk, openForTest, sampleDisk } from './disk-images.ts';
import { unmount } from '../../labs/mount.ts';

const MIB = 1 << 20;
const folder = labFolder();
const withQemu = need({ tools: ['qemu-img'] });
const QEMU_NAME = { raw: 'raw', vhd: 'vpc', vhdx: 'vhdx', vmdk: 'vmdk' } as const;
const FORMATS: readonly ConvertFormat[] = ['raw', 'vhd', 'vhdx', 'vmdk'];
const signal = new AbortController().signal;

/** A disk with wide gaps, the last part of it reaching over the end of a block. */
function gappedDisk(): Uint8Array {
  const disk = new Uint8Array(37 * MIB + 512);
  disk.set(sampleDisk(3 * MIB, 5), 0);
  disk.set(sampleDisk(700_000, 6), 9 * MIB - 4096);
  disk[33 * MIB] = 1;
  disk.set([1, 2, 3], disk.length - 3);
  return disk;
}
const disk = gappedDisk();
const raw = diskFile(folder, 'disk.raw', disk);

describe('what is written is what qemu-img reads', () => {
  for (const format of FORMATS) {
    withQemu(format, async () => {
      const qcow2 = join(folder, `${format}.qcow2`);
      run('qemu-img', ['convert', '-c', '-O', 'qcow2', raw, qcow2]);
      const to = join(folder, `disk.${format}.${format}`);
      const progress: number[] = [];
      const result = await convertImage({ source: await openForTest(qcow2), to, format, signal, report: ({ bytesDone, bytesTotal }) => progress.push(bytesDone / bytesTotal) });
      expect(result).toMatchObject({ path: to, format, size: disk.length });
      expect(result.usedBytes).toBeLessThan(8 * MIB);
      expect(progress.at(-1)).toBe(1);
      // Zeros take no room.
      expect(statSync(to).blocks * 512).toBeLessThan(14 * MIB);
      expect(run('qemu-img', ['compare', '-f', 'raw', '-F', QEMU_NAME[format], raw, to])).toContain('identical');
      const info = JSON.parse(run('qemu-img', ['info', '--output=json', '-f', QEMU_NAME[format], to])) as { 'virtual-size': number };
      expect(info['virtual-size']).toBe(disk.length);
      if (format === 'vhdx' || format === 'vmdk') run('qemu-img', ['check', '-f', format, to]);
      await expectDisk(await openForTest(to), disk, [MIB]);
      expect(existsSync(`${to}.partial`)).toBe(false);
    });
  }

  withQemu('an empty disk', async () => {
    const empty = blankFile(folder, 'empty.raw', 3 * MIB);
    for (const format of FORMATS) {
      const to = join(folder, `empty.out.${format}`);
      await convertImage({ source: await openForTest(empty), to, format, signal });
      expect(run('qemu-img', ['compare', '-f', 'raw', '-F', QEMU_NAME[format], empty, to])).toContain('identical');
    }
  });
});

test('a packed raw image in one pass', async () => {
  const packed = join(folder, 'packed.img.gz');
  writeFileSync(packed, execFileSync('gzip', ['-c', '-1', raw], { maxBuffer: 64 * MIB }));
  const source = await openForTest(packed);
  expect(source).toMatchObject({ format: 'raw', variant: 'gzip', ordered: true, size: disk.length });
  await convertImage({ source, to: join(folder, 'unpacked.raw'), format: 'raw', signal });
  expect(Buffer.compare(readFileSync(join(folder, 'unpacked.raw')), disk)).toBe(0);
});

describe('never loses a file', () => {
  const place = join(folder, 'place');
  mkdirSync(place);

  test('one that is there stays, unless it may be replaced', async () => {
    const to = diskFile(place, 'there.raw', Uint8Array.of(1, 2, 3));
    const source = await openForTest(raw);
    await expect(convertImage({ source, to, format: 'raw', signal })).rejects.toMatchObject({ code: 'destination-exists' });
    expect(statSync(to).size).toBe(3);
    await convertImage({ source, to, format: 'raw', overwrite: true, signal });
    expect(statSync(to).size).toBe(disk.length);
  });

  test('an image of ours that came there meanwhile is left with its manifest', async () => {
    const source = await openForTest(raw);
    const to = join(place, 'meanwhile.qcow2');
    const report = (): void => writeFileSync(`${to}.json`, '{ "format": "werkbank-image" }');
    await expect(convertImage({ source, to, format: 'raw', overwrite: true, signal, report })).rejects.toMatchObject({ code: 'destination-own-image', params: { image: to } });
    expect(readdirSync(place).filter((name) => name.startsWith('meanwhile'))).toEqual(['meanwhile.qcow2.json']);
  });

  test('the one that is being read is never replaced, by whatever name', async () => {
    const own = diskFile(place, 'own.raw', disk.subarray(0, MIB));
    symlinkSync('own.raw', join(place, 'link.raw'));
    const source = await openForTest(own);
    for (const to of [own, join(place, 'link.raw')]) {
      await expect(convertImage({ source, to, format: 'raw', overwrite: true, signal })).rejects.toMatchObject({ code: 'destination-exists' });
    }
    expect(statSync(own).size).toBe(MIB);
  });

  test('nothing is left of a conversion that failed or was cancelled', async () => {
    const source = await openForTest(raw);
    const failing: DiskImage = { ...facade(source), readInto: (offset, buffer) => (offset > 8 * MIB ? Promise.reject(new Error('gone')) : source.readInto(offset, buffer)) };
    const cancel = new AbortController();
    for (const format of FORMATS) {
      await expect(convertImage({ source: failing, to: join(place, `failed.${format}`), format, signal })).rejects.toThrow('gone');
    }
    await expect(convertImage({ source, to: join(place, 'cancelled.vhd'), format: 'vhd', signal: cancel.signal, report: () => cancel.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    await expect(convertImage({ source, to: join(place, 'no', 'folder.vhd'), format: 'vhd', signal })).rejects.toMatchObject({ code: 'destination-unwritable' });
    expect(readdirSync(place).filter((name) => /failed|cancelled|partial/.test(name))).toEqual([]);
  });

  need({ root: true, linux: true, tools: ['mount', 'umount'] })('a full drive', async () => {
    const mount = join(folder, 'small');
    mkdirSync(mount);
    run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', mount]);
    try {
      for (const format of FORMATS) {
        await expect(convertImage({ source: await openForTest(raw), to: join(mount, 'disk'), format, signal })).rejects.toMatchObject({ code: 'destination-full' });
        expect(readdirSync(mount)).toEqual([]);
      }
    } finally {
      await unmount(mount);
    }
  });
});

test('a disk that a format cannot hold is refused before anything is written', async () => {
  const source = await openForTest(raw);
  const like = (values: Partial<DiskImage>): DiskImage => ({ ...facade(source), ...values });
  const to = join(folder, 'refused');
  for (const format of ['vhd', 'vmdk'] as const) {
    await expect(convertImage({ source: like({ size: 3 * 1024 ** 4, usedExtents: () => Promise.resolve([]) }), to, format, signal })).rejects.toMatchObject({ code: 'image-too-large-for-format' });
    await expect(convertImage({ source: like({ sectorSize: 4096 }), to, format, signal })).rejects.toMatchObject({ code: 'sector-size-mismatch' });
  }
  await expect(convertImage({ source: like({ size: 65 * 1024 ** 4 }), to, format: 'vhdx', signal })).rejects.toMatchObject({ code: 'image-too-large-for-format' });
  expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
});

/** The image's parts as a plain object, so that some can be replaced. */
const facade = (image: DiskImage): DiskImage => ({
  format: image.format, variant: image.variant, location: image.location, files: image.files, ordered: image.ordered, volumeOnly: image.volumeOnly,
  size: image.size, sectorSize: image.sectorSize,
  readInto: (offset, buffer) => image.readInto(offset, buffer), usedExtents: () => image.usedExtents(), close: () => image.close(),
});

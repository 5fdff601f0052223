import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { endOf, totalLength } from '../../../native-free-engine/base/extent.ts';
import { fatAllocation } from '../../../native-free-engine/filesystems/fat/allocation.ts';
import { memoryDevice } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, counting, labFolder, openFile, run } from '../lab.ts';
import { KIB, MIB, allocationOf, copyUsed, partcloneUsed, treeOf } from './volume-copy.ts';

const folder = labFolder();
const random = seeded(11);
const MANY = 24;
const tree = join(folder, 'tree');
mkdirSync(join(tree, 'sub', 'deeper'), { recursive: true });
for (let i = 0; i < MANY; i++) writeFileSync(join(tree, i % 3 ? 'sub' : 'sub/deeper', `a long name ${i}.bin`), random.bytes(1 + random.below(20_000)));

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  readonly size: number;
  readonly unit: number;
  /** Compared with partclone too, which takes two seconds for each, and misses used clusters of a FAT12. */
  readonly partclone?: true;
}

const VARIANTS: readonly Variant[] = [
  { name: 'FAT12 of 512-byte clusters', args: ['-F', '12', '-s', '1'], size: 2 * MIB, unit: 512 },
  { name: 'FAT12 of 4 KiB clusters', args: ['-F', '12', '-s', '8'], size: 12 * MIB, unit: 4 * KIB },
  { name: 'FAT12 with one FAT', args: ['-F', '12', '-s', '4', '-f', '1'], size: 4 * MIB, unit: 2 * KIB },
  { name: 'FAT16 of 512-byte clusters', args: ['-F', '16', '-s', '1'], size: 20 * MIB, unit: 512 },
  { name: 'FAT16 of 64 KiB clusters', args: ['-F', '16', '-s', '128'], size: 300 * MIB, unit: 64 * KIB, partclone: true },
  { name: 'FAT32 of 512-byte clusters', args: ['-F', '32', '-s', '1'], size: 40 * MIB, unit: 512, partclone: true },
  { name: 'FAT32 of 64 KiB clusters', args: ['-F', '32', '-s', '128'], size: 5 * 1024 * MIB, unit: 64 * KIB },
  { name: 'FAT32 of 4096-byte sectors', args: ['-F', '32', '-S', '4096', '-s', '1'], size: 300 * MIB, unit: 4 * KIB },
  { name: 'FAT32 with one FAT', args: ['-F', '32', '-s', '8', '-f', '1', '-R', '40'], size: 300 * MIB, unit: 4 * KIB },
];

for (const { name, args, size, unit, partclone } of VARIANTS) {
  need({ tools: ['mkfs.fat', 'fsck.fat', 'mcopy', 'mdel', 'partclone.fat'] })(`${name}: nothing lost, and no more taken than is used`, async () => {
    const path = blankFile(folder, 'fat.img', size);
    run('mkfs.fat', [...args, '-n', 'VOLUME', path]);
    run('mcopy', ['-s', '-i', path, join(tree, 'sub'), '::']);
    // Holes, and then a file of many pieces in them.
    for (let i = 1; i < MANY; i += 3) run('mdel', ['-i', path, `::/sub/a long name ${i}.bin`]);
    writeFileSync(join(folder, 'pieces.bin'), random.bytes(120_000));
    run('mcopy', ['-i', path, join(folder, 'pieces.bin'), '::']);

    const map = await allocationOf(path, fatAllocation);
    expect(map).toMatchObject({ unit, conditions: [], leftOut: [] });
    expect(endOf(map.used.at(-1)!)).toBeLessThan(size / 2);
    // It counts the sectors after the last cluster as used, too few for another one.
    if (partclone) expect(map.used).toEqual(partcloneUsed('partclone.fat', path).filter(({ length }) => length >= unit));

    const copy = copyUsed(path, map.used, size);
    run('fsck.fat', ['-n', copy]);
    expect(unpacked(copy, 'copy')).toEqual(unpacked(path, 'original'));
    expect((await allocationOf(copy, fatAllocation)).fingerprint).toBe(map.fingerprint);
    run('mdel', ['-i', copy, '::pieces.bin']);
    expect((await allocationOf(copy, fatAllocation)).fingerprint).not.toBe(map.fingerprint);
  });
}

function unpacked(volume: string, name: string): Record<string, string> {
  const out = join(folder, name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  run('mcopy', ['-s', '-n', '-i', volume, '::', out]);
  const found = treeOf(out);
  expect(Object.keys(found).length).toBeGreaterThan(MANY / 2);
  return found;
}

/** A volume in memory, with the place of its first FAT. */
function volume(bits: number, size: number): { bytes: Uint8Array; view: DataView; fat: number; fatLength: number } {
  const path = blankFile(folder, 'small.img', size);
  run('mkfs.fat', ['-F', String(bits), '-s', '1', path]);
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer);
  return { bytes, view, fat: view.getUint16(14, true) * 512, fatLength: (view.getUint16(22, true) || view.getUint32(36, true)) * 512 };
}

const read = (bytes: Uint8Array): ReturnType<typeof fatAllocation> => fatAllocation(memoryDevice(bytes), { leaveOutSwapFiles: true });

need({ tools: ['mkfs.fat'] })('a volume that was not unmounted, and one with disk errors', async () => {
  const marks: readonly (readonly [number, number, number])[] = [[16, 3, 0x80], [16, 3, 0x40], [32, 7, 0x08], [32, 7, 0x04]];
  for (const [bits, at, bit] of marks) {
    const { bytes, fat } = volume(bits, bits === 16 ? 20 * MIB : 40 * MIB);
    expect((await read(bytes)).conditions).toEqual([]);
    bytes[fat + at]! &= ~bit;
    expect((await read(bytes)).conditions).toEqual(['dirty']);
  }
  for (const [bits, at] of [[12, 0x25], [16, 0x25], [32, 0x41]] as const) {
    const { bytes } = volume(bits, bits === 12 ? 2 * MIB : bits === 16 ? 20 * MIB : 40 * MIB);
    bytes[at]! |= 1;
    expect((await read(bytes)).conditions).toEqual(['dirty']);
  }
});

need({ tools: ['mkfs.fat'] })('clusters marked bad are left out', async () => {
  const { bytes, view, fat } = volume(32, 40 * MIB);
  const before = totalLength((await read(bytes)).used);
  for (let cluster = 100; cluster < 110; cluster++) view.setUint32(fat + cluster * 4, cluster % 2 ? 0x0ffffff7 : 0x0fffffff, true);
  // The top four bits are nobody's.
  view.setUint32(fat + 200 * 4, 0xf0000000, true);
  expect(totalLength((await read(bytes)).used)).toBe(before + 5 * 512);
});

need({ tools: ['mkfs.fat'] })('of two FATs that are not mirrored, the one in use counts', async () => {
  const { bytes, view, fat, fatLength } = volume(32, 40 * MIB);
  view.setUint32(fat + fatLength + 500 * 4, 0x0fffffff, true);
  const first = await read(bytes);
  view.setUint16(40, 0x81, true);
  const second = await read(bytes);
  expect(totalLength(second.used)).toBe(totalLength(first.used) + 512);
  view.setUint16(40, 0x82, true);
  await expect(read(bytes)).rejects.toMatchObject({ code: 'struct-invalid' });
});

need({ tools: ['mkfs.fat'] })('of 2 TiB, each byte of the FAT is read once, piece by piece', async () => {
  const size = 2 * 1024 * 1024 * MIB - 4096;
  const path = blankFile(folder, 'vast.img', size);
  run('mkfs.fat', ['-F', '32', '-s', '128', path]);
  const file = await openFile(path);
  const source = counting(file);
  const map = await fatAllocation(source, { leaveOutSwapFiles: true });
  await file.close();
  rmSync(path);
  const fat = Math.ceil(size / (64 * KIB)) * 4;
  expect(source.bytesRead).toBeLessThan(fat + MIB);
  expect(source.largestRead).toBeLessThanOrEqual(MIB);
  expect(totalLength(map.used)).toBeLessThan(2 * fat + MIB);
});

need({ tools: ['mkfs.fat'] })('volumes that claim more than there is', async () => {
  await expect(read(new Uint8Array(4096))).rejects.toMatchObject({ code: 'struct-invalid' });
  await expect(read(new Uint8Array(100))).rejects.toMatchObject({ code: 'struct-invalid' });
  const { bytes } = volume(16, 20 * MIB);
  await expect(read(bytes.slice(0, 19 * MIB))).rejects.toMatchObject({ code: 'allocation-invalid' });
});

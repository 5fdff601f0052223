import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { intersect, totalLength } from '../../../native-free-engine/base/extent.ts';
import { exfatAllocation } from '../../../native-free-engine/filesystems/exfat/allocation.ts';
import { EXFAT_NOT_SUMMED, exfatChecksum } from '../../../native-free-engine/filesystems/exfat/checksum.ts';
import { memoryDevice, rangedSource } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, counting, labFolder, openFile, run } from '../lab.ts';
import { KIB, MIB, allocationOf, copyUsed, partcloneUsed, treeOf, withMount } from './volume-copy.ts';

const folder = labFolder();
const random = seeded(13);

for (const [unit, size] of [[512, 40 * MIB], [4 * KIB, 100 * MIB], [64 * KIB, 100 * MIB], [MIB, 100 * MIB]] as const) {
  need({ root: true, linux: true, tools: ['mkfs.exfat', 'fsck.exfat', 'mount.exfat-fuse', 'partclone.exfat', 'losetup'] })(`of ${unit}-byte clusters: nothing lost, and no more taken than is used`, async () => {
    const path = blankFile(folder, 'volume.img', size);
    run('mkfs.exfat', ['-c', String(unit), '-L', 'VOLUME', path]);
    const expected = await withMount(path, 'exfat-fuse', (top) => {
      for (let i = 0; i < 30; i++) writeFileSync(join(top, `a long name ${i}`), Buffer.alloc(1 + random.below(20_000), i + 1));
      for (let i = 0; i < 30; i += 2) rmSync(join(top, `a long name ${i}`));
      mkdirSync(join(top, 'sub'));
      writeFileSync(join(top, 'sub', 'pieces'), Buffer.alloc(400_000, 'pieces'));
      return treeOf(top);
    });

    const map = await allocationOf(path, exfatAllocation);
    expect(map).toMatchObject({ unit, conditions: [], leftOut: [] });
    // partclone takes the same clusters, and the gaps between boot regions, FAT and clusters. It needs two seconds each time.
    if (unit <= 4 * KIB) {
      const theirs = partcloneUsed('partclone.exfat', path);
      const heap = new DataView(new Uint8Array(readFileSync(path)).buffer).getUint32(0x58, true) * 512;
      const clusters = [{ offset: heap, length: size - heap }];
      expect(intersect(map.used, theirs)).toEqual(map.used);
      expect(intersect(map.used, clusters)).toEqual(intersect(theirs, clusters));
    }

    const copy = copyUsed(path, map.used, size);
    run('fsck.exfat', ['-n', copy]);
    await withMount(copy, 'exfat-fuse', (top) => {
      expect(treeOf(top)).toEqual(expected);
      rmSync(join(top, 'sub', 'pieces'));
    });
    expect((await allocationOf(copy, exfatAllocation)).fingerprint).not.toBe(map.fingerprint);
  });
}

const read = (bytes: Uint8Array): ReturnType<typeof exfatAllocation> => {
  const view = new DataView(bytes.buffer);
  for (let at = 11 * 512; at < 12 * 512; at += 4) view.setUint32(at, exfatChecksum(bytes.subarray(0, 11 * 512), EXFAT_NOT_SUMMED), true);
  return exfatAllocation(memoryDevice(bytes), { leaveOutSwapFiles: true });
};

const CLUSTER = 512;
const ENTRIES = [0, 32, 64, 96, 128];

/** A volume in memory. The formatter puts the bitmap at the very start, from cluster 2 on. */
function volume(): { bytes: Uint8Array; view: DataView; fat: number; clusters: number; rootCluster: number; bitmapClusters: number; at: (cluster: number) => number } {
  const path = blankFile(folder, 'small.img', 40 * MIB);
  run('mkfs.exfat', ['-c', String(CLUSTER), path]);
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer);
  const heap = view.getUint32(0x58, true) * 512;
  const clusters = view.getUint32(0x5c, true);
  return {
    bytes, view, clusters,
    fat: view.getUint32(0x50, true) * 512,
    rootCluster: view.getUint32(0x60, true),
    bitmapClusters: Math.ceil(clusters / 8 / CLUSTER),
    at: (cluster) => heap + (cluster - 2) * CLUSTER,
  };
}

/** Says in the bitmap at byte `bitmap` that a cluster is in use. */
function mark(bytes: Uint8Array, bitmap: number, cluster: number): void {
  bytes[bitmap + ((cluster - 2) >> 3)]! |= 1 << ((cluster - 2) & 7);
}

need({ tools: ['mkfs.exfat'] })('VolumeDirty', async () => {
  const { bytes } = volume();
  expect((await read(bytes)).conditions).toEqual([]);
  bytes[0x6a]! |= 2;
  expect((await read(bytes)).conditions).toEqual(['dirty']);
});

need({ tools: ['mkfs.exfat'] })('a bitmap in pieces, found in the second cluster of the root directory', async () => {
  const { bytes, view, fat, rootCluster, bitmapClusters, at } = volume();
  const whole = await read(bytes);
  expect(bitmapClusters).toBeGreaterThan(5);
  // Its second and later clusters move to 4998, 4996, ..., the root directory grows by cluster 6000.
  for (const cluster of [6000, ...Array.from({ length: bitmapClusters - 1 }, (_, i) => 4998 - 2 * i)]) mark(bytes, at(2), cluster);
  for (let i = 1; i < bitmapClusters; i++) {
    const to = 5000 - 2 * i;
    bytes.copyWithin(at(to), at(2 + i), at(3 + i));
    bytes.fill(0xff, at(2 + i), at(3 + i));
    view.setUint32(fat + (i === 1 ? 2 : to + 2) * 4, to, true);
    view.setUint32(fat + to * 4, 0xffffffff, true);
  }
  const entry = ENTRIES.map((skip) => at(rootCluster) + skip).find((place) => bytes[place] === 0x81)!;
  bytes.copyWithin(at(6000), entry, entry + 32);
  for (let place = at(rootCluster); place < at(rootCluster + 1); place += 32) bytes[place] = 0x05;
  view.setUint32(fat + rootCluster * 4, 6000, true);
  view.setUint32(fat + 6000 * 4, 0xffffffff, true);

  expect(totalLength((await read(bytes)).used)).toBe(totalLength(whole.used) + bitmapClusters * CLUSTER);
});

need({ tools: ['mkfs.exfat'] })('TexFAT: the second FAT and the second bitmap, when they are in use', async () => {
  const { bytes, view, fat, clusters, rootCluster, bitmapClusters, at } = volume();
  // Room for a second FAT is made by halving the first: the volume has fewer clusters then.
  const fewer = Math.floor(clusters / 2) - 600;
  const fatSectors = Math.floor(view.getUint32(0x54, true) / 2);
  view.setUint32(0x5c, fewer, true);
  view.setUint32(0x54, fatSectors, true);
  bytes[0x6e] = 2;
  const secondFat = fat + fatSectors * 512;
  bytes.copyWithin(secondFat, fat, secondFat);
  const entry = ENTRIES.map((skip) => at(rootCluster) + skip).find((place) => bytes[place] === 0x81)!;
  const spare = ENTRIES.map((skip) => at(rootCluster) + skip).find((place) => bytes[place] === 0)!;
  bytes.copyWithin(spare, entry, entry + 32);
  bytes[spare + 1] = 1;
  view.setUint32(spare + 20, 7000, true);
  bytes.copyWithin(at(7000), at(2), at(2 + bitmapClusters));
  for (let i = 0; i < bitmapClusters; i++) view.setUint32(secondFat + (7000 + i) * 4, 7001 + i, true);
  bytes[at(7000) + 1000] = 0xff;
  const needed = Math.ceil(fewer / 8 / CLUSTER);
  for (let i = 0; i < needed; i++) mark(bytes, at(7000), 7000 + i);

  const first = await read(bytes);
  bytes[0x6a]! |= 1;
  expect(totalLength((await read(bytes)).used)).toBe(totalLength(first.used) + (8 + needed) * CLUSTER);
});

need({ tools: ['mkfs.exfat'] })('chains that loop, end too soon or lead out of the volume', async () => {
  const { bytes, rootCluster, view, fat, at } = volume();
  const sound = view.getUint32(fat + 2 * 4, true);
  for (const next of [0, 1, 2, 0xfffffff7, 0xffffffff, 0x0fffffff]) {
    view.setUint32(fat + 2 * 4, next, true);
    if (next === 2) expect((await read(bytes)).used.length).toBeGreaterThan(0);
    else await expect(read(bytes)).rejects.toMatchObject({ code: 'allocation-invalid' });
  }
  view.setUint32(fat + 2 * 4, sound, true);
  for (let place = at(rootCluster); place < at(rootCluster + 1); place += 32) bytes[place] = 0x05;
  view.setUint32(fat + rootCluster * 4, rootCluster, true);
  await expect(read(bytes)).rejects.toMatchObject({ code: 'allocation-invalid', params: { reason: 'no-map' } });
});

need({ tools: ['mkfs.exfat'] })('of 2 TiB, the bitmap is read and not the FAT', async () => {
  const size = 2 * 1024 * 1024 * MIB;
  const path = blankFile(folder, 'vast.img', size);
  run('mkfs.exfat', ['-c', String(128 * KIB), path]);
  const file = await openFile(path);
  const source = counting(rangedSource(file, { offset: 0, length: size }));
  await exfatAllocation(source, { leaveOutSwapFiles: true });
  await file.close();
  rmSync(path);
  expect(source.bytesRead).toBeLessThan(size / (128 * KIB) / 8 + MIB);
});

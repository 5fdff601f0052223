import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ExtentSet } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../../src/contract/index.ts';
import { openBench, type Bench } from '../../jobs/imaging-disks.ts';
import { missing } from '../../support/missing.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, run } from '../lab.ts';
import { mapOf, MIB, place, volume } from './restoring.ts';

/** No multiple of a cylinder, which VHD rounds sizes to. */
const SIZE = 65 * MIB;
const TARGET = 90 * MIB;
const NEEDS = { tools: ['qemu-img', 'sgdisk', 'mkfs.fat', 'mcopy', 'mke2fs', 'mkntfs', 'ntfscp', 'mkswap', 'gzip', 'zstd', 'xz'] };
const test = need(NEEDS);
const folder = labFolder();
const source = join(folder, 'disk.raw');
let bench: Bench;
let used: ExtentSet = [];
let target: Disk;

beforeAll(async () => {
  if (missing(NEEDS).length > 0) return;
  bench = await openBench();
  target = await bench.jobs.practiceCreate({ name: 'target', size: TARGET, sample: false });
  blankFile(folder, 'disk.raw', SIZE);
  run('sgdisk', ['-n', '1:2048:+9M', '-t', '1:ef00', '-n', '2:0:+12M', '-t', '2:0700', '-n', '3:0:+26M', '-t', '3:8300', '-n', '4:0:+2M', '-t', '4:8200', source]);
  await place(volume(folder, 'esp', 'fat', 9 * MIB, 1), source, MIB);
  await place(volume(folder, 'data', 'ntfs', 12 * MIB, 2), source, 10 * MIB);
  await place(volume(folder, 'linux', 'ext4', 26 * MIB, 3), source, 22 * MIB);
  await place(volume(folder, 'swap', 'swap', 2 * MIB, 4), source, 48 * MIB);
  used = (await mapOf(source)).used;
});
afterAll(() => bench?.clear());

/** Where a GPT names the size of its disk: its own numbers on a larger disk. */
const TABLES = [{ offset: 0, length: 34 * 512 }, { offset: SIZE - 33 * 512, length: 33 * 512 }];

/** Sectors in use on the source that are different on the other disk. */
function differentSectors(other: string): number[] {
  const [from, to] = [readFileSync(source), readFileSync(other)];
  const wrong: number[] = [];
  for (const { offset, length } of used) {
    for (let at = offset; at < offset + length; at += 512) {
      if (TABLES.some((table) => at >= table.offset && at < table.offset + table.length)) continue;
      if (!from.subarray(at, at + 512).equals(to.subarray(at, at + 512))) wrong.push(at / 512);
    }
  }
  return wrong;
}


/** Makes an image of the source with another program. @returns its path */
type Maker = (name: string) => string;
const convert = (format: string, options = ''): Maker => (name) => {
  const path = join(folder, name);
  run('qemu-img', ['convert', ...(options.includes('compress') ? ['-c'] : []), '-O', format, ...options.split(' ').flatMap((option) => (option.includes('=') ? ['-o', option] : [])), source, path]);
  return path;
};
const packed = (program: string): Maker => (name) => {
  const path = join(folder, name);
  run('sh', ['-c', `${program} -c '${source}' > '${path}'`]);
  return path;
};

const IMAGES: readonly (readonly [string, string, Maker])[] = [
  ['qcow2', 'plain.qcow2', convert('qcow2')],
  ['qcow2, compressed with zlib', 'zlib.qcow2', convert('qcow2', 'compress')],
  ['qcow2, compressed with zstd, in clusters of 2 MiB', 'zstd.qcow2', convert('qcow2', 'compress compression_type=zstd cluster_size=2M')],
  ['qcow2 of version 2', 'old.qcow2', convert('qcow2', 'compat=0.10')],
  ['VHDX, dynamic', 'dynamic.vhdx', convert('vhdx')],
  ['VHDX, fixed', 'fixed.vhdx', convert('vhdx', 'subformat=fixed')],
  ['VMDK, sparse', 'sparse.vmdk', convert('vmdk')],
  ['VMDK, stream-optimised', 'stream.vmdk', convert('vmdk', 'subformat=streamOptimized')],
  ['VMDK, flat beside its descriptor', 'flat.vmdk', convert('vmdk', 'subformat=monolithicFlat')],
  ['VHD, dynamic, its size rounded up', 'rounded.vhd', convert('vpc')],
  ['VHD, dynamic, of the exact size', 'dynamic.vhd', convert('vpc', 'force_size=on')],
  ['VHD, fixed', 'fixed.vhd', convert('vpc', 'subformat=fixed,force_size=on')],
  ['raw', 'copy.img', convert('raw')],
  ['raw, packed with gzip', 'copy.img.gz', packed('gzip -1')],
  ['raw, packed with zstd', 'copy.img.zst', packed('zstd -q')],
];

for (const [what, name, make] of IMAGES) {
  test(`${what}, made by another program, restored to a larger disk: every used sector is there`, async () => {
    const image = make(name);
    // Full of something else.
    writeFileSync(target.path, Buffer.alloc(TARGET, 0xe5));
    const plan = await bench.jobs.planRestore(bench.restoreRequest('', [target.id], { image }));
    const report = await bench.run(plan);
    expect(report).toMatchObject({ outcome: 'done', targets: [{ outcome: 'verified' }] });
    expect(differentSectors(target.path)).toEqual([]);
    expect(run('sgdisk', ['-v', target.path])).toContain('No problems found');
    expect((await bench.host.disks.find(target.id)).partitions).toMatchObject([1, 2, 3, 4].map((number) => ({ number })));
    // What lies behind the disk that was imaged is nobody's business.
    expect(readFileSync(target.path).subarray(SIZE + 4 * MIB, TARGET - MIB).every((byte) => byte === 0xe5)).toBe(true);
  });
}

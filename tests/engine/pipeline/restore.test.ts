import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { openFileSource, readLayout, readMarker, type Layout } from '../../../native-free-engine/index.ts';
import { missing } from '../../support/missing.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, run, tryRun } from '../lab.ts';
import { addressOf, captured, cutOut, differences, MIB, place, planFor, restore, usedDisk, volume, type Captured } from './restoring.ts';

const folder = labFolder();
const TOOLS = { tools: ['sgdisk', 'sfdisk', 'mkfs.fat', 'mcopy', 'mke2fs', 'e2fsck', 'debugfs', 'mkntfs', 'ntfscp', 'ntfsfix', 'fsck.fat', 'mkswap'] };
const withTools = need(TOOLS);

async function layoutOf(path: string, sectorSize = 512): Promise<Layout> {
  const source = await openFileSource(path, { sectorSize });
  const layout = await readLayout(source);
  await source.close();
  return layout;
}

/** The system's own checkers on every partition of a disk. */
async function checkVolumes(path: string, sectorSize = 512): Promise<void> {
  for (const partition of (await layoutOf(path, sectorSize)).partitions) {
    const kind = partition.fileSystem?.kind;
    if (!kind || partition.role === 'extended') continue;
    const file = await cutOut(path, partition.offset, partition.length, join(folder, 'volume'));
    if (kind.startsWith('fat')) expect(tryRun('fsck.fat', ['-n', file]), `partition ${partition.number}`).toMatchObject({ status: 0 });
    if (kind.startsWith('ext')) expect(tryRun('e2fsck', ['-fn', file]), `partition ${partition.number}`).toMatchObject({ status: 0 });
    if (kind === 'ntfs') expect(tryRun('ntfsfix', ['-n', file]).status, `partition ${partition.number}`).toBe(0);
  }
}

const tablesOf = (size: number): { offset: number; length: number }[] => [{ offset: 0, length: 34 * 512 }, { offset: size - 33 * 512, length: 33 * 512 }];
const saysSound = (path: string): void => expect(run('sgdisk', ['-v', path])).toContain('No problems found');

describe('a GPT disk with ESP, MSR, data, Linux and recovery', () => {
  const size = 112 * MIB;
  const source = join(folder, 'gpt.img');
  let of: Captured;
  beforeAll(async () => {
    if (missing(TOOLS).length > 0) return;
    blankFile(folder, 'gpt.img', size);
    run('sgdisk', [
      '-n', '1:2048:+34M', '-t', '1:ef00', '-c', '1:EFI system partition', '-A', '1:set:63', '-n', '2:0:+1M', '-t', '2:0c01', '-n', '3:0:+20M', '-t', '3:0700', '-c', '3:Größe € ✓',
      '-n', '5:0:+30M', '-t', '5:8300', '-n', '4:0:+16M', '-t', '4:2700', '-A', '4:set:0', '-n', '7:0:+4M', '-t', '7:8200', source,
    ]);
    const { partitions } = await layoutOf(source);
    const at = (number: number): number => partitions.find((p) => p.number === number)!.offset;
    await place(volume(folder, 'esp', 'fat', 34 * MIB, 1), source, at(1));
    await place(volume(folder, 'data', 'ntfs', 20 * MIB, 2), source, at(3));
    await place(volume(folder, 'linux', 'ext4', 30 * MIB, 3), source, at(5));
    await place(volume(folder, 'recovery', 'ntfs', 16 * MIB, 4), source, at(4));
    await place(volume(folder, 'swap', 'swap', 4 * MIB, 5), source, at(7));
    const file = await open(source, 'r+');
    await file.write(Buffer.alloc(440, 'boot code '), 0, 440, 0);
    await file.write(Buffer.alloc(4096, 'embedded loader '), 0, 4096, 100 * 512);
    await file.close();
    of = await captured(source, join(folder, 'gpt.qcow2'));
  });

  withTools('to a disk of the same size: the same in every used byte', async () => {
    const target = addressOf(await usedDisk(folder, 'same.img', size), size);
    const layout = await planFor(of, source, target);
    const result = await restore(of, [{ address: target, layout }]);
    expect(result.targets).toMatchObject([{ state: 'done', error: null }]);
    expect(differences(source, target.path, of.map.used, layout)).toEqual([]);
    expect(readFileSync(target.path).subarray(0, MIB).equals(readFileSync(source).subarray(0, MIB))).toBe(true);
    saysSound(target.path);
    await checkVolumes(target.path);
    expect(result.targets[0]!.bytesVerified).toBe(result.targets[0]!.bytesMoved);
  });

  withTools('to a larger one: the backup at its end, everything else where it was', async () => {
    const target = addressOf(await usedDisk(folder, 'larger.img', size + 40 * MIB), size + 40 * MIB);
    const layout = await planFor(of, source, target, { rest: 'zero' });
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    saysSound(target.path);
    const [before, after] = [await layoutOf(source), await layoutOf(target.path)];
    expect(after).toEqual(before);
    expect(differences(source, target.path, of.map.used, layout, tablesOf(size + 40 * MIB))).toEqual([]);
    expect(readFileSync(target.path).subarray(size, size + 39 * MIB).every((byte) => byte === 0)).toBe(true);
    await checkVolumes(target.path);
  });

  withTools('to a larger one, growing: what lies behind the last data moves to the end', async () => {
    const target = addressOf(await usedDisk(folder, 'grown.img', size + 40 * MIB), size + 40 * MIB);
    const layout = await planFor(of, source, target, { grow: true });
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    saysSound(target.path);
    const [before, after] = [await layoutOf(source), await layoutOf(target.path)];
    const of5 = (layouts: Layout): number => layouts.partitions.find((p) => p.number === 5)!.length;
    expect(of5(after)).toBe(of5(before) + 45 * MIB);
    expect(after.diskId).toBe(before.diskId);
    expect(after.partitions.map(({ offset: _, length: __, ...p }) => p)).toEqual(before.partitions.map(({ offset: _, length: __, ...p }) => p));
    expect(differences(source, target.path, of.map.used, layout, tablesOf(size + 40 * MIB))).toEqual([]);
    await checkVolumes(target.path);
    const grown = after.partitions.find((p) => p.number === 5)!;
    const file = await cutOut(target.path, grown.offset, grown.length, join(folder, 'grown-volume'));
    run('resize2fs', [file]);
    expect(tryRun('e2fsck', ['-fn', file])).toMatchObject({ status: 0 });
    expect(execFileSync('debugfs', ['-R', 'cat /hello.txt', file], { stdio: ['ignore', 'pipe', 'ignore'] }).toString()).toBe('hello from 3\n');
  });

  withTools('to a smaller one without the data partition: packed, in order, aligned', async () => {
    const smaller = 90 * MIB;
    const target = addressOf(await usedDisk(folder, 'smaller.img', smaller), smaller);
    const layout = await planFor(of, source, target, { selected: [1, 2, 5, 4, 7], rest: 'zero' });
    expect(layout.packed).toBe(true);
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    saysSound(target.path);
    const after = await layoutOf(target.path);
    expect(after.partitions.map((p) => p.number)).toEqual([1, 2, 4, 5, 7]);
    expect(after.partitions.every((p) => p.offset % MIB === 0)).toBe(true);
    expect(differences(source, target.path, of.map.used, layout, tablesOf(smaller))).toEqual([]);
    await checkVolumes(target.path);
  });

  withTools('new identifiers: everything but they stays', async () => {
    const target = addressOf(await usedDisk(folder, 'fresh.img', size), size);
    const layout = await planFor(of, source, target, { newIdentifiers: true });
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    saysSound(target.path);
    const [before, after] = [await layoutOf(source), await layoutOf(target.path)];
    const ids = [after.diskId, ...after.partitions.map((p) => p.id)];
    expect(new Set([before.diskId, ...before.partitions.map((p) => p.id), ...ids]).size).toBe(2 * ids.length);
    expect(after.partitions.map(({ id: _, ...p }) => p)).toEqual(before.partitions.map(({ id: _, ...p }) => p));
  });

  withTools('one volume into an existing partition: nothing outside it is touched', async () => {
    const target = addressOf(await usedDisk(folder, 'into.img', 60 * MIB), 60 * MIB);
    const into = { offset: 10 * MIB, length: 34 * MIB };
    const layout = await planFor(of, source, target, { selected: [5], into });
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    const bytes = readFileSync(target.path);
    expect(bytes.subarray(0, into.offset).every((byte) => byte === 0xa5)).toBe(true);
    expect(bytes.subarray(into.offset + into.length).every((byte) => byte === 0xa5)).toBe(true);
    const file = await cutOut(target.path, into.offset, into.length, join(folder, 'into-volume'));
    expect(tryRun('e2fsck', ['-fn', file])).toMatchObject({ status: 0 });
  });

  withTools('two disks of different sizes at once', async () => {
    const small = addressOf(await usedDisk(folder, 'two-a.img', size), size);
    const large = addressOf(await usedDisk(folder, 'two-b.img', size + 20 * MIB), size + 20 * MIB);
    const layouts = [await planFor(of, source, small), await planFor(of, source, large, { grow: true })];
    const result = await restore(of, [{ address: small, layout: layouts[0]! }, { address: large, layout: layouts[1]! }]);
    expect(result.targets).toMatchObject([{ state: 'done' }, { state: 'done' }]);
    expect(differences(source, small.path, of.map.used, layouts[0]!)).toEqual([]);
    expect(differences(source, large.path, of.map.used, layouts[1]!, tablesOf(size + 20 * MIB))).toEqual([]);
    saysSound(large.path);
    await checkVolumes(large.path);
  });

  withTools('from a raw image without hashes, and verified all the same', async () => {
    const target = addressOf(await usedDisk(folder, 'raw.img', size), size);
    const raw = { ...of, image: source, id: 'raw', sums: null };
    const layout = await planFor(raw, source, target);
    const result = await restore(raw, [{ address: target, layout }]);
    expect(result.targets).toMatchObject([{ state: 'done', bytesVerified: result.targets[0]!.bytesMoved }]);
    expect(differences(source, target.path, of.map.used, layout)).toEqual([]);
  });

  withTools('a damaged cluster stops it before anything can be taken for a disk', async () => {
    const target = addressOf(await usedDisk(folder, 'corrupt.img', size), size);
    const layout = await planFor(of, source, target);
    const hashes = of.sums!.hashes.slice();
    hashes[hashes.length - 700]! ^= 1;
    await expect(restore({ ...of, sums: { ...of.sums!, hashes } }, [{ address: target, layout }])).rejects.toMatchObject({ code: 'image-cluster-corrupt' });
    expect((await layoutOf(target.path)).partitions).toEqual([]);
    const disk = await openFileSource(target.path);
    expect(await readMarker(disk)).toMatchObject({ marker: { imageId: of.id, imageName: 'practice' } });
    await disk.close();
  });
});

describe('an MBR disk with logical partitions', () => {
  const size = 96 * MIB;
  const source = join(folder, 'mbr.img');
  let of: Captured;
  const SCRIPT = `label: dos
label-id: 0xcafe0042
start=63, size=34000, type=7, bootable
start=43008, size=122880, type=f
start=45056, size=36864, type=83
start=83968, size=40960, type=83
start=126976, size=36864, type=83
`;
  beforeAll(async () => {
    if (missing(TOOLS).length > 0) return;
    blankFile(folder, 'mbr.img', size);
    run('sfdisk', ['-q', source], SCRIPT);
    const { partitions } = await layoutOf(source);
    const at = (number: number): number => partitions.find((p) => p.number === number)!.offset;
    await place(volume(folder, 'm1', 'ntfs', 34_000 * 512, 11), source, at(1));
    await place(volume(folder, 'm5', 'ext4', 36_864 * 512, 12), source, at(5));
    await place(volume(folder, 'm6', 'ext4', 40_960 * 512, 13), source, at(6));
    await place(volume(folder, 'm7', 'ext4', 36_864 * 512, 14), source, at(7));
    const file = await open(source, 'r+');
    await file.write(Buffer.alloc(440, 'boot code '), 0, 440, 0);
    await file.close();
    of = await captured(source, join(folder, 'mbr.qcow2'));
  });

  withTools('the same size: the same in every used byte, the partition at sector 63 included', async () => {
    const target = addressOf(await usedDisk(folder, 'mbr-same.img', size), size);
    const layout = await planFor(of, source, target);
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    expect(differences(source, target.path, of.map.used, layout)).toEqual([]);
    expect(await layoutOf(target.path)).toEqual(await layoutOf(source));
    expect(tryRun('sfdisk', ['--verify', target.path]).output).toContain('No errors');
    await checkVolumes(target.path);
  });

  withTools('larger and growing: the last logical partition and the extended one take the room', async () => {
    const target = addressOf(await usedDisk(folder, 'mbr-grown.img', size + 30 * MIB), size + 30 * MIB);
    const layout = await planFor(of, source, target, { grow: true, newIdentifiers: true });
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    const [before, after] = [await layoutOf(source), await layoutOf(target.path)];
    expect(after.partitions.map((p) => [p.number, p.offset])).toEqual(before.partitions.map((p) => [p.number, p.offset]));
    expect(after.partitions.at(-1)!.offset + after.partitions.at(-1)!.length).toBe(size + 30 * MIB);
    expect(after.diskId).not.toBe(before.diskId);
    expect(tryRun('sfdisk', ['--verify', target.path])).toMatchObject({ status: 0 });
    expect(run('sfdisk', ['-d', target.path])).toContain('mbr-grown.img7');
    await checkVolumes(target.path);
  });

  withTools('a logical partition less: the chain leads past it', async () => {
    const smaller = 84 * MIB;
    const target = addressOf(await usedDisk(folder, 'mbr-less.img', smaller), smaller);
    const layout = await planFor(of, source, target, { selected: [1, 5, 7] });
    expect((await restore(of, [{ address: target, layout }], { verify: false })).targets).toMatchObject([{ state: 'done' }]);
    const after = await layoutOf(target.path);
    expect(after.problems).toEqual([]);
    expect(after.partitions.filter((p) => p.logical).map((p) => p.offset)).toEqual([45_056 * 512, 126_976 * 512]);
    expect(tryRun('sfdisk', ['--verify', target.path])).toMatchObject({ status: 0 });
    await checkVolumes(target.path);
  });
});

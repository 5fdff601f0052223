import { copyFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { complement, intersect, normalize, totalLength, type Extent, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import type { AllocationMap } from '../../../native-free-engine/filesystems/allocation-types.ts';
import { xfsAllocation } from '../../../native-free-engine/filesystems/xfs/allocation.ts';
import { memoryDevice } from '../../../native-free-engine/index.ts';
import { testLab } from '../../labs/test-lab.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from '../../labs/uml.ts';
import { need } from '../../support/need.ts';
import { blankFile, counting, labFolder, openFile, run } from '../lab.ts';
import { fillTree } from './fill-tree.ts';
import { MIB, allocationOf, copyUsed, partcloneUsed, treeOf, withMount } from './volume-copy.ts';

const folder = labFolder();
const GIB = 1024 * MIB;
const NEEDS = { root: true, linux: true, tools: ['mkfs.xfs', 'xfs_db', 'xfs_repair', 'losetup', 'mount'] } as const;

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  readonly size?: number;
  readonly reflink?: true;
  readonly partclone?: true;
}

const V5: readonly Variant[] = [
  { name: 'version 5', args: [], reflink: true, partclone: true },
  { name: 'version 5 of 1 KiB blocks, the last group short', args: ['-b', 'size=1024', '-d', 'agsize=96m'], reflink: true },
  { name: 'version 5 of 4 KiB sectors', args: ['-s', 'size=4096', '-m', 'rmapbt=1,bigtime=0'], reflink: true },
  { name: 'version 5 of 64 KiB blocks', args: ['-b', 'size=65536', '-m', 'reflink=0,finobt=0', '-l', 'version=2,su=65536'], size: 600 * MIB },
  { name: 'version 5 of 9 groups', args: ['--unsupported', '-d', 'agcount=9', '-l', 'size=10m', '-i', 'sparse=0'] },
];

/** Not every kernel mounts them any more; that of User Mode Linux does. */
const V4: readonly Variant[] = [
  { name: 'plain', args: [] },
  { name: '512-byte blocks', args: ['-b', 'size=512', '-d', 'agsize=96m'] },
  { name: '4 KiB sectors', args: ['-s', 'size=4096', '-d', 'agcount=2'] },
  { name: 'a log of version 1', args: ['-b', 'size=1024', '-l', 'version=1', '-i', 'size=256'] },
];

/** What xfs_db calls free, which holds the blocks that wait in the AGFLs too, and how many those are. */
function freeByXfsDb(path: string): { free: ExtentSet; waiting: number } {
  const query = (...commands: string[]): string => run('xfs_db', ['-r', ...commands.flatMap((command) => ['-c', command]), path]);
  const number = (text: string, name: string): number => Number(new RegExp(`^${name} = (\\d+)$`, 'm').exec(text)?.[1]);
  const sb = query('sb 0', 'p');
  const [blockSize, agBlocks, agCount] = ['blocksize', 'agblocks', 'agcount'].map((name) => number(sb, name)) as [number, number, number];
  const free: Extent[] = [];
  for (const [, ag, block, length] of query('freesp -d').matchAll(/^ +(\d+) +(\d+) +(\d+)$/gm)) {
    free.push({ offset: (Number(ag) * agBlocks + Number(block)) * blockSize, length: Number(length) * blockSize });
  }
  const waiting = Array.from({ length: agCount }, (_, i) => number(query(`agf ${i}`, 'p flcount'), 'flcount')).reduce((sum, n) => sum + n, 0);
  return { free: normalize(free), waiting: waiting * blockSize };
}

/** Returns the bytes that wait in AGFLs. */
function expectAsXfsDb(path: string, map: AllocationMap, size: number): number {
  const { free, waiting } = freeByXfsDb(path);
  const ours = complement(map.used, size);
  expect(intersect(ours, free)).toEqual(ours);
  expect(totalLength(free) - totalLength(ours)).toBe(waiting);
  return waiting;
}

let made = 0;
function make(args: readonly string[], size = 320 * MIB): string {
  const path = blankFile(folder, `xfs-${++made}.img`, size);
  run('mkfs.xfs', ['-q', ...args, path]);
  return path;
}

for (const { name, args, size = 320 * MIB, reflink, partclone } of V5) {
  need({ ...NEEDS, tools: [...NEEDS.tools, 'partclone.xfs'] })(`${name}: as xfs_db has it, and nothing lost`, async () => {
    const path = make(args, size);
    const empty = await allocationOf(path, xfsAllocation);
    const before = await withMount(path, 'xfs', (at) => {
      fillTree(at, made);
      if (reflink) run('cp', ['--reflink=always', join(at, 'large.bin'), join(at, 'clone.bin')]);
      return treeOf(at);
    });
    const map = await allocationOf(path, xfsAllocation);
    expect(map.conditions).toEqual([]);
    expect(map.fingerprint).not.toBe(empty.fingerprint);
    expect((await allocationOf(path, xfsAllocation)).fingerprint).toBe(map.fingerprint);

    const waiting = expectAsXfsDb(path, map, size);
    if (partclone) expect(totalLength(map.used)).toBeLessThanOrEqual(totalLength(partcloneUsed('partclone.xfs', path)) + waiting);

    const copy = copyUsed(path, map.used, size);
    run('xfs_repair', ['-n', copy]);
    expect(await withMount(copy, 'xfs', treeOf)).toEqual(before);
    for (const file of [path, copy]) rmSync(file);
  });
}

need({ ...NEEDS, ...UML_NEEDS, tools: [...NEEDS.tools, ...UML_NEEDS.tools] })('version 4: as xfs_db has it, nothing lost, a log not emptied is a condition', async () => {
  const lab = await testLab();
  const volumes = V4.map(({ args }, i) => {
    const path = join(lab.folder, `${i}.img`);
    writeFileSync(path, '');
    truncateSync(path, 320 * MIB);
    run('mkfs.xfs', ['-q', '-m', 'crc=0', ...args, path]);
    return path;
  });
  mkdirSync(join(lab.folder, 'tree'));
  fillTree(join(lab.folder, 'tree'), 4, 500);

  const inside = async (images: readonly string[], work: string): Promise<string[]> => {
    const { code, output } = await runInUml(lab, {
      modules: ['loop'],
      script: `set -e; mkdir $SCRATCH/host $SCRATCH/mount; mount -t hostfs none $SCRATCH/host -o ${lab.folder}
        for image in ${images.map((path) => basename(path)).join(' ')}; do
          mount -t xfs -o loop $SCRATCH/host/$image $SCRATCH/mount; cd $SCRATCH/mount
          ${work}
          find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum
          cd /; umount $SCRATCH/mount
        done`,
    });
    expect(code, output).toBe(0);
    return output.match(/^[0-9a-f]{64}/gm) ?? [];
  };
  const before = await inside(volumes, `
    cp -a $SCRATCH/host/tree/. . ; sync -f .; rm small/*[37]
    [ $image != 3.img ] || { sync -f .; sync; cp --sparse=always $SCRATCH/host/$image $SCRATCH/host/torn.img; }`);
  expect(before).toHaveLength(V4.length);

  const copies: string[] = [];
  for (const path of volumes) {
    const map = await allocationOf(path, xfsAllocation);
    expect(map.conditions).toEqual([]);
    expectAsXfsDb(path, map, 320 * MIB);
    copies.push(copyUsed(path, map.used, 320 * MIB));
    run('xfs_repair', ['-n', copies.at(-1) ?? '']);
  }
  const torn = join(lab.folder, 'torn.img');
  expect(await allocationOf(torn, xfsAllocation)).toMatchObject({ conditions: ['journal'], used: [{ offset: 0, length: 320 * MIB }] });
  expect(await inside([...copies, torn], '')).toEqual([...before, before[3]]);
  expect(await allocationOf(torn, xfsAllocation)).toMatchObject({ conditions: [] });
}, UML_TEST_MS);

need(NEEDS)('a mount changes the fingerprint even when nothing is allocated', async () => {
  const path = make([]);
  await withMount(path, 'xfs', (at) => writeFileSync(join(at, 'file'), 'one'));
  const map = await allocationOf(path, xfsAllocation);
  await withMount(path, 'xfs', (at) => writeFileSync(join(at, 'file'), 'two', { flag: 'r+' }));
  const later = await allocationOf(path, xfsAllocation);
  expect(later.used).toEqual(map.used);
  expect(later.fingerprint).not.toBe(map.fingerprint);
});

need(NEEDS)('a log that was not emptied is a condition, and then all of the volume counts', async () => {
  for (const args of [[], ['--unsupported', '-l', 'size=10m']]) {
    const path = make(args);
    const torn = `${path}.torn`;
    const before = await withMount(path, 'xfs', (at) => {
      fillTree(at, 3, args.length === 0 ? 200 : 1500);
      run('sync', ['-f', at]);
      run('sync', [path]);
      copyFileSync(path, torn);
      return treeOf(at);
    });
    const map = await allocationOf(torn, xfsAllocation);
    expect(map.conditions).toEqual(['journal']);
    expect(map.used).toEqual([{ offset: 0, length: 320 * MIB }]);
    // After the replay it is clean.
    expect(await withMount(torn, 'xfs', treeOf)).toEqual(before);
    expect((await allocationOf(torn, xfsAllocation)).conditions).toEqual([]);
    for (const file of [path, torn]) rmSync(file);
  }
});

need(NEEDS)('the end of a log that went round many times is found', async () => {
  const path = make(['--unsupported', '-l', 'size=10m,su=32768']);
  for (let round = 0; round < 12; round++) {
    await withMount(path, 'xfs', (at) => {
      for (let i = 0; i < 600; i++) writeFileSync(join(at, `${round} ${i}`), 'x');
      for (let i = 0; i < 600; i += 3) rmSync(join(at, `${round} ${i}`));
      run('sync', ['-f', at]);
    });
    const map = await allocationOf(path, xfsAllocation);
    expect(map.conditions).toEqual([]);
  }
});

need(NEEDS)('of 2 TiB with little in them little is read', async () => {
  const path = make(['-l', 'size=64m'], 2048 * GIB);
  const source = counting(await openFile(path));
  const map = await xfsAllocation(source, { leaveOutSwapFiles: true });
  await source.close();
  expect(totalLength(map.used)).toBeLessThan(96 * MIB);
  expect(source.bytesRead).toBeLessThan(MIB);
});

need(NEEDS)('volumes that have a part elsewhere are refused by name', async () => {
  const [log, realtime] = [blankFile(folder, 'log', 80 * MIB), blankFile(folder, 'realtime', 64 * MIB)];
  await expect(allocationOf(make(['-l', `logdev=${log},size=64m`]), xfsAllocation)).rejects.toThrow('log-elsewhere');
  await expect(allocationOf(make(['-r', `rtdev=${realtime}`]), xfsAllocation)).rejects.toThrow('realtime-device');
});

need(NEEDS)('a tool that did not finish leaves it dirty', async () => {
  const path = make(['-m', 'crc=0']);
  const source = await openFile(path);
  await source.writeAt(0x7e, Uint8Array.of(1));
  await source.close();
  expect((await allocationOf(path, xfsAllocation)).conditions).toEqual(['dirty']);
});

test('zeros behind the magic, and nothing at all', async () => {
  const device = memoryDevice(MIB);
  await expect(xfsAllocation(device, { leaveOutSwapFiles: true })).rejects.toMatchObject({ name: 'EngineError' });
  device.bytes.set(new TextEncoder().encode('XFSB'));
  await expect(xfsAllocation(device, { leaveOutSwapFiles: true })).rejects.toMatchObject({ name: 'EngineError' });
  await expect(xfsAllocation(memoryDevice(100), { leaveOutSwapFiles: true })).rejects.toMatchObject({ name: 'EngineError' });
});

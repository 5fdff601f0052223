import { closeSync, copyFileSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalize, subtract, totalLength, type Extent, type ExtentSet } from '../../../native-free-engine/base/extent.ts';
import { btrfsAllocation } from '../../../native-free-engine/filesystems/btrfs/allocation.ts';
import { memoryDevice } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, counting, labFolder, openFile, run } from '../lab.ts';
import { fillTree } from './fill-tree.ts';
import { KIB, MIB, allocationOf, copyUsed, partcloneUsed, treeOf, withMount } from './volume-copy.ts';

const folder = labFolder();
const GIB = 1024 * MIB;
const SIZE = 320 * MIB;
const NEEDS = { root: true, linux: true, tools: ['mkfs.btrfs', 'btrfs', 'losetup', 'mount'] } as const;

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  /** Compared with partclone too, which takes one copy only where there are two. */
  readonly partclone?: true;
}

const VARIANTS: readonly Variant[] = [
  { name: 'metadata twice, data once', args: [] },
  { name: 'all once', args: ['-m', 'single', '-d', 'single'], partclone: true },
  { name: 'all twice', args: ['-m', 'dup', '-d', 'dup'] },
  { name: 'nodes of 4 KiB', args: ['-n', '4k'] },
  { name: 'nodes of 64 KiB', args: ['-n', '64k', '-m', 'single'] },
  { name: 'mixed block groups', args: ['--mixed'] },
  { name: 'extents the old way', args: ['-n', '4k', '-O', '^skinny-metadata,^no-holes', '-R', '^free-space-tree'] },
  { name: 'SHA-256', args: ['--csum', 'sha256'] },
];

/** The same from what btrfs prints of its trees; without superblocks and the first mebibyte. */
function usedByDump(path: string, nodeSize: number): { used: ExtentSet; extentRoot: readonly number[] } {
  const dump = (tree: string): string => run('btrfs', ['inspect-internal', 'dump-tree', '-t', tree, path]);
  const chunks = [...dump('chunk').matchAll(/CHUNK_ITEM (\d+)\) .*\n\s+length (\d+)[^]*?(?=\n\titem|$)/g)].map(([text, logical, length]) => ({
    logical: Number(logical), length: Number(length), stripes: [...text.matchAll(/stripe \d+ devid 1 offset (\d+)/g)].map(([, offset]) => Number(offset)),
  }));
  const places = (address: number): number[] =>
    chunks.filter(({ logical, length }) => address >= logical && address < logical + length).flatMap(({ logical, stripes }) => stripes.map((offset) => offset + address - logical));
  const extents = dump('extent');
  const used: Extent[] = [];
  for (const [, start, type, size] of extents.matchAll(/^\s+item \d+ key \((\d+) (EXTENT_ITEM|METADATA_ITEM) (\d+)\)/gm)) {
    for (const offset of places(Number(start))) used.push({ offset, length: type === 'METADATA_ITEM' ? nodeSize : Number(size) });
  }
  return { used: normalize(used), extentRoot: places(Number(/^(?:node|leaf) (\d+)/m.exec(extents)?.[1])) };
}

let made = 0;
function make(args: readonly string[], size = SIZE): string {
  const path = blankFile(folder, `btrfs-${++made}.img`, size);
  run('mkfs.btrfs', ['-q', ...args, path]);
  return path;
}

const nodeSizeOf = (args: readonly string[]): number => (args.includes('4k') || args.includes('--mixed') ? 4 : args.includes('64k') ? 64 : 16) * KIB;

for (const { name, args, partclone } of VARIANTS) {
  need({ ...NEEDS, tools: [...NEEDS.tools, 'partclone.btrfs'] })(`${name}: as btrfs itself has it, and nothing lost`, async () => {
    const path = make(args);
    const empty = await allocationOf(path, btrfsAllocation);
    const before = await withMount(path, 'btrfs', (at) => {
      run('btrfs', ['subvolume', 'create', join(at, 'volume')]);
      fillTree(join(at, 'volume'), made, 400);
      run('btrfs', ['subvolume', 'snapshot', join(at, 'volume'), join(at, 'snapshot')]);
      run('cp', ['--reflink=always', join(at, 'volume', 'large.bin'), join(at, 'clone.bin')]);
      rmSync(join(at, 'volume', 'large.bin'));
      return treeOf(at);
    });
    const map = await allocationOf(path, btrfsAllocation);
    expect(map).toMatchObject({ unit: 4096, conditions: [] });
    expect(map.fingerprint).not.toBe(empty.fingerprint);
    expect((await allocationOf(path, btrfsAllocation)).fingerprint).toBe(map.fingerprint);

    const fixed = [{ offset: 0, length: MIB }, { offset: 64 * MIB, length: 4096 }];
    expect(map.used).toEqual(normalize([...usedByDump(path, nodeSizeOf(args)).used, ...fixed]));
    if (partclone) expect(totalLength(subtract(map.used, partcloneUsed('partclone.btrfs', path)))).toBeLessThanOrEqual(MIB + 4096);

    const copy = copyUsed(path, map.used, SIZE);
    run('btrfs', ['check', '--readonly', '--check-data-csum', copy]);
    rmSync(path);
    expect(await withMount(copy, 'btrfs', treeOf)).toEqual(before);
    rmSync(copy);
  });
}

need(NEEDS)('a volume with log trees: what was fsynced since the last commit is in it, and is a condition', async () => {
  const path = make([]);
  const torn = `${path}.torn`;
  await withMount(path, 'btrfs', (at) => {
    run('btrfs', ['subvolume', 'create', join(at, 'volume')]);
    fillTree(at, 5, 100);
    run('sync', ['-f', at]);
    for (const name of ['one', 'volume/two']) {
      for (let i = 0; i < 40; i++) {
        const file = openSync(join(at, `${name} ${i}`), 'w');
        writeSync(file, Buffer.alloc(i * 3000 + 10, `${name} ${i}`));
        fsyncSync(file);
        closeSync(file);
      }
    }
    run('sync', [path]);
    copyFileSync(path, torn);
  });
  const before = await withMount(path, 'btrfs', treeOf);
  const map = await allocationOf(torn, btrfsAllocation);
  expect(map.conditions).toEqual(['journal']);
  const copy = copyUsed(torn, map.used, SIZE);
  expect(await withMount(copy, 'btrfs', treeOf)).toEqual(before);
  run('btrfs', ['check', '--readonly', '--check-data-csum', copy]);
  expect((await allocationOf(copy, btrfsAllocation)).conditions).toEqual([]);
});

need(NEEDS)('a block that is damaged is taken from its copy; damaged in both it has a name', async () => {
  const path = make([]);
  await withMount(path, 'btrfs', (at) => fillTree(at, 6, 200));
  const map = await allocationOf(path, btrfsAllocation);
  const { extentRoot } = usedByDump(path, 16 * KIB);
  expect(extentRoot).toHaveLength(2);
  const device = await openFile(path);
  for (const [i, place] of extentRoot.entries()) {
    await device.writeAt(place + 300, Buffer.alloc(8, 0xee));
    const reading = btrfsAllocation(device, { leaveOutSwapFiles: true });
    if (i === 0) expect(await reading).toEqual(map);
    else await expect(reading).rejects.toMatchObject({ code: 'allocation-invalid' });
  }
  await device.close();
});

need(NEEDS)('of 2 TiB with little in them little is read', async () => {
  const source = counting(await openFile(make([], 2048 * GIB)));
  const map = await btrfsAllocation(source, { leaveOutSwapFiles: true });
  await source.close();
  expect(map.used.map(({ offset }) => offset)).toContain(256 * GIB);
  expect(totalLength(map.used)).toBeLessThan(4 * MIB);
  expect(source.bytesRead).toBeLessThan(MIB);
});

need({ ...NEEDS, tools: [...NEEDS.tools, 'btrfstune'] })('volumes that are spread over devices, and seeds, are refused by name', async () => {
  const pair = [blankFile(folder, 'pair-1', SIZE), blankFile(folder, 'pair-2', SIZE)];
  run('mkfs.btrfs', ['-q', '-m', 'raid1', '-d', 'raid0', ...pair]);
  await expect(allocationOf(pair[0] ?? '', btrfsAllocation)).rejects.toThrow('several-devices 2');
  const alone = make(['-d', 'raid0']);
  await expect(allocationOf(alone, btrfsAllocation)).rejects.toThrow('uses-raid');
  const seed = make([]);
  run('btrfstune', ['-S', '1', seed]);
  await expect(allocationOf(seed, btrfsAllocation)).rejects.toThrow('seed-device');
  for (const checksum of ['xxhash', 'blake2']) await expect(allocationOf(make(['--csum', checksum]), btrfsAllocation)).rejects.toThrow('checksum-kind-unknown');
});

test('zeros behind the magic, and nothing at all', async () => {
  const device = memoryDevice(MIB);
  await expect(btrfsAllocation(device, { leaveOutSwapFiles: true })).rejects.toMatchObject({ name: 'EngineError' });
  device.bytes.set(new TextEncoder().encode('_BHRfS_M'), 64 * KIB + 0x40);
  await expect(btrfsAllocation(device, { leaveOutSwapFiles: true })).rejects.toMatchObject({ name: 'EngineError' });
  await expect(btrfsAllocation(memoryDevice(100), { leaveOutSwapFiles: true })).rejects.toMatchObject({ name: 'EngineError' });
});

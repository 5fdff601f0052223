import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EngineError, type BlockSource } from '../../../native-free-engine/index.ts';
import { extOwners } from '../../../native-free-engine/filesystems/ext/owners.ts';
import { extAllocation } from '../../../native-free-engine/filesystems/ext/allocation.ts';
import type { FileOwner } from '../../../native-free-engine/filesystems/allocation-types.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, labFolder, openFile, run } from '../lab.ts';
import { KIB, MIB, allocationOf } from './volume-copy.ts';

const folder = labFolder();
const random = seeded(17);
const tree = join(folder, 'tree');
mkdirSync(join(tree, 'one', 'two', 'three'), { recursive: true });
mkdirSync(join(tree, 'crowd'));
writeFileSync(join(tree, 'one', 'large.bin'), Buffer.alloc(6 * MIB, 'large'));
writeFileSync(join(tree, 'one', 'two', 'naïve ☂.txt'), Buffer.alloc(5000, 'umbrella'));
writeFileSync(join(tree, 'one', 'two', 'three', 'tiny'), 'tiny');
for (let i = 0; i < 300; i++) writeFileSync(join(tree, 'crowd', `a rather long name of file number ${i}`), Buffer.alloc(random.below(5000), i));

async function ownersOf(path: string, blocks: readonly number[], blockSize: number): Promise<FileOwner[]> {
  const source = await openFile(path);
  try {
    return await extOwners(source, blocks.map((block) => ({ offset: block * blockSize, length: blockSize })));
  } finally {
    await source.close();
  }
}

const debugfs = (path: string, ...commands: string[]): string => run('debugfs', ['-w', '-f', '-', path], commands.join('\n'));

/** The files that debugfs says have these blocks. */
function icheck(path: string, blocks: readonly number[]): Map<number, number> {
  const found = run('debugfs', ['-R', `icheck ${blocks.join(' ')}`, path]).matchAll(/^(\d+)\t(\d+)$/gm);
  return new Map([...found].map(([, block, inode]) => [Number(block), Number(inode)]));
}

function ncheck(path: string, inodes: readonly number[]): Map<number, string> {
  const found = run('debugfs', ['-R', `ncheck ${inodes.join(' ')}`, path]).matchAll(/^(\d+)\t(.+)$/gm);
  return new Map([...found].map(([, inode, name]) => [Number(inode), (name ?? '').replace(/^\/\//, '/')]));
}

const VARIANTS: readonly (readonly [string, readonly string[], number])[] = [
  ['ext2 of 1 KiB blocks', ['-t', 'ext2', '-b', '1024'], KIB],
  ['ext2 of revision 0, without file types', ['-t', 'ext2', '-r', '0', '-b', '1024', '-O', 'none'], KIB],
  ['ext4', ['-t', 'ext4', '-b', '1024', '-g', '1024'], KIB],
  ['ext4 with bigalloc', ['-t', 'ext4', '-b', '4096', '-O', 'bigalloc', '-C', '16384'], 4 * KIB],
  ['ext4 with inline data', ['-t', 'ext4', '-b', '4096', '-O', 'inline_data', '-I', '512'], 4 * KIB],
  ['ext4 of 64 KiB blocks', ['-t', 'ext4', '-b', '65536', '-O', '^has_journal'], 64 * KIB],
];

for (const [name, args, blockSize] of VARIANTS) {
  need({ tools: ['mke2fs', 'debugfs'] })(`${name}: the same owners as debugfs finds`, async () => {
    const path = blankFile(folder, 'owners.img', blockSize === 64 * KIB ? 200 * MIB : 60 * MIB);
    run('mke2fs', ['-q', '-F', ...args, '-d', tree, path]);
    const { used } = await allocationOf(path, extAllocation);
    const blocks = new Set<number>();
    while (blocks.size < 300) {
      const extent = used[random.below(used.length)]!;
      blocks.add(extent.offset / blockSize + random.below(extent.length / blockSize));
    }
    const theirs = icheck(path, [...blocks]);
    const names = ncheck(path, [...new Set(theirs.values())]);
    const expected = new Map<string, number>();
    for (const [block, inode] of theirs) {
      if (inode < 11 || !blocks.has(block)) continue;
      const file = names.get(inode);
      if (file) expected.set(file, (expected.get(file) ?? 0) + blockSize);
    }
    const ours = await ownersOf(path, [...blocks], blockSize);
    expect(new Map(ours.filter((owner) => owner.path.startsWith('/') && owner.path !== '/').map((owner) => [owner.path, owner.bytes]))).toEqual(expected);
    expect(expected.size).toBeGreaterThan(3);
    rmSync(path);
  });
}

need({ tools: ['mke2fs', 'debugfs'] })('structures and files without a path have names of their own', async () => {
  const path = blankFile(folder, 'names.img', 40 * MIB);
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '1024', '-g', '8192', '-O', '^flex_bg', '-d', tree, path]);
  const inode = Number(/Inode: (\d+)/.exec(debugfs(path, 'stat /one/two/three/tiny'))?.[1]);
  const block = Number(/\(0\):(\d+)/.exec(debugfs(path, 'stat /one/two/three/tiny'))?.[1]);
  const journal = Number(/\(0-\d+\):(\d+)/.exec(debugfs(path, 'stat <8>'))?.[1]);
  const facts = run('dumpe2fs', [path]);
  const of = (pattern: RegExp): number => Number(pattern.exec(facts)?.[1]);
  const places: readonly (readonly [number, string])[] = [
    [0, '<boot block>'],
    [1, '<superblock>'],
    [2, '<group descriptors in group 0>'],
    [8193, '<copy of the superblock in group 1>'],
    [8194, '<group descriptors in group 1>'],
    [of(/Block bitmap at (\d+)/), '<block bitmap of group 0>'],
    [of(/Inode bitmap at (\d+)/), '<inode bitmap of group 0>'],
    [of(/Inode table at (\d+)/), '<inode table of group 0>'],
    [journal, '<journal>'],
    [block, '/one/two/three/tiny'],
  ];
  for (const [place, name] of places) expect(await ownersOf(path, [place], KIB)).toContainEqual({ path: name, bytes: KIB });
  debugfs(path, 'unlink /one/two/three/tiny');
  expect(await ownersOf(path, [block], KIB)).toEqual([{ path: `<inode ${inode}>`, bytes: KIB }]);
});

need({ tools: ['mke2fs', 'debugfs'] })('what cannot be read hides only what it holds', async () => {
  const path = blankFile(folder, 'broken.img', 40 * MIB);
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '1024', '-d', tree, path]);
  const blockOf = (file: string): number => Number(/\((?:0|0-\d+)\):(\d+)/.exec(debugfs(path, `stat "${file}"`))?.[1]);
  const file = await openFile(path);
  const failing = (bad: number): BlockSource => ({
    size: file.size,
    sectorSize: 512,
    readInto: (offset, buffer) =>
      offset < (bad + 1) * KIB && offset + buffer.length > bad * KIB
        ? Promise.reject(new EngineError('source-disk-read-failed', { path, offset }))
        : file.readInto(offset, buffer),
    close: () => Promise.resolve(),
  });
  const wanted = ['/one/large.bin', '/one/two/naïve ☂.txt', '/one/two/three/tiny'];
  const places = wanted.map((name) => ({ offset: blockOf(name) * KIB, length: KIB }));
  const names = async (bad: number): Promise<string[]> => (await extOwners(failing(bad), places)).map((owner) => owner.path.replace(/<inode \d+>/, '<inode>')).sort();
  expect(await names(0)).toEqual([...wanted].sort());
  expect(await names(blockOf('/one/two'))).toEqual(['/one/large.bin', '<inode>', '<inode>']);
  expect(await names(blockOf('/one/two/three'))).toEqual(['/one/large.bin', '/one/two/naïve ☂.txt', '<inode>']);
  expect(await names(1)).toEqual([]);
  expect(await names(2)).toEqual([]);
  const tables = Number(/Inode table at (\d+)/.exec(run('dumpe2fs', [path]))?.[1]);
  expect((await names(tables + 1)).length).toBeGreaterThan(0);
  await file.close();
});

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOf, totalLength } from '../../../native-free-engine/base/extent.ts';
import { extAllocation } from '../../../native-free-engine/filesystems/ext/allocation.ts';
import { seeded } from '../../support/seeded.ts';
import { need } from '../../support/need.ts';
import { blankFile, counting, labFolder, openFile, run } from '../lab.ts';
import { KIB, MIB, allocationOf, copyUsed, dumpe2fsUsed, partcloneUsed, treeOf, withMount } from './volume-copy.ts';

const folder = labFolder();
const random = seeded(7);
const tree = join(folder, 'tree');
mkdirSync(join(tree, 'many', 'deep', 'deeper'), { recursive: true });
writeFileSync(join(tree, 'large.bin'), random.bytes(3 * MIB));
writeFileSync(join(tree, 'many', 'empty'), '');
symlinkSync('../large.bin', join(tree, 'many', 'short link'));
symlinkSync('x/'.repeat(100), join(tree, 'many', 'long link'));
for (let i = 0; i < 60; i++) writeFileSync(join(tree, 'many', i % 2 ? 'deep' : 'deep/deeper', `file ${i}`), random.bytes(random.below(9000)));

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  readonly size?: number;
  /** Compared with partclone too, which takes two seconds for each. */
  readonly partclone?: true;
}

const VARIANTS: readonly Variant[] = [
  { name: 'ext2 of 1 KiB blocks', args: ['-t', 'ext2', '-b', '1024'] },
  { name: 'ext2 of 4 KiB blocks', args: ['-t', 'ext2', '-b', '4096'], size: 300 * MIB, partclone: true },
  { name: 'ext2 of revision 0', args: ['-t', 'ext2', '-r', '0', '-b', '1024', '-O', 'none'] },
  { name: 'ext2 with a superblock in every group', args: ['-t', 'ext2', '-b', '1024', '-g', '2048', '-O', '^sparse_super,^resize_inode'] },
  { name: 'ext3', args: ['-t', 'ext3', '-b', '2048'] },
  { name: 'ext4', args: ['-t', 'ext4'], size: 700 * MIB, partclone: true },
  { name: 'ext4 without 64bit', args: ['-t', 'ext4', '-b', '1024', '-O', '^64bit'] },
  { name: 'ext4 of small groups', args: ['-t', 'ext4', '-b', '1024', '-g', '512', '-G', '32'] },
  { name: 'ext4 without flex_bg', args: ['-t', 'ext4', '-b', '1024', '-O', '^flex_bg,^resize_inode'] },
  { name: 'ext4 with meta_bg', args: ['-t', 'ext4', '-b', '1024', '-g', '256', '-O', 'meta_bg,^resize_inode'], partclone: true },
  { name: 'ext4 with meta_bg, without flex_bg and 64bit', args: ['-t', 'ext4', '-b', '1024', '-g', '256', '-O', 'meta_bg,^resize_inode,^flex_bg,^64bit'] },
  { name: 'ext4 with bigalloc', args: ['-t', 'ext4', '-b', '4096', '-O', 'bigalloc', '-C', '65536'], size: 3 * 1024 * MIB },
  { name: 'ext4 with bigalloc of 1 KiB blocks', args: ['-t', 'ext4', '-b', '1024', '-O', 'bigalloc', '-C', '8192', '-g', '8192'] },
  { name: 'ext4 with bigalloc, without flex_bg', args: ['-t', 'ext4', '-b', '4096', '-O', 'bigalloc,^flex_bg,^resize_inode', '-C', '32768', '-g', '32768'], size: 500 * MIB },
  { name: 'ext4 with uninit_bg', args: ['-t', 'ext4', '-O', 'uninit_bg,^metadata_csum', '-b', '1024', '-E', 'lazy_itable_init=1'] },
  { name: 'ext4 with no checksums', args: ['-t', 'ext4', '-O', '^uninit_bg,^metadata_csum', '-b', '1024'] },
  { name: 'ext4 with sparse_super2', args: ['-t', 'ext4', '-O', 'sparse_super2,^resize_inode', '-b', '1024', '-g', '1024'] },
  { name: 'ext4 with one backup superblock', args: ['-t', 'ext4', '-O', 'sparse_super2,^resize_inode', '-E', 'num_backup_sb=1', '-b', '1024', '-g', '1024'] },
  { name: 'ext4 without a journal', args: ['-t', 'ext4', '-O', '^has_journal,project', '-I', '512'] },
  { name: 'ext4 with inline data', args: ['-t', 'ext4', '-O', 'inline_data,ea_inode,large_dir,orphan_file', '-I', '1024'] },
  { name: 'ext4 with packed metadata', args: ['-t', 'ext4', '-O', 'sparse_super2,^resize_inode', '-E', 'packed_meta_blocks=1', '-b', '1024', '-g', '1024'] },
  { name: 'ext4 of 64 KiB blocks', args: ['-t', 'ext4', '-b', '65536', '-O', '^has_journal'], size: 256 * MIB },
];

let made = 0;
for (const { name, args, size = 48 * MIB, partclone } of VARIANTS) {
  need({ tools: ['mke2fs', 'e2fsck', 'debugfs', 'dumpe2fs', 'partclone.extfs'] })(`${name}: as dumpe2fs and partclone have it, and nothing lost`, async () => {
    const path = blankFile(folder, `ext-${++made}.img`, size);
    run('mke2fs', ['-q', '-F', ...args, '-d', tree, path]);
    run('debugfs', ['-w', '-R', 'rm /many/deep/file 7', path]);
    const map = await allocationOf(path, extAllocation);
    const facts = run('dumpe2fs', ['-h', path]);
    const number = (key: string): number => Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(facts)?.[1]);
    const blockSize = number('Block size');
    expect(map.unit).toBe(/bigalloc/.test(args.join(' ')) ? number('Cluster size') : blockSize);
    expect(map.conditions).toEqual([]);
    expect(map.used).toEqual(dumpe2fsUsed(path, number('Block count'), blockSize, map.unit));
    if (partclone) expect(totalLength(map.used)).toBeLessThanOrEqual(totalLength(partcloneUsed('partclone.extfs', path)) + blockSize);

    const copy = copyUsed(path, map.used, size);
    run('e2fsck', ['-fn', copy]);
    for (const volume of [path, copy]) {
      mkdirSync(`${volume}.out`);
      run('debugfs', ['-R', `rdump / ${volume}.out`, volume]);
    }
    expect(treeOf(`${copy}.out`)).toEqual(treeOf(`${path}.out`));
    expect(Object.keys(treeOf(`${copy}.out`)).length).toBeGreaterThan(60);
    for (const volume of [path, copy]) rmSync(volume);
  });
}

need({ root: true, linux: true, tools: ['mke2fs', 'e2fsck', 'losetup', 'mount', 'fsfreeze'] })('a volume that was filled, emptied and filled again by the kernel', async () => {
  const path = blankFile(folder, 'filled.img', 200 * MIB);
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '1024', path]);
  const { expected, whileMounted } = await withMount(path, 'ext4', async (top, device) => {
    const write = (name: string, length: number): void => writeFileSync(join(top, name), Buffer.alloc(length, name));
    for (let i = 0; i < 400; i++) write(`first ${i}`, 1 + random.below(300_000));
    run('sync', ['-f', top]);
    for (let i = 0; i < 400; i += 2) rmSync(join(top, `first ${i}`));
    for (let i = 0; i < 40; i++) write(`second ${i}`, random.below(1_500_000));
    run('sync', ['-f', top]);
    const whileMounted = await allocationOf(device, extAllocation);
    // What a snapshot of a mounted volume finds.
    run('fsfreeze', ['--freeze', top]);
    const frozen = await allocationOf(device, extAllocation).finally(() => run('fsfreeze', ['--unfreeze', top]));
    expect(frozen.conditions).toEqual([]);
    return { expected: treeOf(top), whileMounted };
  });
  expect(whileMounted.conditions).toContain('journal');
  const map = await allocationOf(path, extAllocation);
  expect(map.conditions).toEqual([]);
  expect(map.fingerprint).not.toBe(whileMounted.fingerprint);
  expect(map.fingerprint).toBe((await allocationOf(path, extAllocation)).fingerprint);
  expect(map.used.length).toBeGreaterThan(50);
  expect(map.used).toEqual(dumpe2fsUsed(path, (200 * MIB) / KIB, KIB, KIB));

  const copy = copyUsed(path, map.used, 200 * MIB);
  run('e2fsck', ['-fn', copy]);
  await withMount(copy, 'ext4', (top) => expect(treeOf(top)).toEqual(expected));
  expect((await allocationOf(copy, extAllocation)).fingerprint).not.toBe(map.fingerprint);
});

need({ tools: ['mke2fs', 'debugfs'] })('a volume that was not unmounted, and one with errors', async () => {
  for (const state of ['0', '2', '3']) {
    const path = blankFile(folder, 'state.img', 8 * MIB);
    run('mke2fs', ['-q', '-F', '-t', 'ext2', path]);
    run('debugfs', ['-w', '-R', `set_super_value state ${state}`, path]);
    expect((await allocationOf(path, extAllocation)).conditions).toEqual(['dirty']);
  }
});

need({ tools: ['mke2fs'] })('of 2 TiB, hardly more is read than the bitmaps that were ever written', async () => {
  const size = 2 * 1024 * 1024 * MIB;
  const path = blankFile(folder, 'vast.img', size);
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', '-i', '1048576', path]);
  const file = await openFile(path);
  const source = counting(file);
  const map = await extAllocation(source, { leaveOutSwapFiles: true });
  await file.close();
  expect(endOf(map.used.at(-1)!)).toBeLessThanOrEqual(size);
  // Descriptors of 64 bytes and a bitmap of 4 KiB for those of the 16384 groups that have anything.
  expect(source.bytesRead).toBeLessThan(16 * MIB);
  rmSync(path);
});

test('nothing but a named error for what is no ext at all', async () => {
  const path = blankFile(folder, 'empty.img', MIB);
  await expect(allocationOf(path, extAllocation)).rejects.toMatchObject({ code: 'allocation-invalid' });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { extFragments, memoryDevice } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { toolEnv } from '../../labs/tool.ts';
import { blankFile, labFolder, openFile, run } from '../lab.ts';
import { KIB, MIB } from './volume-copy.ts';

const folder = labFolder();
const test = need({ tools: ['mke2fs', 'debugfs', 'e2fsck'] });

const tree = join(folder, 'tree');
mkdirSync(tree);
for (let i = 0; i < 400; i++) writeFileSync(join(tree, `small-${i}`), Buffer.alloc(4 * KIB, i));
writeFileSync(join(folder, 'large'), Buffer.alloc(600 * KIB, 'large'));
writeFileSync(join(folder, 'middle'), Buffer.alloc(60 * KIB, 'middle'));

/** A volume in whose holes two files were written: whatever made room for them lies around them. */
function crowded(name: string, options: readonly string[]): string {
  const path = blankFile(folder, name, 24 * MIB);
  run('mke2fs', ['-q', '-F', '-d', tree, '-N', '4096', ...options, path]);
  const gone = Array.from({ length: 200 }, (_, i) => `rm small-${2 * i}`);
  run('debugfs', ['-w', '-f', '-', path], [...gone, `write ${join(folder, 'large')} large`, `write ${join(folder, 'middle')} middle`].join('\n'));
  return path;
}

/** How many files e2fsck says are not contiguous (it counts the file system's own too: a journal in pieces is one), and how many regular files there are. */
function oracle(path: string): { fragmented: number; files: number } {
  const { stdout } = spawnSync('e2fsck', ['-fnv', path], { env: toolEnv, encoding: 'utf8' });
  return { fragmented: Number(/(\d+) non-contiguous files?/.exec(stdout)?.[1]), files: Number(/(\d+) regular files?/.exec(stdout)?.[1]) };
}

test.each([
  ['ext4', ['-t', 'ext4', '-b', '1024']], ['ext4 of 4 KiB blocks', ['-t', 'ext4', '-b', '4096', '-O', '^has_journal']], ['ext2', ['-t', 'ext2', '-b', '1024']], ['ext3 of groups of 1024 blocks', ['-t', 'ext3', '-b', '1024', '-g', '1024']],
] as const)('as many files lie in pieces as e2fsck counts (%s)', async (name, options) => {
  const path = crowded(name.replaceAll(' ', '-'), options);
  const { fragmented, files } = oracle(path);
  expect(fragmented).toBeGreaterThan(0);
  const source = await openFile(path);
  const found = await extFragments(source);
  await source.close();
  expect(found).toMatchObject({ fragmentedFiles: fragmented, files, share: 1 });
  expect(found.fragments).toBeGreaterThan(files + 10);
});

test('where it takes too long, a sample from all over the volume says of how much it is', async () => {
  const path = crowded('sample', ['-t', 'ext4', '-b', '1024', '-g', '1024']);
  const source = await openFile(path);
  const all = await extFragments(source);
  const some = await extFragments(source, { inodes: 400 });
  const one = await extFragments(source, { enough: () => true });
  // Without a block of an extent tree left, what lies in more than four pieces is not known; the rest is.
  const shallow = await extFragments(source, { indexBlocks: 1 });
  await source.close();
  expect(some.share).toBeGreaterThan(0);
  expect(some.share).toBeLessThan(1);
  expect(some.files).toBeLessThan(all.files);
  expect(one.files).toBe(1);
  expect(shallow.files).toBeLessThanOrEqual(all.files);
});

test('a volume with a flipped byte is counted or refused, in bounded time', async () => {
  const path = crowded('hostile', ['-t', 'ext4', '-b', '1024']);
  const source = await openFile(path);
  const bytes = new Uint8Array(source.size);
  await source.readInto(0, bytes);
  await source.close();
  const random = seeded(23);
  for (let round = 0; round < 60; round++) {
    const copy = bytes.slice();
    // Superblock, descriptors, inode tables and extent trees all lie here.
    for (let i = 0; i < 20; i++) copy[1024 + random.below(400 * KIB)] = random.below(256);
    const found = await extFragments(memoryDevice(copy)).catch((error: { code?: string }) => error.code);
    if (typeof found === 'object') expect(found.fragments).toBeGreaterThanOrEqual(found.files);
    else expect(found).toMatch(/^(allocation-invalid|struct-invalid|struct-out-of-bounds|number-unsafe)$/);
  }
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memoryDevice, readDisc } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { labFolder, run } from '../lab.ts';
import { fileDisc, hashFolder, hashTree, makeTree, sha256, WHEN, type Hashes } from './discs.ts';

const folder = labFolder();
const tree = makeTree(join(folder, 'tree'), { links: true });
const plain = makeTree(join(folder, 'plain'), { plainNames: true });
const wanted = hashFolder(tree);
/** Trees that know no links show genisoimage's empty files in their place. */
const withLinks = { ...wanted, 'SOURCES/LINK': sha256(new Uint8Array()), absolute: sha256(new Uint8Array()) };

/** What another program takes out of a disc. */
function extracted(name: string, tool: string, args: (into: string) => readonly string[]): Hashes {
  const into = join(folder, name);
  mkdirSync(into);
  run(tool, args(into));
  return hashFolder(into);
}

need({ tools: ['genisoimage', '7z'] })('a UDF bridge by genisoimage: UDF is read, with every file as it was and as 7-Zip reads it', async () => {
  const path = join(folder, 'bridge.iso');
  run('genisoimage', ['-quiet', '-udf', '-J', '-joliet-long', '-R', '-V', 'BRIDGE', '-o', path, tree]);
  const disc = await readDisc(fileDisc(path));
  expect(disc).toMatchObject({ label: 'BRIDGE', view: 'udf', views: ['udf', 'joliet', 'rock-ridge', 'iso9660'], boot: [] });
  expect(await hashTree(disc.tree)).toEqual(withLinks);
  expect(extracted('bridge', '7z', (into) => ['x', '-y', `-o${into}`, path])).toEqual(withLinks);
  expect(disc.tree.entries.find((entry) => entry.path === 'SOURCES/BOOT.WIM')?.modifiedAt).toEqual(WHEN);
});

need({ tools: ['genisoimage', 'xorriso'] })('the other trees of a disc: Joliet, Rock Ridge with its links and deep folders, plain names', async () => {
  const path = join(folder, 'trees.iso');
  run('genisoimage', ['-quiet', '-J', '-joliet-long', '-R', '-V', 'Trees', '-o', path, tree]);
  const joliet = await readDisc(fileDisc(path));
  expect(joliet).toMatchObject({ label: 'Trees', view: 'joliet' });
  expect(await hashTree(joliet.tree)).toEqual(withLinks);

  const { tree: posix } = await readDisc(fileDisc(path), { view: 'rock-ridge' });
  // genisoimage moves deep folders into rr_moved, and leaves that.
  const { 'rr_moved': moved, ...found } = await hashTree(posix);
  expect(moved).toBe('folder');
  expect(found).toEqual(wanted);
  expect(posix.leftOut).toEqual([
    { path: 'absolute', why: 'link', target: '/absolute/./path/..' },
    { path: 'SOURCES/LINK', why: 'link', target: '../README.TXT' },
  ]);
  const theirs = extracted('osirrox', 'xorriso', (into) => ['-osirrox', 'on', '-indev', path, '-extract', '/', into]);
  expect(await hashTree(posix)).toEqual(theirs);
  await expect(readDisc(fileDisc(path), { view: 'udf' })).rejects.toMatchObject({ code: 'disc-unknown' });
});

need({ tools: ['xorriso', 'genisoimage'] })('plain ISO 9660 and Rock Ridge by xorriso', async () => {
  const path = join(folder, 'plain.iso');
  run('genisoimage', ['-quiet', '-iso-level', '1', '-V', 'PLAIN', '-o', path, plain]);
  const disc = await readDisc(fileDisc(path));
  expect(disc).toMatchObject({ label: 'PLAIN', view: 'iso9660', views: ['iso9660'] });
  expect(await hashTree(disc.tree)).toEqual(hashFolder(plain));

  const other = join(folder, 'xorriso.iso');
  run('xorriso', ['-as', 'mkisofs', '-R', '-V', 'XORRISO', '-o', other, tree]);
  const posix = await readDisc(fileDisc(other));
  expect(posix).toMatchObject({ view: 'rock-ridge' });
  expect(await hashTree(posix.tree)).toEqual(wanted);
});

test('what is no disc is said so', async () => {
  await expect(readDisc(memoryDevice(1 << 20))).rejects.toMatchObject({ code: 'disc-unknown' });
  await expect(readDisc(memoryDevice(0))).rejects.toMatchObject({ code: 'disc-unknown' });
});

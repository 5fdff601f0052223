import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  applyEdit, captureTree, exportImages, extractImage, folderTree, makeFile, openWim, openWimFile, planEdit, planJoin, splitToFiles, writeWholeFile, type FileTree, type Wim,
} from '../../../../native-free-engine/index.ts';
import { staysInside } from '../../../../native-free-engine/io/node-extract-links.ts';
import { memoryDevice } from '../../../../native-free-engine/io/memory.ts';
import { memoryEntry, memoryTree } from '../../../support/memory-tree.ts';
import { need } from '../../../support/need.ts';
import { labFolder, run } from '../../lab.ts';
import { wimlib } from './wims.ts';

const folder = labFolder();
const at = (name: string): string => join(folder, name);
const wimTest = need({ tools: ['wimlib-imagex'] });

/** What a folder of Linux may hold: hard links, links up, down, to a folder, to nothing, to outside; times to the nanosecond. */
function makeLinks(root: string): string {
  mkdirSync(join(root, 'd/e'), { recursive: true });
  writeFileSync(join(root, 'file'), 'contents of two names');
  linkSync(join(root, 'file'), join(root, 'd/other name'));
  writeFileSync(join(root, 'empty'), '');
  linkSync(join(root, 'empty'), join(root, 'd/e/also empty'));
  writeFileSync(join(root, 'equal'), 'contents of two names');
  for (const [link, target] of [['down', 'd/other name'], ['d/up', '../file'], ['to folder', 'd/e'], ['dangling', 'nowhere'], ['absolute', '/etc/hostname'], ['d/outside', '../../outside']] as const) symlinkSync(target, join(root, link));
  for (const [i, path] of ['file', 'equal', 'd/up', 'd/e', 'empty', 'd', '.'].entries()) run('touch', ['--no-dereference', '-d', `2020-01-0${i + 1}T03:04:05.123456789Z`, join(root, path)]);
  return root;
}

/** What wimlib tells of an image, but for where things lie, what number a group of links has, and when files were born and read. */
const told = (wim: string, image = 1): string => wimlib('dir', '--detailed', wim, String(image))
  .replace(/^(?:Offset in WIM|Compressed size|Part Number|Reference Count|Creation Time|Last Access Time|Link Group ID|Flags) .*\n/gm, '').replace(/^Path: .*\n/gm, '');

wimTest('hard links, symbolic links and times are captured as wimlib captures them, and wimlib applies them', async () => {
  const tree = makeLinks(at('tree'));
  await makeFile(at('ours.wim'), false, async (output) => captureTree(await folderTree(tree), output, { name: 'n', packing: 'xpress' }));
  wimlib('capture', tree, at('theirs.wim'), 'n', '--compress=XPRESS', '--norpfix');
  wimlib('verify', at('ours.wim'));
  expect(told(at('ours.wim'))).toBe(told(at('theirs.wim')));
  wimlib('apply', at('ours.wim'), '1', at('applied'));
  for (const path of ['file', 'equal', 'd/e', 'd/up']) {
    const [was, is] = [tree, at('applied')].map((root) => lstatSync(join(root, path), { bigint: true }).mtimeNs / 100n);
    expect(is, path).toBe(was);
  }
  expect(lstatSync(at('applied/file')).ino).toBe(lstatSync(at('applied/d/other name')).ino);
  expect(lstatSync(at('applied/equal')).nlink).toBe(1);
  for (const link of ['down', 'd/up', 'to folder', 'dangling', 'absolute', 'd/outside']) expect(readlinkSync(join(at('applied'), link)), link).toBe(readlinkSync(join(tree, link)));
  // The counts of the XML are those that wimlib makes itself.
  const counts = async (path: string): Promise<unknown> => {
    const wim = await openWimFile(path);
    const { folders, files, totalBytes, hardLinkBytes } = wim.images[0]!;
    await wim.close();
    return { folders, files, totalBytes, hardLinkBytes };
  };
  expect(await counts(at('ours.wim'))).toEqual(await counts(at('theirs.wim')));
});

wimTest('hard and symbolic links are extracted, those that lead outside are left out and listed', async () => {
  const tree = existsSync(at('tree')) ? at('tree') : makeLinks(at('tree'));
  wimlib('capture', tree, at('extract.wim'), 'n', '--norpfix');
  const wim = await openWimFile(at('extract.wim'));
  const { links, leftOut } = await extractImage(wim, 1, at('out'));
  expect(links).toBe(4);
  expect(leftOut.map(({ path, target }) => [path, target]).sort()).toEqual([['absolute', 'C:\\etc\\hostname'], ['d/outside', '../../outside']]);
  expect(lstatSync(at('out/file')).ino).toBe(lstatSync(at('out/d/other name')).ino);
  expect(lstatSync(at('out/file')).ino).not.toBe(lstatSync(at('out/equal')).ino);
  expect(readFileSync(at('out/d/up'), 'utf8')).toBe('contents of two names');
  for (const link of ['down', 'd/up', 'to folder', 'dangling']) expect(readlinkSync(join(at('out'), link)), link).toBe(readlinkSync(join(tree, link)));
  // Node sets times to a fifth of a microsecond.
  for (const path of ['file', 'd/up', 'd/e', 'd']) {
    const [was, is] = [tree, at('out')].map((root) => lstatSync(join(root, path), { bigint: true }).mtimeNs);
    expect(Math.abs(Number(is! - was!)), path).toBeLessThan(1000);
  }
  // Again over what is there; nothing half stays.
  await expect(extractImage(wim, 1, at('out'))).rejects.toMatchObject({ code: 'destination-exists' });
  expect(await extractImage(wim, 1, at('out'), { overwrite: true })).toMatchObject({ links: 4 });
  expect(readdirSync(at('out'), { recursive: true }).filter((name) => String(name).includes('partial'))).toEqual([]);
  expect(await extractImage(wim, 1, at('some'), { paths: ['d', 'down'] })).toMatchObject({ files: 2, links: 2, leftOut: [{ path: 'd/outside' }] });
  expect(readdirSync(at('some')).sort()).toEqual(['d', 'down']);
  await wim.close();
});

async function hostile(tree: FileTree): Promise<Wim> {
  const memory = memoryDevice(1 << 20);
  const size = await captureTree(tree, memory, { name: 'n', packing: 'none' });
  return openWim([{ path: 'x.wim', source: memoryDevice(memory.bytes.subarray(0, size)) }]);
}

test('links of a hostile image lead nowhere outside, and no file is written through one', async () => {
  const victim = at('victim');
  mkdirSync(victim);
  writeFileSync(join(victim, 'file'), 'untouched');
  const link = (path: string, target: string) => ({ path, why: 'link' as const, target });
  const tree: FileTree = {
    ...memoryTree({ 'a/b/c/file': 'x', 'plain': 'y' }),
    leftOut: [
      link('a/b/c/root', '../../..'), link('steps', 'a/b/c/root/../victim'), link('out', '../victim'), link('a/out', '../../victim'), link('absolute', victim), link('a/b/up', '../b/../../../victim'),
      link('self', 'self'), link('through', 'a/b/c/root/plain'), link('dots', './a'), link('double', 'a//b'), link('deep', `${'../'.repeat(300)}etc`),
    ],
  };
  const wim = await hostile(tree);
  const { leftOut } = await extractImage(wim, 1, at('victim-out'));
  expect(leftOut.map(({ path }) => path).sort()).toEqual(['a/b/up', 'a/out', 'absolute', 'deep', 'double', 'out', 'steps']);
  expect(readdirSync(at('victim-out')).sort()).toEqual(['a', 'dots', 'plain', 'self', 'through']);
  await wim.close();

  // A link where a folder of the next image would be, and one where a file would be.
  const traps = await hostile({ ...memoryTree({}), leftOut: [link('trap', 'a'), link('file', 'plain')] });
  expect(await extractImage(traps, 1, at('trapped'))).toMatchObject({ links: 2 });
  mkdirSync(at('trapped/a'));
  const second = await hostile(memoryTree({ 'trap/file': 'z' }));
  await expect(extractImage(second, 1, at('trapped'), { overwrite: true })).rejects.toMatchObject({ code: 'destination-exists' });
  const third = await hostile({ label: '', entries: [memoryEntry('file', Buffer.from('new'))] });
  await extractImage(third, 1, at('trapped'), { overwrite: true });
  expect(lstatSync(at('trapped/file')).isFile()).toBe(true);
  expect(readdirSync(at('trapped/a'))).toEqual([]);
  for (const each of [traps, second, third]) await each.close();
  expect(readdirSync(victim)).toEqual(['file']);
  expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('untouched');
});

test.each([
  ['x', 'y', true], ['x', '.', true], ['x', '..', false], ['a/x', '..', true], ['a/x', '../..', false], ['a/x', '../../a', false], ['a/b/x', '../../c/d', true], ['x', 'a/../b', false],
  ['x', '/etc', false], ['x', 'a/', true], ['x', '', false], ['x', 'a\0b', false], ['a/x', '../', false], ['x', 'C:\\y', false],
])('a link at %j to %j stays inside: %j', (path, target, inside) => {
  expect(staysInside(path, target)).toBe(inside);
});

need({ tools: ['wimlib-imagex', 'mkntfs', 'ntfscp'] })('rights, named streams, short names and attributes of an NTFS volume are kept when it is exported, split, joined and changed', async () => {
  run('truncate', ['-s', '8M', at('volume.img')]);
  run('mkntfs', ['-q', '-F', at('volume.img')]);
  for (const [name, text] of [['hello', 'hello'], ['zone', '[ZoneTransfer]\r\nZoneId=3\r\n'], ['large', 'noise '.repeat(20_000)]] as const) writeFileSync(at(name), text);
  run('ntfscp', [at('volume.img'), at('hello'), '/hello.txt']);
  run('ntfscp', [at('volume.img'), at('large'), '/large.bin']);
  run('ntfscp', ['-N', 'Zone.Identifier', at('volume.img'), at('zone'), '/hello.txt']);
  wimlib('capture', at('volume.img'), at('ntfs.wim'), 'n', '--compress=LZX');
  const original = told(at('ntfs.wim'));
  expect(original).toMatch(/Security Descriptor = 01[^]*Named data stream "Zone\.Identifier"/);

  const wim = await openWimFile(at('ntfs.wim'));
  for (const packing of ['none', 'xpress', 'lzx'] as const) {
    await makeFile(at(`ntfs-${packing}.wim`), false, (output) => exportImages(wim, output, { packing }));
    wimlib('verify', at(`ntfs-${packing}.wim`));
    expect(told(at(`ntfs-${packing}.wim`)), packing).toBe(original);
  }
  await splitToFiles(wim, at('ntfs.swm'), 4000);
  const parts = readdirSync(folder).filter((name) => /^ntfs\d*\.swm$/.test(name)).map(at);
  expect(parts.length).toBeGreaterThan(0);
  const split = await openWimFile(parts[0]!);
  await writeWholeFile(at('ntfs-joined.wim'), planJoin(split));
  await split.close();
  expect(told(at('ntfs-joined.wim'))).toBe(original);
  await applyEdit(wim, await planEdit(wim, { images: [{ index: 1, changes: [{ kind: 'put', path: 'new.txt', contents: memoryEntry('new.txt', Buffer.from('new')) }] }] }));
  await wim.close();
  wimlib('verify', at('ntfs.wim'));
  wimlib('update', at('ntfs.wim'), '1', '--command', 'delete /new.txt');
  expect(told(at('ntfs.wim'))).toBe(original);
});

import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderTree, readBytes } from '../../../native-free-engine/index.ts';
import { labFolder } from '../lab.ts';

const folder = labFolder();
let number = 0;

function tree(): string {
  const root = join(folder, `tree-${++number}`);
  mkdirSync(join(root, 'b/deep'), { recursive: true });
  mkdirSync(join(root, 'empty'));
  writeFileSync(join(root, 'b/deep/Größe.txt'), 'inside');
  writeFileSync(join(root, 'b.txt'), 'b');
  writeFileSync(join(root, 'A.txt'), '');
  symlinkSync('../outside', join(root, 'b/link'));
  symlinkSync(root, join(root, 'round'));
  return root;
}

test('a folder is listed in the order of its names, folders before what is in them, links left out', async () => {
  const root = tree();
  const { entries, label, leftOut } = await folderTree(root);
  expect(entries.map(({ path, kind, size }) => `${kind} ${path} ${size}`)).toEqual([
    'file A.txt 0', 'folder b 0', 'folder b/deep 0', 'file b/deep/Größe.txt 6', 'file b.txt 1', 'folder empty 0',
  ]);
  expect(label).toBe(`tree-${number}`);
  expect(leftOut).toMatchObject([{ path: 'b/link', why: 'link', target: '../outside' }, { path: 'round', why: 'link', target: root }]);
  const source = await entries[3]!.open();
  expect(Buffer.from(await readBytes(source, 2, 4)).toString()).toBe('side');
  await source.close();
});

test('a file that changes before or while it is read is named', async () => {
  const root = tree();
  const { entries } = await folderTree(root);
  const file = entries.find(({ path }) => path === 'b/deep/Größe.txt')!;
  const source = await file.open();
  appendFileSync(join(root, file.path), ' and more');
  await expect(readBytes(source, 0, file.size)).rejects.toMatchObject({ code: 'file-changed' });
  await source.close();
  await expect(file.open()).rejects.toMatchObject({ code: 'file-changed', params: { path: join(root, file.path) } });
  // Another file, or a link, in its place.
  rmSync(join(root, 'b.txt'));
  symlinkSync('A.txt', join(root, 'b.txt'));
  await expect(entries.find(({ path }) => path === 'b.txt')!.open()).rejects.toMatchObject({ code: 'file-unreadable' });
  renameSync(join(root, 'b/deep'), join(root, 'b/gone'));
  await expect(file.open()).rejects.toMatchObject({ code: 'file-unreadable' });
  await expect(folderTree(join(root, 'nothing'))).rejects.toMatchObject({ code: 'file-unreadable' });
});

test('folders deeper than any system bears are named', async () => {
  const root = join(folder, 'deep');
  mkdirSync(join(root, ...Array<string>(256).fill('d')), { recursive: true });
  expect((await folderTree(root)).entries).toHaveLength(256);
  mkdirSync(join(root, ...Array<string>(258).fill('d')), { recursive: true });
  await expect(folderTree(root)).rejects.toMatchObject({ code: 'tree-too-deep' });
});

// Other systems refuse to make such a name.
test.runIf(process.platform === 'linux')('a name that is no text is named by its bytes, also where another file has what would be made of it; a link to one is left out', async () => {
  const root = join(folder, 'bytes');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'sub', 'caf\ufffd.txt'), 'text');
  symlinkSync(Buffer.from('caf\xe9', 'latin1'), join(root, 'link'));
  const tree = await folderTree(root);
  expect(tree.entries.map(({ path }) => path)).toEqual(['sub', 'sub/caf\ufffd.txt']);
  expect(tree.leftOut).toMatchObject([{ path: 'link', why: 'link', target: '' }]);
  writeFileSync(Buffer.concat([Buffer.from(`${join(root, 'sub')}/`), Buffer.from('caf\xe9.txt', 'latin1')]), 'bytes');
  await expect(folderTree(root)).rejects.toMatchObject({ code: 'tree-name-not-text', params: { path: join(root, 'sub', 'caf\\xe9.txt') } });
});

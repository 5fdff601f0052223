import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError, extractTree, folderTree, memoryEntry, type FileTree, type TreeEntry } from '../../../native-free-engine/index.ts';
import { hashFolder, makeTree, WHEN } from '../discs/discs.ts';
import { labFolder } from '../lab.ts';

const folder = labFolder();
let number = 0;
const place = (): string => join(folder, `out-${++number}`);
const treeOf = (...paths: string[]): FileTree => ({
  label: '',
  entries: paths.map((path) => (path.endsWith('/') ? { ...memoryEntry(path.slice(0, -1), new Uint8Array()), kind: 'folder' as const } : memoryEntry(path, Buffer.from(path), WHEN))),
});
const read = (...parts: string[]): string => readFileSync(join(...parts), 'utf8');

test('a tree is written as it is, with the times of its files and folders', async () => {
  const from = makeTree(join(folder, 'from'));
  const into = place();
  const tree = await folderTree(from);
  let last = 0;
  const result = await extractTree(tree, into, { onProgress: (done) => (last = done) });
  expect(hashFolder(into)).toEqual(hashFolder(from));
  expect(result.bytes).toBe(last);
  expect(statSync(join(into, 'SOURCES/BOOT.WIM')).mtime).toEqual(WHEN);
  expect(statSync(join(into, 'many')).mtimeMs).toBeCloseTo(statSync(join(from, 'many')).mtimeMs, -2);
});

test('chosen paths only, in any case and with either slash', async () => {
  const tree = treeOf('a/', 'a/one', 'a/Two/', 'a/Two/three', 'b');
  const into = place();
  expect(await extractTree(tree, into, { paths: ['A\\two\\', '/b'] })).toEqual({ files: 2, folders: 1, bytes: 12 });
  expect(Object.keys(hashFolder(into))).toEqual(['a', 'a/Two', 'a/Two/three', 'b']);
  await expect(extractTree(tree, place(), { paths: ['a/t'] })).rejects.toMatchObject({ code: 'tree-entry-missing', params: { path: 'a/t' } });
});

test('what is there is left alone unless it may be replaced', async () => {
  const into = place();
  mkdirSync(into);
  writeFileSync(join(into, 'b'), 'mine');
  const tree = treeOf('a', 'b', 'c/', 'c/d');
  await expect(extractTree(tree, into)).rejects.toMatchObject({ code: 'destination-exists' });
  expect(readdirSync(into)).toEqual(['b']);
  await extractTree(tree, into, { overwrite: true });
  expect([read(into, 'b'), read(into, 'c/d')]).toEqual(['b', 'c/d']);
  // A folder in the place of a file is never replaced.
  await expect(extractTree(treeOf('c'), into, { overwrite: true })).rejects.toMatchObject({ code: 'destination-exists' });
});

test('nothing is written outside: through links, or by names', async () => {
  const outside = place();
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'safe');
  const into = place();
  mkdirSync(into);
  symlinkSync(outside, join(into, 'c'));
  symlinkSync(join(outside, 'file'), join(into, 'f'));
  for (const tree of [treeOf('c/', 'c/d'), treeOf('c/d')]) {
    await expect(extractTree(tree, into, { overwrite: true })).rejects.toMatchObject({ code: 'destination-exists' });
  }
  expect(readdirSync(outside)).toEqual(['file']);
  // A link in the place of a file is replaced itself, not what it leads to.
  await extractTree(treeOf('f'), into, { overwrite: true });
  expect([read(into, 'f'), read(outside, 'file')]).toEqual(['f', 'safe']);

  for (const path of ['../x', 'a/../../x', '/etc/x', '', 'a//b', 'nul\0byte', 'half \ud800 pair', `a/${'long'.repeat(64)}`]) {
    await expect(extractTree({ label: '', entries: [memoryEntry(path, new Uint8Array())] }, place()), path).rejects.toMatchObject({ code: 'tree-name-illegal' });
  }
});

test('names that Windows does not have, or has twice, are named before anything is written', async () => {
  for (const path of ['a/b:c', 'CON', 'a/nul.txt', 'com1 .x', 'dot.', 'space ', 'a\\b', 'x?', 'tab\t', 'LPT¹']) {
    const into = place();
    await expect(extractTree(treeOf('fine', path), into, { platform: 'win32' }), path).rejects.toMatchObject({ code: 'tree-name-illegal', params: { path } });
    expect(existsSync(into)).toBe(false);
  }
  await extractTree(treeOf('console', 'nullify.txt', '.hidden', 'a;b'), place(), { platform: 'win32' });
  const twice = treeOf('Read.me', 'READ.ME');
  await expect(extractTree(twice, place(), { platform: 'win32' })).rejects.toMatchObject({ code: 'tree-names-collide', params: { path: 'READ.ME', other: 'Read.me' } });
  await extractTree(twice, place(), { platform: 'linux' });
});

test('too little space, a file that cannot be read and a cancelled job leave no half file', async () => {
  const huge: TreeEntry = { ...memoryEntry('huge', new Uint8Array()), size: 2 ** 50 };
  await expect(extractTree({ label: '', entries: [huge] }, place())).rejects.toMatchObject({ code: 'destination-full' });

  const bad: TreeEntry = {
    ...memoryEntry('bad', new Uint8Array(9 << 20)),
    open: async () => ({ size: 9 << 20, sectorSize: 512, readInto: async (offset) => { if (offset > 0) throw new EngineError('image-unreadable', { path: 'x' }); }, close: async () => undefined }),
  };
  const into = place();
  await expect(extractTree({ label: '', entries: [memoryEntry('good', new Uint8Array(3)), bad] }, into)).rejects.toMatchObject({ code: 'image-unreadable' });
  expect(readdirSync(into)).toEqual(['good']);

  const stop = new AbortController();
  const elsewhere = place();
  await expect(extractTree(treeOf('a', 'b'), elsewhere, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow('cancelled');
  expect(readdirSync(elsewhere)).toEqual(['a']);
});

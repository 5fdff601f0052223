import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  applyEdit, imageTree, openWim, openWimFile, planEdit, planJoin, readImage, verifyWim, writeWholeFile, type NewContents, type Wim, type WimEdits,
} from '../../../../native-free-engine/index.ts';
import { memoryDevice } from '../../../../native-free-engine/io/memory.ts';
import { folderTree } from '../../../../native-free-engine/io/node-folder-tree.ts';
import { readBytes } from '../../../../native-free-engine/io/read-bytes.ts';
import { need } from '../../../support/need.ts';
import { seeded } from '../../../support/seeded.ts';
import { labFolder } from '../../lab.ts';
import { contents, makeTree, wimlib, type Contents } from './wims.ts';

const folder = labFolder();
const tree = join(folder, 'tree');
mkdirSync(tree);
const expected = makeTree(tree);
const wimTest = need({ tools: ['wimlib-imagex'] });

const text = (value: string): NewContents => ({
  size: Buffer.byteLength(value, 'latin1'), modifiedAt: new Date('2024-05-06T07:08:09Z'), attributes: 0, open: async () => memoryDevice(Buffer.from(value, 'latin1')),
});
const big = 'x'.repeat(100_000);
const edits: WimEdits = {
  images: [{
    index: 1, name: 'Nieuwe naam', changes: [
      { kind: 'put', path: 'windows/system32/STARTNET.CMD', contents: text('wpeinit\r\ndrvload x.inf\r\n') },
      { kind: 'put', path: 'Drivers/Net/ë.inf', contents: text(big) },
      { kind: 'put', path: 'Drivers/same.txt', contents: text(expected['Windows/packs.txt']!) },
      { kind: 'put', path: 'nothing.txt', contents: text('') },
      { kind: 'delete', path: 'Windows/noise.bin' },
      { kind: 'delete', path: 'Programma’s' },
      { kind: 'folder', path: 'Nieuw/Map' },
    ],
  }],
  bootIndex: 1,
};

/** What the tree is to be after {@link edits}. */
function edited(): Contents {
  const kept = Object.entries(expected).filter(([path]) => !path.startsWith('Programma’s') && path !== 'Windows/noise.bin');
  return {
    ...Object.fromEntries(kept), 'Windows/System32/startnet.cmd': 'wpeinit\r\ndrvload x.inf\r\n', 'Drivers/': '', 'Drivers/Net/': '', 'Drivers/Net/ë.inf': big,
    'Drivers/same.txt': expected['Windows/packs.txt']!, 'nothing.txt': '', 'Nieuw/': '', 'Nieuw/Map/': '',
  };
}

const files = async (wim: Wim, index = 1): Promise<Contents> => contents(imageTree(wim, await readImage(wim, index)));

wimTest.each(['none', 'XPRESS'])('files are added, replaced and deleted in place (%s), and wimlib finds the WIM sound', async (compression) => {
  const path = join(folder, `edit-${compression}.wim`);
  wimlib('capture', tree, path, 'een', `--compress=${compression}`, '--check');
  wimlib('capture', tree, path.replace('.wim', '-2.wim'), 'twee', `--compress=${compression}`);
  wimlib('export', path.replace('.wim', '-2.wim'), '1', path, 'twee', '--check');
  const before = await openWimFile(path);
  await applyEdit(before, await planEdit(before, edits));
  await before.close();

  wimlib('verify', path);
  const out = join(folder, `out-${compression}`);
  wimlib('apply', path, '1', out);
  expect(readFileSync(join(out, 'Windows/System32/startnet.cmd'), 'latin1')).toBe('wpeinit\r\ndrvload x.inf\r\n');
  const wim = await openWimFile(path);
  expect(await files(wim)).toEqual(edited());
  expect(await files(wim, 2)).toEqual(expected);
  expect(wim.images[0]).toMatchObject({ name: 'Nieuwe naam' });
  expect(wim.header.bootIndex).toBe(1);
  expect(await verifyWim(wim)).toMatchObject({ images: 2, integrity: true });
  // The totals in the XML are what wimlib counts itself after a change of its own.
  const counted = { folders: wim.images[0]!.folders, files: wim.images[0]!.files, totalBytes: wim.images[0]!.totalBytes, hardLinkBytes: wim.images[0]!.hardLinkBytes };
  await wim.close();
  wimlib('update', path, '1', '--command', `add "${join(tree, 'empty')}" other`);
  const again = await openWimFile(path);
  expect(again.images[0]).toMatchObject({ ...counted, files: counted.files + 1 });
  await again.close();
  wimlib('optimize', path);
});

wimTest('an ESD of several solid resources is read, changed and joined, and wimlib finds it sound', async () => {
  const path = join(folder, 'solid.esd');
  const trees = [tree, join(folder, 'more'), join(folder, 'most')];
  mkdirSync(trees[1]!);
  mkdirSync(trees[2]!);
  writeFileSync(join(trees[1]!, 'packs.txt'), expected['Windows/packs.txt']!, 'latin1');
  for (const i of [1, 2]) writeFileSync(join(trees[i]!, 'own.bin'), seeded(i).bytes(100_000 * i));
  for (const [i, source] of trees.entries()) wimlib(i === 0 ? 'capture' : 'append', source, path, `image ${i}`, '--solid');
  const wim = await openWimFile(path);
  expect(new Set([...wim.table.streams.values()].map(({ resource }) => resource)).size).toBe(3);
  await verifyWim(wim);
  for (const [i, source] of trees.entries()) expect(await files(wim, i + 1)).toEqual(i === 0 ? expected : await contents(await folderTree(source)));
  const joined = join(folder, 'solid-joined.esd');
  await writeWholeFile(joined, planJoin(wim));
  await applyEdit(wim, await planEdit(wim, edits));
  await wim.close();
  for (const made of [path, joined]) wimlib('verify', made);
  const again = await openWimFile(path);
  await verifyWim(again);
  expect(await files(again)).toEqual(edited());
  await again.close();
});

wimTest('the planned WIM is the file that applying it makes, and one that was interrupted anywhere is the old one', async () => {
  const path = join(folder, 'steps.wim');
  wimlib('capture', tree, path, 'een', '--compress=XPRESS', '--check');
  const old = readFileSync(path);
  const wim = await openWimFile(path);
  const plan = await planEdit(wim, edits, { now: new Date('2025-01-01T00:00:00Z') });
  const whole = Buffer.from(await readBytes(plan.source, 0, plan.source.size));
  const tail = Buffer.from(await readBytes(plan.tail, 0, plan.tail.size));
  // Every prefix of the new bytes, at steps that hit each resource and table: the old header still counts.
  for (const written of [1, 100, Math.floor(tail.length / 2), tail.length - 1, tail.length]) {
    const torn = Buffer.alloc(Math.max(old.length, plan.tailOffset + written));
    old.copy(torn);
    tail.copy(torn, plan.tailOffset, 0, written);
    const opened = await openWim([{ path: 'torn.wim', source: memoryDevice(torn) }]);
    await verifyWim(opened);
    expect(await files(opened)).toEqual(expected);
  }
  await applyEdit(wim, plan);
  expect(readFileSync(path).equals(whole)).toBe(true);
  await wim.close();

  // What an interrupted change left behind is written over by the next one, and what is longer is cut off.
  const torn = join(folder, 'torn.wim');
  writeFileSync(torn, Buffer.concat([old, tail, Buffer.alloc(100_000, 1)]));
  const reopened = await openWimFile(torn);
  await applyEdit(reopened, await planEdit(reopened, edits, { now: new Date('2025-01-01T00:00:00Z') }));
  await reopened.close();
  expect(readFileSync(torn).equals(whole)).toBe(true);
});

wimTest('a WIM that changed since it was opened is not written to', async () => {
  const path = join(folder, 'changed.wim');
  wimlib('capture', tree, path, 'een', '--compress=none');
  const wim = await openWimFile(path);
  const plan = await planEdit(wim, edits);
  wimlib('info', path, '1', 'other name');
  const now = readFileSync(path);
  await expect(applyEdit(wim, plan)).rejects.toMatchObject({ code: 'wim-changed' });
  expect(readFileSync(path).equals(now)).toBe(true);
  await wim.close();
});

wimTest('changes that make no sense are refused by name', async () => {
  const path = join(folder, 'refused.wim');
  wimlib('capture', tree, path, 'een', '--compress=none');
  const wim = await openWimFile(path);
  const plan = (changes: NonNullable<WimEdits['images']>[number]['changes'], index = 1): Promise<unknown> => planEdit(wim, { images: [{ index, changes: changes! }] });
  await expect(plan([{ kind: 'delete', path: 'Windows/none' }])).rejects.toMatchObject({ code: 'tree-entry-missing' });
  await expect(plan([{ kind: 'put', path: 'Windows', contents: text('') }])).rejects.toMatchObject({ code: 'tree-entry-in-the-way' });
  await expect(plan([{ kind: 'put', path: 'empty/x', contents: text('') }])).rejects.toMatchObject({ code: 'tree-entry-in-the-way' });
  await expect(plan([{ kind: 'put', path: '../x', contents: text('') }])).rejects.toMatchObject({ code: 'tree-name-unsafe' });
  await expect(plan([], 2)).rejects.toMatchObject({ code: 'wim-image-not-found' });
  await expect(planEdit(wim, { bootIndex: 5 })).rejects.toMatchObject({ code: 'wim-image-not-found' });
  await wim.close();
});


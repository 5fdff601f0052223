import { expect } from 'vitest';
import { join } from 'node:path';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { extractImage, imageTree, openWimFile, readImage, verifyWim } from '../../../../native-free-engine/index.ts';
import { folderTree } from '../../../../native-free-engine/io/node-folder-tree.ts';
import { need } from '../../../support/need.ts';
import { seeded } from '../../../support/seeded.ts';
import { labFolder } from '../../lab.ts';
import { contents, makeTree, wimlib } from './wims.ts';

const folder = labFolder();
const tree = join(folder, 'tree');
mkdirSync(tree);
const expected = makeTree(tree);
const wimTest = need({ tools: ['wimlib-imagex'] });

wimTest.each([
  ['none', ['--compress=none'], false],
  ...['4K', '8K', '32K', '64K'].map((size) => ['xpress', ['--compress=XPRESS', `--chunk-size=${size}`], false] as const),
  ...['32K', '64K', '2M'].map((size) => ['lzx', ['--compress=LZX', `--chunk-size=${size}`], false] as const),
  ...['32K', '128K', '1M'].map((size) => ['lzms', ['--compress=LZMS', `--chunk-size=${size}`], false] as const),
  ['lzms', ['--solid'], true],
  ['lzms', ['--solid', '--solid-chunk-size=32K'], true],
  ['lzx', ['--compress=LZX', '--solid', '--solid-compress=LZX'], true],
  ['xpress', ['--compress=XPRESS', '--solid', '--solid-compress=XPRESS', '--solid-chunk-size=4K'], true],
] as const)('what wimlib packs with %s %j is read to the byte and verified', async (compression, args, solid) => {
  const path = join(folder, 'read.wim');
  wimlib('capture', tree, path, 'Naam & meer', 'een <beschrijving>', ...args, '--check');
  const wim = await openWimFile(path);
  expect(wim.header.compression).toBe(compression);
  expect(wim.solid).toBe(solid);
  expect(wim.images).toMatchObject([{ index: 1, name: 'Naam & meer', description: 'een <beschrijving>', folders: 5, files: 8 }]);
  const found = imageTree(wim, await readImage(wim, 1));
  expect(await contents(found)).toEqual(expected);
  expect(found.leftOut).toEqual([{ path: 'symbolic', why: 'link', target: '' }]);
  expect(await verifyWim(wim)).toEqual({ images: 1, streams: 5, bytes: expect.any(Number) as number, integrity: true });
  await wim.close();
});

wimTest.each([['--compress=XPRESS'], ['--compress=LZX'], ['--compress=none']])('a pipable WIM (%s) is refused by name', async (packing) => {
  const path = join(folder, 'pipable.wim');
  wimlib('capture', tree, path, 'een', packing, '--pipable');
  await expect(openWimFile(path)).rejects.toMatchObject({ code: 'wim-pipable', params: { path } });
});

/** Enough for threads, and contents of every kind: many small files, one large, some that do not pack. */
wimTest.each([['--compress=LZX'], ['--solid', '--solid-compress=LZX', '--solid-chunk-size=1M']])('several MiB packed with %s are verified and extracted on all cores', async (...args) => {
  const large = join(folder, 'large');
  if (!existsSync(large)) {
    mkdirSync(large);
    const random = seeded(99);
    for (let i = 0; i < 40; i++) writeFileSync(join(large, `noise-${i}`), random.bytes(1000 + i * 997));
    for (let i = 0; i < 40; i++) writeFileSync(join(large, `text-${i}`), `file ${i}, line after line\r\n`.repeat(i * 200));
    writeFileSync(join(large, 'large'), Array.from({ length: 300_000 }, (_, i) => `${i * 7} `).join(''));
    writeFileSync(join(large, 'again'), Array.from({ length: 300_000 }, (_, i) => `${i * 7} `).join(''));
  }
  const path = join(folder, 'large.wim');
  wimlib('capture', large, path, 'groot', ...args);
  const wim = await openWimFile(path);
  expect(await verifyWim(wim)).toMatchObject({ images: 1, integrity: false });
  const out = join(folder, `out${args.join('')}`);
  await extractImage(wim, 1, out);
  expect(await contents(await folderTree(out))).toEqual(await contents(await folderTree(large)));
  await wim.close();
});

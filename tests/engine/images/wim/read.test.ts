import { expect } from 'vitest';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { imageTree, openWimFile, readImage, verifyWim } from '../../../../native-free-engine/index.ts';
import { need } from '../../../support/need.ts';
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

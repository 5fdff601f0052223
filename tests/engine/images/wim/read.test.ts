import { expect } from 'vitest';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { imageTree, openWimFile, readImage } from '../../../../native-free-engine/index.ts';
import { need } from '../../../support/need.ts';
import { labFolder } from '../../lab.ts';
import { contents, makeTree, wimlib } from './wims.ts';

const folder = labFolder();
const tree = join(folder, 'tree');
mkdirSync(tree);
const expected = makeTree(tree);
const wimTest = need({ tools: ['wimlib-imagex'] });

wimTest.each([
  ['none', []], ['xpress', ['--compress=XPRESS']], ['xpress', ['--compress=XPRESS', '--chunk-size=4K']], ['xpress', ['--compress=XPRESS', '--chunk-size=64K']],
] as const)('what wimlib packs with %s %j is read to the byte', async (compression, args) => {
  const path = join(folder, 'read.wim');
  wimlib('capture', tree, path, 'Naam & meer', 'een <beschrijving>', ...(compression === 'none' ? ['--compress=none'] : args), '--check');
  const wim = await openWimFile(path);
  expect(wim.header.compression).toBe(compression);
  expect(wim.images).toMatchObject([{ index: 1, name: 'Naam & meer', description: 'een <beschrijving>', folders: 5, files: 8 }]);
  const found = imageTree(wim, await readImage(wim, 1));
  expect(await contents(found)).toEqual(expected);
  expect(found.leftOut).toEqual([{ path: 'symbolic', why: 'link', target: '' }]);
  await wim.close();
});

import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest, readSums, type FoundManifest } from '../../native-free-engine/index.ts';
import { checkChain, resolveChain } from '../../src/library/index.ts';
import { imageBench, type ImageBench } from './images.ts';

interface Three {
  readonly bench: ImageBench;
  readonly first: FoundManifest;
  readonly second: FoundManifest;
  readonly third: FoundManifest;
}

async function three(): Promise<Three> {
  const bench = await imageBench();
  const first = await bench.put('first', join(bench.folder, 'first.qcow2'));
  const second = await bench.put('second', join(bench.folder, 'second.qcow2'));
  const third = await bench.put('third', join(bench.folder, 'third.qcow2'));
  return { bench, first, second, third };
}

test('a chain is followed to its end, nearest first', async () => {
  const { bench, first, second, third } = await three();
  const chain = await resolveChain(third, []);
  expect(chain.links.map(({ id, path, error }) => [id, path, error])).toEqual([
    [second.manifest.id, join(bench.folder, 'second.qcow2'), null],
    [first.manifest.id, join(bench.folder, 'first.qcow2'), null],
  ]);
  expect(chain.backings).toMatchObject({ 'second.qcow2': join(bench.folder, 'second.qcow2'), 'first.qcow2': join(bench.folder, 'first.qcow2') });
  // As an image records one with a colon.
  expect(chain.backings['./second.qcow2']).toBe(join(bench.folder, 'second.qcow2'));
  checkChain(third.image, chain.links);
  expect((await resolveChain(first, [])).links).toEqual([]);
});

test('parents that were renamed and moved, with their manifest or without it, are found by identity', async () => {
  const { bench, first, second, third } = await three();
  const archive = await bench.sub('archive');
  for (const suffix of ['', '.json', '.sums']) await rename(join(bench.folder, `first.qcow2${suffix}`), join(archive, `2025 shop.qcow2${suffix}`));
  await rename(join(bench.folder, 'second.qcow2'), join(bench.folder, 'renamed by hand.qcow2'));
  const chain = await resolveChain(third, []);
  expect(chain.links.map(({ path }) => path)).toEqual([join(bench.folder, 'renamed by hand.qcow2'), join(archive, '2025 shop.qcow2')]);
  expect(chain.backings['second.qcow2']).toBe(join(bench.folder, 'renamed by hand.qcow2'));
  for (const found of chain.found) await readSums(found);

  // Somewhere else altogether: only a folder of the library leads there.
  const far = (await imageBench()).folder;
  for (const suffix of ['', '.json', '.sums']) await copyFile(join(archive, `2025 shop.qcow2${suffix}`), join(far, `x.qcow2${suffix}`));
  await rm(archive, { recursive: true });
  const lastSeen = await bench.lastSeen('first');
  const lost = await resolveChain(third, []);
  expect(lost.links[1]).toMatchObject({ id: first.manifest.id, name: 'first.qcow2', path: null, lastSeen, error: { code: 'image-parent-missing' } });
  expect(() => checkChain(third.image, lost.links)).toThrow(`image-parent-missing (path=${third.image}, name=first.qcow2, lastSeen=${lastSeen})`);
  expect((await resolveChain(second, [far])).links).toMatchObject([{ path: join(far, 'x.qcow2'), error: null }]);
});

test('a swapped parent is told from the right one, and the right one is preferred to a swapped copy', async () => {
  const { bench, first, second } = await three();
  const other = await bench.sub('other');
  const text = await readFile(first.path, 'utf8');
  for (const suffix of ['', '.json', '.sums']) await copyFile(join(bench.folder, `first.qcow2${suffix}`), join(other, `first.qcow2${suffix}`));
  // The same identity, another content.
  await writeFile(first.path, text.replace('"purpose": "test"', '"purpose": "TEST"'));
  expect((await readManifest(first.path)).manifest.id).toBe(first.manifest.id);
  expect((await resolveChain(second, [])).links).toMatchObject([{ path: join(other, 'first.qcow2'), error: null }]);
  await rm(other, { recursive: true });
  const swapped = await resolveChain(second, []);
  expect(swapped.links).toMatchObject([{ path: join(bench.folder, 'first.qcow2'), error: { code: 'image-parent-swapped' } }]);
  expect(swapped.found).toEqual([]);
  expect(() => checkChain(second.image, swapped.links)).toThrow('image-parent-swapped');
});

test('a manifest that names itself, or a server, as its parent', async () => {
  const { bench, third } = await three();
  const parent = { ...third.manifest.parent, id: third.manifest.id, manifestSha256: 'ab'.repeat(32), name: 'third.qcow2', lastSeen: '//server/share/x.qcow2' };
  await writeFile(third.path, JSON.stringify({ ...third.manifest, parent }));
  const chain = await resolveChain(await readManifest(third.path), [bench.folder]);
  expect(chain.links).toMatchObject([{ path: null, error: { code: 'image-parent-missing' } }]);
});

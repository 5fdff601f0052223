import { copyFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSums } from '../../native-free-engine/index.ts';
import { discardImage, listLibrary, renameImage, resolveChain, scanFolders } from '../../src/library/index.ts';
import { imageBench, textOf } from './images.ts';

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

test('an image is renamed with all its files; what builds on it still finds it', async () => {
  const bench = await imageBench();
  const { folder } = bench;
  const parent = await bench.put('first', join(folder, 'image.qcow2'));
  const child = await bench.put('second', join(folder, 'child.qcow2'));
  const manifest = await textOf(parent.path);
  expect(await renameImage(join(folder, 'image.qcow2'), 'Front desk 2026')).toBe(join(folder, 'Front desk 2026.qcow2'));
  expect((await namesIn(folder)).filter((name) => name.startsWith('Front'))).toEqual(['Front desk 2026.qcow2', 'Front desk 2026.qcow2.json', 'Front desk 2026.qcow2.sums']);
  expect(await textOf(join(folder, 'Front desk 2026.qcow2.json'))).toBe(manifest);
  expect((await resolveChain(child, [])).links).toMatchObject([{ path: join(folder, 'Front desk 2026.qcow2'), error: null }]);
  // Case alone.
  await renameImage(join(folder, 'Front desk 2026.qcow2'), 'front desk 2026.qcow2');
  expect(await namesIn(folder)).toContain('front desk 2026.qcow2.json');
  await expect(renameImage(join(folder, 'child.qcow2'), 'front desk 2026')).rejects.toMatchObject({ code: 'destination-exists' });
  await expect(renameImage(join(folder, 'child.qcow2'), 'a/b')).rejects.toMatchObject({ code: 'image-name-invalid' });
  await expect(renameImage(join(folder, 'none.qcow2'), 'something')).rejects.toMatchObject({ code: 'image-manifest-missing' });
});

test('a split image too', async () => {
  const bench = await imageBench();
  const image = await bench.put('split', join(bench.folder, 'a.qcow2'));
  expect(image.manifest.image.parts).toBeGreaterThan(0);
  await renameImage(join(bench.folder, 'a.qcow2'), 'shop till');
  expect((await namesIn(bench.folder)).every((name) => name.startsWith('shop till.qcow2'))).toBe(true);
  expect(await listLibrary([bench.folder])).toMatchObject([{ faulty: [], images: [{ path: join(bench.folder, 'shop till.qcow2'), storedBytes: image.manifest.image.bytes }] }]);
});

test('a renaming cut short after any step leaves a whole image, and doing it again ends it', async () => {
  for (let steps = 0; steps <= 3; steps++) {
    const bench = await imageBench();
    const { folder } = bench;
    const image = await bench.put('first', join(folder, 'old one.qcow2'));
    for (const suffix of ['', '.sums', '.json'].slice(0, steps)) await rename(join(folder, `old one.qcow2${suffix}`), join(folder, `new one.qcow2${suffix}`));
    const [scan] = await scanFolders([folder], (found) => found);
    expect(scan?.faulty).toEqual([]);
    expect(scan?.images).toMatchObject([{ id: image.manifest.id, path: join(folder, steps > 0 ? 'new one.qcow2' : 'old one.qcow2') }]);
    for (const each of scan?.images ?? []) await readSums(each.summary);
    await renameImage(scan?.images[0]?.path ?? '', 'new one');
    expect(await namesIn(folder)).toEqual(['new one.qcow2', 'new one.qcow2.json', 'new one.qcow2.sums']);
  }
});

test('an image that another one builds on is not deleted, unless there is a copy of it; the rest goes with all its files', async () => {
  const bench = await imageBench();
  const { folder } = bench;
  const elsewhere = await bench.sub('elsewhere');
  await bench.put('first', join(folder, 'parent.qcow2'));
  await bench.put('second', join(elsewhere, 'child.qcow2'));
  await expect(discardImage(join(folder, 'parent.qcow2'), [])).rejects.toMatchObject({ code: 'image-needed', params: { child: join(elsewhere, 'child.qcow2') } });
  for (const suffix of ['', '.json', '.sums']) await copyFile(join(folder, `parent.qcow2${suffix}`), join(elsewhere, `copy.qcow2${suffix}`));
  await discardImage(join(folder, 'parent.qcow2'), [elsewhere]);
  expect(await namesIn(folder)).toEqual(['elsewhere']);
  await discardImage(join(elsewhere, 'child.qcow2'), []);
  await discardImage(join(elsewhere, 'copy.qcow2'), []);
  expect(await namesIn(elsewhere)).toEqual([]);
});

test('an interrupted capture and left-overs go; nothing that is somebody else\'s does', async () => {
  const bench = await imageBench();
  const { folder } = bench;
  await bench.put('first', join(folder, 'whole.qcow2'));
  for (const name of ['cut.qcow2.partial', 'cut.qcow2.journal', 'cut.qcow2.001.partial', 'cut.qcow2.json.partial', 'cut.qcow2.sums.partial', 'cut.qcow2.mine.partial', 'cut.qcow2x.partial', 'notes.txt', 'foreign.qcow2']) {
    await writeFile(join(folder, name), 'x');
  }
  await discardImage(join(folder, 'cut.qcow2'), []);
  const kept = ['cut.qcow2.mine.partial', 'cut.qcow2x.partial', 'foreign.qcow2', 'notes.txt', 'whole.qcow2', 'whole.qcow2.json', 'whole.qcow2.sums'];
  expect(await namesIn(folder)).toEqual(kept);
  await discardImage(join(folder, 'notes.txt'), []);
  await discardImage(join(folder, 'foreign.qcow2'), []);
  expect(await namesIn(folder)).toEqual(kept);
  await rm(join(folder, 'whole.qcow2.json'));
  await discardImage(join(folder, 'whole.qcow2'), []);
  expect(await namesIn(folder)).not.toContain('whole.qcow2');
});

import { copyFile, mkdir, readdir, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest, readSums } from '../../native-free-engine/index.ts';
import { CaptureJournal } from '../../native-free-engine/pipeline/imaging/node-capture-journal.ts';
import { libraryListingSchema } from '../../src/contract/index.ts';
import { copiesOf, findImage, listLibrary, scanFolders } from '../../src/library/index.ts';
import { imageBench, sparseFile } from './images.ts';

const listing = async (...folders: string[]) => listLibrary(folders);

test('a folder and the folders directly in it: images, interrupted captures and what is broken, side by side', async () => {
  const bench = await imageBench();
  const { folder } = bench;
  const sub = await bench.sub('2026');
  const deep = await bench.sub('2026/deep');
  const whole = await bench.put('first', join(folder, 'Front desk.qcow2'));
  const child = await bench.put('second', join(sub, 'Front desk 2.qcow2'));
  const split = await bench.put('split', join(folder, 'split.qcow2'));
  await bench.put('other', join(deep, 'too deep.qcow2'));
  await writeFile(join(folder, 'broken.qcow2.json'), '{"format":"werkbank-image"');
  await writeFile(join(folder, 'other.json'), '{"name":"not ours"}');
  await writeFile(join(folder, 'movie.mkv.partial'), 'not ours either');
  await writeFile(join(folder, 'cut.qcow2.partial'), 'no journal');
  await sparseFile(join(folder, 'huge.qcow2.json'), 5e9);
  await sparseFile(join(folder, 'huge.qcow2.journal'), 5e9);
  await copyFile(join(folder, 'Front desk.qcow2'), join(folder, 'bare.qcow2'));
  await symlink(join(deep, 'too deep.qcow2.json'), join(folder, 'link.qcow2.json'));
  await symlink(deep, join(folder, 'linked'));

  const [found, missing] = await listing(folder, join(folder, 'nowhere'));
  expect(found?.images.map(({ name, path, children, parent }) => [name, path, children, parent?.path ?? null])).toEqual([
    ['Front desk 2.qcow2', join(sub, 'Front desk 2.qcow2'), [], join(folder, 'Front desk.qcow2')],
    ['Front desk.qcow2', join(folder, 'Front desk.qcow2'), [join(sub, 'Front desk 2.qcow2')], null],
    ['split.qcow2', join(folder, 'split.qcow2'), [], null],
  ]);
  expect(found?.images[1]).toMatchObject({ size: 8 << 20, identity: { id: whole.manifest.id, description: 'first', manifestSha256: whole.sha256, source: { model: 'Test disk' } } });
  expect(found?.images[0]?.parent).toMatchObject({ id: whole.manifest.id, name: 'first.qcow2', error: null, createdAt: whole.manifest.createdAt });
  expect(found?.images[2]?.storedBytes).toBe(split.manifest.image.bytes);
  expect(found?.images[0]?.storedBytes).toBe(child.manifest.image.bytes);
  expect(found?.unfinished).toEqual([]);
  expect(found?.faulty.map(({ path, error }) => [path.slice(folder.length + 1), error.code]).sort()).toEqual([
    ['bare.qcow2', 'image-manifest-missing'],
    ['broken.qcow2.json', 'image-manifest-invalid'],
    ['cut.qcow2', 'image-unfinished'],
    ['huge.qcow2', 'image-unfinished'],
    ['huge.qcow2.json', 'image-manifest-invalid'],
  ]);
  expect(missing).toMatchObject({ images: [], error: { code: 'image-not-found' } });
  for (const each of [found, missing]) libraryListingSchema.parse({ ...each, freeBytes: null, maxFileBytes: null, disks: [] });
});

test('an interrupted capture is listed by what its journal says', async () => {
  const bench = await imageBench();
  const path = join(bench.folder, 'Cash desk.qcow2');
  const journal = await CaptureJournal.create(path, {
    format: 'werkbank-capture', version: 1, id: crypto.randomUUID(), createdAt: '2026-01-02T03:04:05.000Z', source: { model: 'Disk', serial: 'S', size: 9 }, mapSha256: 'ab'.repeat(32),
    clusterSize: 262144, clusters: 1, virtualSize: 9, partBytes: 100, compression: 'fast', parent: '', overwrite: false,
  });
  await journal.close();
  await writeFile(`${path}.001.partial`, Buffer.alloc(100));
  await writeFile(`${path}.002.partial`, Buffer.alloc(30));
  const [found] = await listing(bench.folder);
  expect(found).toMatchObject({ images: [], faulty: [], unfinished: [{ path, startedAt: '2026-01-02T03:04:05.000Z', storedBytes: 130, source: { model: 'Disk' } }] });
});

test('an image is known by what stands in it: renamed or moved without its manifest, and beside a stranger of its name', async () => {
  const bench = await imageBench();
  const { folder } = bench;
  const sub = await bench.sub('moved');
  const image = await bench.put('first', join(folder, 'a.qcow2'));
  const other = await bench.put('other', join(folder, 'b.qcow2'));
  const split = await bench.put('split', join(folder, 's.qcow2'));
  await rename(join(folder, 'a.qcow2'), join(sub, 'renamed.qcow2'));
  // The other one took its name.
  await rename(join(folder, 'b.qcow2'), join(folder, 'a.qcow2'));
  for (const part of (await readdir(folder)).filter((name) => /^s\.qcow2\.\d{3}$/.test(name))) await rename(join(folder, part), join(folder, part.replace('s.', 't.')));

  const scans = await scanFolders([folder], (found) => found);
  const images = scans.flatMap((scan) => scan.images);
  const of = (id: string) => images.find((each) => each.id === id);
  expect(of(image.manifest.id)).toMatchObject({ path: join(sub, 'renamed.qcow2'), manifestPath: join(folder, 'a.qcow2.json') });
  expect(of(other.manifest.id)).toMatchObject({ path: join(folder, 'a.qcow2'), manifestPath: join(folder, 'b.qcow2.json') });
  expect(of(split.manifest.id)).toMatchObject({ path: join(folder, 't.qcow2'), parts: split.manifest.image.parts });
  for (const { summary } of images) expect((await readSums(summary)).virtualSize).toBe(8 << 20);
  expect((await findImage(join(folder, 'a.qcow2'))).id).toBe(other.manifest.id);
  expect(scans[0]?.faulty).toEqual([]);

  await unlink(join(folder, 'a.qcow2'));
  const [after] = await listing(folder);
  expect(after?.faulty).toMatchObject([{ path: join(folder, 'b.qcow2.json'), error: { code: 'image-not-found' } }]);
});

test('copies of one image are known to be copies; the manifest of another image is not taken for its own', async () => {
  const bench = await imageBench();
  const sub = await bench.sub('copy');
  const image = await bench.put('first', join(bench.folder, 'a.qcow2'));
  for (const suffix of ['', '.json', '.sums']) await copyFile(join(bench.folder, `a.qcow2${suffix}`), join(sub, `b.qcow2${suffix}`));
  const images = (await scanFolders([bench.folder], () => null)).flatMap((scan) => scan.images);
  expect(images.map(({ id }) => id)).toEqual([image.manifest.id, image.manifest.id]);
  expect(copiesOf({ id: image.manifest.id, path: join(bench.folder, 'a.qcow2') }, images)).toEqual([join(sub, 'b.qcow2')]);
  // A folder within a folder that is given too is shown once.
  expect((await listing(bench.folder, sub)).map(({ images }) => images.length)).toEqual([2, 0]);
  await rm(join(bench.folder, 'a.qcow2.json'));
  await expect(findImage(join(sub, 'nothing.qcow2'))).rejects.toMatchObject({ code: 'image-manifest-missing' });
});

test('every byte of an image\'s head damaged in turn, and any manifest cut short: a name for the fault, never a wrong answer', async () => {
  const bench = await imageBench();
  const path = join(bench.folder, 'a.qcow2');
  const image = await bench.put('first', path);
  const head = await readFile(path);
  for (let at = 0; at < 256; at += 1) {
    const damaged = Buffer.from(head.subarray(0, 4096));
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    await writeFile(path, damaged);
    const [found] = await listing(bench.folder);
    const seen = found?.images.map(({ identity }) => identity.id) ?? [];
    const faults = found?.faulty.map(({ error }) => error.code) ?? [];
    expect(seen.length + faults.length, `byte ${at}`).toBeGreaterThan(0);
    expect(seen.every((id) => id === image.manifest.id)).toBe(true);
    expect(faults.every((code) => ['image-not-found', 'image-manifest-missing'].includes(code)), `byte ${at}: ${faults.join()}`).toBe(true);
  }
  await writeFile(path, head);
  const manifest = await readFile(image.path);
  for (let length = 0; length < manifest.length - 2; length += 97) {
    await writeFile(image.path, manifest.subarray(0, length));
    const [found] = await listing(bench.folder);
    expect(found?.images).toEqual([]);
    expect(found?.faulty.map(({ error }) => error.code).sort()).toEqual(['image-manifest-invalid', 'image-manifest-missing']);
  }
  await writeFile(image.path, manifest);
  expect((await readManifest(image.path)).sha256).toBe(image.sha256);
});

test('a folder by the name of a manifest, and one that is empty', async () => {
  const bench = await imageBench();
  await mkdir(join(bench.folder, 'x.qcow2.json'));
  expect(await listing(bench.folder)).toMatchObject([{ images: [], faulty: [], unfinished: [], error: null }]);
});

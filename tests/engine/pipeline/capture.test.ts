import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { discardUnfinished, journalPath, manifestPath, openDiskImage, partialPath, partPath, readManifest, readSums } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, labFolder, run, tryRun } from '../lab.ts';
import { capture, mapOf } from './capturing.ts';

const MIB = 1024 * 1024;
const CLUSTER = 256 * 1024;
const folder = labFolder();
const random = seeded(3);
const withQemu = need({ tools: ['qemu-img'] });

/** A disk with text, noise, zeros and torn small pieces. */
async function disk(name: string, size: number): Promise<{ path: string; used: { offset: number; length: number }[] }> {
  const path = blankFile(folder, name, size);
  const used = [
    { offset: 0, length: 512 },
    { offset: MIB, length: 3 * MIB },
    { offset: 5 * MIB + 4096, length: 2 * MIB },
    ...Array.from({ length: 40 }, (_, i) => ({ offset: 9 * MIB + i * 20_480, length: 512 * (1 + (i % 9)) })),
    { offset: size - CLUSTER - 65_536, length: 65_536 },
    { offset: size - 512, length: 512 },
  ];
  const file = await open(path, 'r+');
  for (const [i, { offset, length }] of used.entries()) {
    const bytes = i % 3 === 1 ? Buffer.from('line of text, and another one. '.repeat(Math.ceil(length / 31))).subarray(0, length) : random.bytes(length);
    await file.write(bytes, 0, length, offset);
  }
  // What was deleted must never get into an image.
  await file.write(Buffer.alloc(64 * 1024, 'secret'), 0, 64 * 1024, 4 * MIB + 65_536);
  await file.close();
  return { path, used };
}

/** The disk as the image shall be: zeros where nothing is used. */
async function expected(path: string, size: number, used: readonly { offset: number; length: number }[]): Promise<string> {
  const all = await readFile(path);
  const kept = Buffer.alloc(size);
  for (const { offset, length } of used) all.copy(kept, offset, offset, offset + length);
  const file = `${path}.expected`;
  const handle = await open(file, 'w');
  await handle.write(kept);
  await handle.close();
  return file;
}

for (const compression of ['none', 'fast', 'balanced', 'small'] as const) {
  withQemu(`an image packed ${compression} is a sound qcow2 with the disk's used bytes, hashed cluster by cluster`, async () => {
    const size = 24 * MIB + 512;
    const { path, used } = await disk(`${compression}.img`, size);
    const image = join(folder, `${compression}.qcow2`);
    const result = await capture(path, mapOf(size, used), image, { compression });
    expect(run('qemu-img', ['check', image])).toContain('No errors were found');
    const plain = await expected(path, size, used);
    expect(run('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', plain, image])).toContain('identical');
    expect((await readFile(image)).includes('secret')).toBe(false);

    const found = await readManifest(manifestPath(image));
    expect(found.sha256).toBe(result.manifestSha256);
    const sums = await readSums(found);
    const bytes = await readFile(plain);
    for (const [i, cluster] of sums.clusters.entries()) {
      const content = Buffer.alloc(CLUSTER);
      bytes.copy(content, 0, cluster * CLUSTER, Math.min(bytes.length, (cluster + 1) * CLUSTER));
      expect(Buffer.from(sums.hashes.subarray(i * 32, i * 32 + 32)).toString('hex'), `cluster ${cluster}`).toBe(createHash('sha256').update(content).digest('hex'));
    }
    expect(existsSync(journalPath(image))).toBe(false);
    expect(existsSync(partialPath(image))).toBe(false);
  });
}

withQemu('an incremental image holds what changed, hides what went, and reads as the disk does now', async () => {
  const size = 24 * MIB;
  const { path, used } = await disk('day.img', size);
  const monday = join(folder, 'monday.qcow2');
  await capture(path, mapOf(size, used), monday);
  const parent = await readManifest(manifestPath(monday));
  const file = await open(path, 'r+');
  await file.write(random.bytes(5000), 0, 5000, 2 * MIB);
  await file.write(Buffer.alloc(CLUSTER), 0, CLUSTER, 6 * MIB);
  await file.write(random.bytes(4096), 0, 4096, 20 * MIB);
  await file.close();
  const now = [...used.filter(({ offset }) => offset !== size - CLUSTER - 65_536), { offset: 20 * MIB, length: 4096 }];
  const tuesday = join(folder, 'tuesday.qcow2');
  const result = await capture(path, mapOf(size, now), tuesday, { parent: { found: parent, sums: await readSums(parent) } });

  expect(run('qemu-img', ['check', tuesday])).toContain('No errors were found');
  expect(run('qemu-img', ['info', tuesday])).toContain('backing file: monday.qcow2');
  expect(run('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', await expected(path, size, now), tuesday])).toContain('identical');
  expect((await stat(tuesday)).size).toBeLessThan((await stat(monday)).size / 2);
  expect(result.manifest.parent).toMatchObject({ id: parent.manifest.id, manifestSha256: parent.sha256, name: 'monday.qcow2' });
});

withQemu('QEMU finds a parent with a colon in its name, which would be a protocol', async () => {
  const size = 24 * MIB;
  const { path, used } = await disk('colon.img', size);
  const [noon, evening] = ['pc 12:30.qcow2', 'json:evening.qcow2'].map((name) => join(folder, name)) as [string, string];
  await capture(path, mapOf(size, used), noon);
  const parent = await readManifest(manifestPath(noon));
  await capture(path, mapOf(size, used), evening, { parent: { found: parent, sums: await readSums(parent) } });
  const chain = JSON.parse(run('qemu-img', ['info', '--output=json', '--backing-chain', evening])) as { filename: string }[];
  expect(chain.map(({ filename }) => basename(filename))).toEqual([evening, noon].map((path) => basename(path)));
  const raw = await expected(path, size, used);
  expect(run('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', raw, evening])).toContain('identical');
  const own = await openDiskImage(evening, { findBacking: (recorded) => Promise.resolve(recorded === './pc 12:30.qcow2' ? noon : null) });
  await own.close();
});

test('a parent whose path is too long for the header is recorded by its name', async () => {
  const size = 24 * MIB;
  const { path, used } = await disk('deep.img', size);
  const deep = join(folder, ...Array.from({ length: 6 }, (_, i) => `${i}`.repeat(200)));
  await mkdir(deep, { recursive: true });
  await capture(path, mapOf(size, used), join(deep, 'parent.qcow2'));
  const parent = await readManifest(manifestPath(join(deep, 'parent.qcow2')));
  const child = join(folder, 'child-of-deep.qcow2');
  await capture(path, mapOf(size, used), child, { parent: { found: parent, sums: await readSums(parent) } });
  const recorded: string[] = [];
  const image = await openDiskImage(child, { findBacking: (name) => Promise.resolve(recorded.push(name) ? parent.image : null) });
  await image.close();
  expect(recorded).toEqual(['parent.qcow2']);
});

withQemu.for([2 * MIB, 512 * 1024])('a split image is the same file in pieces of %i bytes', async (partBytes) => {
  const size = 24 * MIB;
  const { path, used } = await disk(`split-${partBytes}.img`, size);
  const image = join(folder, `split-${partBytes}.qcow2`);
  const result = await capture(path, mapOf(size, used), image, { partBytes });
  expect(result.manifest.image.parts).toBeGreaterThan(1);
  const parts = await Promise.all(Array.from({ length: result.manifest.image.parts }, (_, i) => readFile(partPath(image, i))));
  expect(parts.slice(0, -1).every((part) => part.length === partBytes)).toBe(true);
  const joined = join(folder, `joined-${partBytes}.qcow2`);
  const handle = await open(joined, 'w');
  await handle.write(Buffer.concat(parts));
  await handle.close();
  expect(run('qemu-img', ['check', joined])).toContain('No errors were found');
  expect(run('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', await expected(path, size, used), joined])).toContain('identical');
});

withQemu('one used piece at the end of 2 TiB: nothing else is read or stored', async () => {
  const size = 2 * 1024 ** 4;
  const path = blankFile(folder, 'huge.img', size);
  const file = await open(path, 'r+');
  await file.write(random.bytes(65_536), 0, 65_536, size - 65_536);
  await file.close();
  const image = join(folder, 'huge.qcow2');
  const result = await capture(path, mapOf(size, [{ offset: size - 65_536, length: 65_536 }]), image);
  expect(result.clusters).toBe(1);
  expect((await stat(image)).size).toBeLessThan(4 * MIB);
  expect(run('qemu-img', ['check', image])).toContain('No errors were found');
  expect(tryRun('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', path, image]).output).toContain('identical');
});

test('an image that is there is not overwritten unasked, nor one that another capture is making', async () => {
  const path = blankFile(folder, 'twice.img', 8 * MIB);
  const image = join(folder, 'twice.qcow2');
  const map = mapOf(8 * MIB, [{ offset: 0, length: 4 * MIB }]);
  let goOn: () => void = () => undefined;
  // At a byte a second it stands.
  const slow = capture(path, map, image, { bytesPerSecond: 1, onControl: ({ setLimit }) => (goOn = () => setLimit(0)) });
  await expect.poll(() => existsSync(journalPath(image))).toBe(true);
  await expect(capture(path, map, image)).rejects.toMatchObject({ code: 'image-unfinished' });
  goOn();
  await slow;
  await expect(capture(path, map, image)).rejects.toMatchObject({ code: 'destination-exists' });
  await capture(path, map, image, { overwrite: true });
});

test('cancelling leaves an unfinished image that goes on where it stopped, unless the disk was changed meanwhile', async () => {
  const { path, used } = await disk('resume.img', 24 * MIB);
  const image = join(folder, 'resume.qcow2');
  const map = mapOf(24 * MIB, used);
  const stop = new AbortController();
  const first = capture(path, map, image, {
    // What is left by then would take long.
    signal: stop.signal, bytesPerSecond: MIB / 2,
    report: ({ bytesDone }) => {
      if (bytesDone > MIB) stop.abort();
    },
  });
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  expect(existsSync(image)).toBe(false);
  await expect(capture(path, map, image)).rejects.toMatchObject({ code: 'image-unfinished' });
  await expect(capture(path, map, image, { resume: true, compression: 'fast' })).rejects.toMatchObject({ code: 'resume-mismatch' });

  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(4 * MIB), 0, 4 * MIB, MIB);
  await file.write(Buffer.alloc(4 * MIB, 1), 0, 4 * MIB, MIB);
  await expect(capture(path, map, image, { resume: true })).rejects.toMatchObject({ code: 'source-changed' });
  await file.write(buffer, 0, buffer.length, MIB);
  await file.close();
  const result = await capture(path, map, image, { resume: true });
  expect(result.resumed).toBeGreaterThan(0);
  expect(existsSync(journalPath(image))).toBe(false);
});

test('a capture cut off before the first entry of its journal begins anew when it is resumed', async () => {
  const path = blankFile(folder, 'headless.img', 8 * MIB);
  const image = join(folder, 'headless.qcow2');
  await writeFile(journalPath(image), '');
  const result = await capture(path, mapOf(8 * MIB, [{ offset: 0, length: 8 * MIB }]), image, { resume: true });
  expect(result.resumed).toBe(0);
  expect(existsSync(journalPath(image))).toBe(false);
});

test('a capture cut off after its last rename is whole: going on reads nothing anew, also when it is cut off again', async () => {
  const { path, used } = await disk('renamed.img', 24 * MIB);
  const image = join(folder, 'renamed.qcow2');
  const map = mapOf(24 * MIB, used);
  const kept = join(folder, 'renamed.kept');
  const { manifest } = await capture(path, map, image, { confirm: () => copyFile(journalPath(image), kept) });
  // As the power cut leaves it: the journal is removed last.
  await copyFile(kept, journalPath(image));
  const result = await capture(path, map, image, { resume: true, signal: AbortSignal.abort() });
  expect(result.resumed).toBe(result.clusters);
  expect(result.manifest).toEqual(manifest);
  expect((await readManifest(manifestPath(image))).manifest.id).toBe(manifest.id);
  expect(existsSync(journalPath(image))).toBe(false);
});

test('a piece that an earlier run began and the image does not need gets no name', async () => {
  const { path, used } = await disk('stale.img', 24 * MIB);
  const image = join(folder, 'stale.qcow2');
  await capture(path, mapOf(24 * MIB, used), image, { partBytes: 8 * MIB, confirm: () => writeFile(partialPath(partPath(image, 800)), 'stale') });
  expect(run('ls', [folder])).not.toContain('.801');
});

test('an image that is to be replaced stays while the capture that replaces it has nothing yet', async () => {
  const { path, used } = await disk('replaces.img', 24 * MIB);
  const image = join(folder, 'replaces.qcow2');
  const map = mapOf(24 * MIB, used);
  const { manifest } = await capture(path, map, image);
  await expect(capture(path, map, image, { overwrite: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  expect(existsSync(journalPath(image))).toBe(false);
  expect((await readManifest(manifestPath(image))).manifest.id).toBe(manifest.id);
  expect(await readFile(image).then((data) => data.subarray(0, 4).toString('latin1'))).toBe('QFI\u00fb');
});

test('an unfinished image can be thrown away', async () => {
  const path = blankFile(folder, 'away.img', 8 * MIB);
  const image = join(folder, 'away.qcow2');
  const map = mapOf(8 * MIB, [{ offset: 0, length: 8 * MIB }]);
  const stop = new AbortController();
  const capturing = capture(path, map, image, { signal: stop.signal, bytesPerSecond: 1, partBytes: MIB });
  await expect.poll(() => existsSync(journalPath(image))).toBe(true);
  stop.abort();
  await expect(capturing).rejects.toMatchObject({ name: 'AbortError' });
  await discardUnfinished(image);
  expect(run('ls', [folder])).not.toContain('away.qcow2');
});

test('the speed limit holds, and can be lifted while it runs', async () => {
  const path = blankFile(folder, 'limit.img', 64 * MIB);
  const limits: number[] = [];
  let lift: (limit: number) => void = () => undefined;
  await capture(path, mapOf(64 * MIB, [{ offset: 0, length: 64 * MIB }]), join(folder, 'limit.qcow2'), {
    bytesPerSecond: 8 * MIB,
    onControl: ({ setLimit }) => (lift = setLimit),
    report: ({ bytesDone, speed }) => {
      if (speed > 0) limits.push(speed);
      if (bytesDone > 16 * MIB) lift(0);
    },
  });
  // Pieces in flight pass at once; after them the limit decides.
  expect(limits[0]).toBeLessThan(32 * MIB);
});

test('a source that turns out to have been lost leaves no image, and nothing to go on from', async () => {
  const path = blankFile(folder, 'lost.img', 8 * MIB);
  const image = join(folder, 'lost.qcow2');
  const lost = capture(path, mapOf(8 * MIB, [{ offset: 0, length: 8 * MIB }]), image, { confirm: () => Promise.reject(new Error('the snapshot was full')) });
  await expect(lost).rejects.toThrow('the snapshot was full');
  expect(run('ls', [folder])).not.toContain('lost.qcow2');
});

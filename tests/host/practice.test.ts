import { link, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHost, resourcePath, type Host } from '../../src/host/index.ts';

const MIB = 1024 * 1024;

async function workshop(): Promise<{ folder: string; outside: string; host: Host }> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'werkbank-practice-')));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const folder = join(base, 'disks');
  const outside = join(base, 'outside');
  await mkdir(outside);
  return { folder, outside, host: createHost({ practiceFolder: folder }) };
}

const practice = async (host: Host) => (await host.disks.list()).filter((disk) => disk.practice);

test('a practice disk is a sparse file of whole mebibytes that only its owner may read', async () => {
  const { folder, host } = await workshop();
  expect(await practice(host)).toEqual([]);
  const disk = await host.practice.create({ name: 'My stick', size: 100 * 1024 ** 3 + 1, sample: false });
  const path = join(folder, 'My stick.img');
  expect(disk).toMatchObject({
    id: `file:${path}`, path, practice: true, bus: 'file', size: 100 * 1024 ** 3 + MIB, table: 'none', partitions: [], verdict: { kind: 'writable', reasons: [{ code: 'practice' }], score: 100 },
  });
  const stats = await stat(path);
  expect(stats.blocks).toBe(0);
  if (process.platform !== 'win32') expect(stats.mode & 0o777).toBe(0o600);
  const [listed] = await practice(host);
  expect(listed).toEqual(disk);
  expect((await host.disks.find(String(disk.number))).id).toBe(disk.id);
});

test('nothing that exists is overwritten', async () => {
  const { folder, host } = await workshop();
  await host.practice.create({ name: 'one', size: MIB, sample: false });
  await writeFile(join(folder, 'one.img'), Buffer.alloc(MIB, 3));
  await expect(host.practice.create({ name: 'one', size: MIB, sample: false })).rejects.toThrow('destination-exists');
  expect((await readFile(join(folder, 'one.img')))[0]).toBe(3);
});

test.each(['', '.', '..', '../escape', 'a/b', 'a\\b', '/etc/passwd', '.hidden', 'con', 'NUL.img', 'x'.repeat(120), 'dot.', 'new\nline', 'null\0byte', '-option'])('the name %j is refused', async (name) => {
  const { folder, host } = await workshop();
  await expect(host.practice.create({ name, size: MIB, sample: false })).rejects.toThrow('argument-invalid');
  expect(existsSync(folder) ? await readdir(folder) : []).toEqual([]);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('the size %d is refused', async (size) => {
  const { host } = await workshop();
  await expect(host.practice.create({ name: 'a', size, sample: false })).rejects.toThrow('argument-invalid');
});

test('without a practice folder there is nowhere to make one', async () => {
  await expect(createHost({ practiceFolder: null }).practice.create({ name: 'a', size: MIB, sample: false })).rejects.toThrow('argument-invalid');
});

test('only ordinary files of whole sectors with the right ending are shown', async () => {
  const { folder, outside, host } = await workshop();
  await mkdir(join(folder, 'folder.img'), { recursive: true });
  await writeFile(join(folder, 'empty.img'), '');
  await writeFile(join(folder, 'odd.img'), Buffer.alloc(1000));
  await writeFile(join(folder, 'notes.txt'), Buffer.alloc(512));
  await writeFile(join(outside, 'target.img'), Buffer.alloc(512));
  await symlink(join(outside, 'target.img'), join(folder, 'link.img'));
  await writeFile(join(folder, 'good.PRACTICE'), Buffer.alloc(4096));
  expect((await practice(host)).map((disk) => disk.path)).toEqual([join(folder, 'good.PRACTICE')]);
});

test('a folder that changes while the program runs is followed', async () => {
  const { folder, outside } = await workshop();
  let chosen: string | null = null;
  const host = createHost({ practiceFolder: () => chosen });
  await mkdir(folder);
  await writeFile(join(folder, 'a.img'), Buffer.alloc(512));
  expect(await practice(host)).toEqual([]);
  chosen = folder;
  expect(await practice(host)).toHaveLength(1);
  chosen = outside;
  expect(await practice(host)).toEqual([]);
});

test('removing takes away a file of the folder, and nothing else whatever it is called', async () => {
  const { folder, outside, host } = await workshop();
  const disk = await host.practice.create({ name: 'gone', size: MIB, sample: false });
  await host.practice.remove(disk.id);
  expect(await readdir(folder)).toEqual([]);

  const victim = join(outside, 'victim.img');
  await writeFile(victim, Buffer.alloc(512));
  await symlink(victim, join(folder, 'link.img'));
  await symlink(outside, join(folder, 'way-out'));
  await mkdir(join(folder, 'dir.img'));
  await writeFile(join(folder, 'notes.txt'), Buffer.alloc(512));
  for (const id of [
    `file:${victim}`, `file:${join(folder, 'link.img')}`, `file:${join(folder, 'way-out', 'victim.img')}`, `file:${join(folder, '..', 'outside', 'victim.img')}`,
    `file:${join(folder, 'dir.img')}`, `file:${join(folder, 'notes.txt')}`, `file:${join(folder, 'nothing.img')}`, 'file:', 'file:/dev/null', '/dev/null',
  ]) {
    await expect(host.practice.remove(id), id).rejects.toThrow('disk-not-found');
  }
  expect((await readdir(folder)).sort()).toEqual(['dir.img', 'link.img', 'notes.txt', 'way-out']);
  expect(existsSync(victim)).toBe(true);
});

test('a file anywhere is a practice disk when it is named; a link or a device is not', async () => {
  const { outside, host } = await workshop();
  const path = join(outside, 'anywhere.bin');
  await writeFile(path, '');
  await truncate(path, 8 * MIB);
  const disk = await host.disks.find(`file:${path}`);
  expect(disk).toMatchObject({ id: `file:${path}`, practice: true, size: 8 * MIB });
  await symlink(path, join(outside, 'link'));
  await expect(host.disks.find(`file:${join(outside, 'link')}`)).rejects.toMatchObject({ code: 'disk-named-otherwise', params: { disk: disk.id } });
  for (const spec of [`file:${outside}`, 'file:/dev/null', `file:${path}x`]) await expect(host.disks.find(spec)).rejects.toThrow('disk-not-found');
  await link(path, join(outside, 'second-name'));
  expect((await host.disks.find(`file:${join(outside, 'second-name')}`)).size).toBe(8 * MIB);
});

test('opening for writing empties the file when zeros are wanted, and leaves it alone when not', async () => {
  const { host } = await workshop();
  const disk = await host.practice.create({ name: 'w', size: MIB, sample: false });
  await writeFile(disk.path, Buffer.alloc(MIB, 9));
  const identity = await host.disks.identify(disk.id);
  expect(await host.targets.needsRights(identity)).toBe(false);
  await host.targets.release(identity, new AbortController().signal);

  const kept = await host.targets.openTarget(identity, { wantZeros: false });
  expect([kept.readsZero, kept.size, kept.sectorSize]).toEqual([false, MIB, 512]);
  await kept.close();
  expect((await readFile(disk.path)).equals(Buffer.alloc(MIB, 9))).toBe(true);

  const emptied = await host.targets.openTarget(identity, { wantZeros: true });
  expect([emptied.readsZero, emptied.size]).toEqual([true, MIB]);
  await emptied.writeAt(512, new Uint8Array(512).fill(1));
  await emptied.flush();
  await emptied.close();
  const now = await readFile(disk.path);
  expect(now.length).toBe(MIB);
  expect(now.findIndex((byte) => byte !== 0)).toBe(512);
  expect((await host.disks.identify(disk.id)).tableHash).not.toBe(identity.tableHash);

  const source = await host.targets.openSource(identity);
  const sector = new Uint8Array(512);
  await source.readInto(512, sector);
  await source.close();
  expect(sector.every((byte) => byte === 1)).toBe(true);
  expect(await host.targets.eject(identity)).toBe(false);
  await host.targets.reread(identity);
});

test('the sample disk comes with its partitions', async () => {
  const { host } = await workshop();
  const sample = resourcePath('practice', 'practice-disk.img.gz');
  expect(sample).not.toBeNull();
  const disk = await host.practice.create({ name: 'sample', size: MIB, sample: true });
  expect(disk.table).toBe('gpt');
  expect(disk.partitions.length).toBeGreaterThan(1);
  expect((await stat(disk.path)).blocks * 512).toBeLessThan(disk.size);
});

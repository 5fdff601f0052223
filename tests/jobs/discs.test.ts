import { mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import type { Lab } from '../labs/lab.ts';
import { testLab } from '../labs/test-lab.ts';

const jobsIn = (lab: Lab) => createJobService(createHost({ practiceFolder: join(lab.folder, 'practice') }), { version: '0', tempDir: lab.folder });
type Jobs = ReturnType<typeof jobsIn>;

const REQUEST = { label: '', bios: null, efi: null, bootInfo: false, udf: true, hybrid: false, overwrite: false } as const;

async function makeIso(jobs: Jobs, folder: string, destination: string): Promise<void> {
  const report = await jobs.start(await jobs.planIso({ ...REQUEST, folder, destination, overwrite: true }), {}).job.result;
  expect(report.outcome, JSON.stringify(report.error)).toBe('done');
}

function fill(folder: string, files: Readonly<Record<string, number>>): string {
  for (const [path, size] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), Buffer.alloc(size, path));
  }
  return folder;
}

test('a disc is shown folder by folder, with what is in each, and searched by name', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  const iso = join(lab.folder, 'a.iso');
  const from = fill(join(lab.folder, 'from'), { 'b10.txt': 3, 'b9.txt': 2, 'Drivers/net/x.inf': 10, 'Drivers/net/deep/y.INF': 20, 'Drivers/z.sys': 5, 'infos': 1 });
  await makeIso(jobs, from, iso);
  const list = (folder: string, search = '') => jobs.listDisc({ location: iso, folder, search });
  expect(await list('')).toEqual({
    total: 4,
    entries: [
      { path: 'Drivers', kind: 'folder', size: 35, files: 3 },
      { path: 'b9.txt', kind: 'file', size: 2, files: 1 }, { path: 'b10.txt', kind: 'file', size: 3, files: 1 }, { path: 'infos', kind: 'file', size: 1, files: 1 },
    ],
  });
  expect((await list('Drivers/net')).entries).toEqual([{ path: 'Drivers/net/deep', kind: 'folder', size: 20, files: 1 }, { path: 'Drivers/net/x.inf', kind: 'file', size: 10, files: 1 }]);
  expect((await list('', 'Inf')).entries.map(({ path }) => path)).toEqual(['infos', 'Drivers/net/x.inf', 'Drivers/net/deep/y.INF']);
  expect(await list('nowhere')).toEqual({ entries: [], total: 0 });

  // Another disc in its place is read anew.
  fill(from, { 'new.txt': 4 });
  await makeIso(jobs, from, iso);
  utimesSync(iso, new Date(), new Date(Date.now() + 5000));
  expect((await list('')).entries.map(({ path }) => path)).toContain('new.txt');
  await expect(jobs.listDisc({ location: join(lab.folder, 'none.iso'), folder: '', search: '' })).rejects.toMatchObject({ code: 'image-not-found' });
});

test('a boot catalogue that names more than there is starts nothing, or what there is', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  const iso = join(lab.folder, 'boots.iso');
  await makeIso(jobs, fill(join(lab.folder, 'boots'), { 'boot/etfsboot.com': 4096 }), iso);
  const bytes = readFileSync(iso);
  const { boot: [bios], size } = await jobs.describeDisc(iso);
  const entry = bytes.readUInt32LE(bytes.indexOf('EL TORITO SPECIFICATION') - 7 + 0x47) * 2048 + 32;
  bytes.writeUInt16LE(0xffff, entry + 6);
  writeFileSync(iso, bytes);
  expect((await jobs.describeDisc(iso)).boot).toEqual([{ ...bios, loadBytes: size - bios!.offset }]);
  bytes.writeUInt32LE(0x7fffffff, entry + 8);
  writeFileSync(iso, bytes);
  expect((await jobs.describeDisc(iso)).boot).toEqual([]);
});

test('256 folders in one another come out of an ISO as they went in', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  const iso = join(lab.folder, 'deep.iso');
  const deep = `${'d/'.repeat(256)}file`;
  await makeIso(jobs, fill(join(lab.folder, 'deep'), { [deep]: 3, 'readme.TXT': 4 }), iso);
  const folder = join(lab.folder, 'out');
  const report = await jobs.start(await jobs.planExtract({ location: iso, folder, paths: [], overwrite: false }), {}).job.result;
  expect(report.outcome, JSON.stringify(report.error)).toBe('done');
  expect(['readme.TXT', deep].map((path) => statSync(join(folder, path)).size)).toEqual([4, 3]);
  expect(await jobs.listDisc({ location: iso, folder: 'd/'.repeat(256).slice(0, -1), search: '' })).toEqual({ entries: [{ path: deep, kind: 'file', size: 3, files: 1 }], total: 1 });

  fill(join(lab.folder, 'deep'), { [`${'d/'.repeat(257)}file`]: 1 });
  await expect(jobs.inspectIsoFolder(join(lab.folder, 'deep'))).rejects.toMatchObject({ code: 'tree-too-deep' });
});

test('what Windows would hide or could not open on a disc is refused by name, when the folder is looked at and when it is planned', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  for (const [name, files, code, params] of [
    ['twice', ['a/readme.TXT', 'a/README.txt'], 'windows-name-collision', { path: 'a/readme.TXT', other: 'a/README.txt' }],
    ['folders', ['Tools/a', 'tools/b'], 'windows-name-collision', { path: 'tools', other: 'Tools' }],
    ['device', ['src/aux.c'], 'windows-name-reserved', { path: 'src/aux.c' }],
    ['folder', ['con/x'], 'windows-name-reserved', { path: 'con' }],
    ['blank', ['last '], 'windows-name-illegal', { path: 'last ' }],
    ['point', ['a./x'], 'windows-name-illegal', { path: 'a.' }],
    ['colon', ['a:b'], 'windows-name-illegal', { path: 'a:b' }],
  ] as const) {
    const folder = fill(join(lab.folder, name), Object.fromEntries(files.map((file) => [file, 1])));
    expect(await jobs.inspectIsoFolder(folder)).toMatchObject({ nameError: { code, params }, views: ['rock-ridge', 'iso9660'] });
    expect(await jobs.planIso({ ...REQUEST, names: 'linux', folder, destination: join(lab.folder, 'x.iso') })).toMatchObject({ files: files.length, views: ['rock-ridge', 'iso9660'] });
    await expect(jobs.planIso({ ...REQUEST, folder, destination: join(lab.folder, 'x.iso') })).rejects.toMatchObject({ code, params });
  }
  // None of these is kept.
  const folder = fill(join(lab.folder, 'free'), { 'auxiliary.txt': 1, 'com10': 1, 'console/nul_': 1, 'strasse': 1, 'straße': 1 });
  expect(await jobs.planIso({ ...REQUEST, folder, destination: join(lab.folder, 'x.iso') })).toMatchObject({ files: 5 });
});

test('of a folder with more files than can be shown, the first are, and how many there are', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  const iso = join(lab.folder, 'many.iso');
  await makeIso(jobs, fill(join(lab.folder, 'many'), Object.fromEntries(Array.from({ length: 2100 }, (_, i) => [`file-${i}`, 1]))), iso);
  const { entries, total } = await jobs.listDisc({ location: iso, folder: '', search: '' });
  expect([entries.length, total, entries[9]?.path]).toEqual([2000, 2100, 'file-9']);
});

test('a folder is looked at before it becomes an ISO: what it would start, and what is left out', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  const from = fill(join(lab.folder, 'disc'), { 'isolinux/isolinux.bin': 4096, 'efi/boot/bootx64.efi': 9000, 'a.txt': 7 });
  symlinkSync('a.txt', join(from, 'link'));
  expect(await jobs.inspectIsoFolder(from)).toMatchObject({
    folder: from, label: 'disc', files: 3, folders: 3, bytes: 13103, boot: { bios: 'isolinux/isolinux.bin', efi: 'efi.img', bootInfo: true }, bootError: null, leftOutCount: 1, leftOut: [{ path: 'link', why: 'link' }],
  });
  // A boot file that cannot be one is said, and the folder can still become a plain disc.
  truncateSync(join(from, 'isolinux/isolinux.bin'), 10);
  expect(await jobs.inspectIsoFolder(from)).toMatchObject({ boot: { bios: null, efi: null }, bootError: { code: 'disc-boot-image-invalid' } });
  await expect(jobs.inspectIsoFolder(join(lab.folder, 'none'))).rejects.toMatchObject({ code: expect.any(String) });
});

test('what would not fit, or is there already, is said when it is planned, with nothing touched', async () => {
  const lab = await testLab();
  const jobs = jobsIn(lab);
  const huge = join(lab.folder, 'huge');
  mkdirSync(huge);
  for (let number = 0; number < 40; number++) {
    writeFileSync(join(huge, `${number}`), '');
    truncateSync(join(huge, `${number}`), 2 ** 37);
  }
  await expect(jobs.planIso({ ...REQUEST, folder: huge, destination: join(lab.folder, 'huge.iso') })).rejects.toMatchObject({ code: 'destination-full' });
  const iso = join(lab.folder, 'x.iso');
  await makeIso(jobs, fill(join(lab.folder, 'from'), { 'a/b': 3, c: 2 }), iso);
  const out = fill(join(lab.folder, 'out'), { 'a/b': 1 });
  const plan = (paths: string[], overwrite = false, folder = out) => jobs.planExtract({ location: iso, folder, paths, overwrite });
  await expect(plan([])).rejects.toMatchObject({ code: 'destination-exists', params: { path: join(out, 'a/b') } });
  expect(await plan(['c'])).toMatchObject({ files: 1, bytes: 2 });
  expect(await plan([], true)).toMatchObject({ files: 2 });
  await expect(plan([], true, join(out, 'a/b'))).rejects.toMatchObject({ code: 'destination-unwritable' });
});

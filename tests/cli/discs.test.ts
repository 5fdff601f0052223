import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import type { IsoPlan, Report } from '../../src/contract/index.ts';
import { hashFolder, makeTree, sha256 } from '../engine/discs/discs.ts';
import type { Lab } from '../labs/lab.ts';
import { testLab } from '../labs/test-lab.ts';
import { need } from '../support/need.ts';
import { createServices } from './fake-services.ts';
import { werkbank } from './support.ts';
import { unmount } from '../labs/mount.ts';

/** A terminal with the real jobs. */
function terminal(lab: Lab) {
  const host = createHost({ practiceFolder: join(lab.folder, 'practice') });
  const services = { ...createServices(), host, jobs: createJobService(host, { version: '0', tempDir: lab.folder }) };
  return {
    /** How `--json` ends, and the report where there is one. */
    async json(...args: string[]) {
      const { events } = await werkbank([...args, '--json'], { services });
      const ended = events.at(-1) as { ok: boolean; code: string | null };
      const report = events.find(({ event }) => event === 'report')?.['report'] as Report | undefined;
      return { ...ended, report, plan: report?.plan as IsoPlan | undefined };
    },
    plain: async (...args: string[]) => (await werkbank(args, { services })).out.join('\n'),
  };
}

test('a folder becomes an ISO, the ISO is looked into, and its files come out as they were', async () => {
  const lab = await testLab();
  const { json, plain } = terminal(lab);
  const from = makeTree(join(lab.folder, 'My disc'), { links: true });
  const iso = join(lab.folder, 'my.iso');
  // Windows would show one of the two.
  expect(await json('media', 'iso', from, iso)).toMatchObject({ ok: false, code: 'windows-name-collision' });
  rmSync(join(from, 'A'), { recursive: true });
  const made = await json('media', 'iso', from, iso);
  expect(made).toMatchObject({ ok: true, plan: { label: 'My disc', leftOutCount: 2, boot: { bios: null, efi: null }, size: readFileSync(iso).length } });
  expect(made.report?.checksums[0]?.hex).toBe(sha256(readFileSync(iso)));
  // The list of files is what sha256sum makes of the folder, and its digest that of the list.
  const { files } = made.report!;
  const own = Object.entries(hashFolder(from)).filter(([, hash]) => hash !== 'folder');
  expect(Object.fromEntries(files!.list!.map(({ path, sha256: hash }) => [path, hash]))).toEqual(Object.fromEntries(own));
  const report = join(lab.folder, 'report.json');
  expect(await plain('media', 'iso', from, iso, '--overwrite', '--report', report)).toContain(`sha256sum --check`);
  const list = join(lab.folder, 'report.files.sha256');
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', list], { cwd: from });
  expect(files).toMatchObject({ count: own.length, sha256: sha256(readFileSync(list)) });

  expect(await json('media', 'iso', from, iso)).toMatchObject({ ok: false, code: 'destination-exists' });
  const again = await plain('media', 'iso', from, iso, '--overwrite', '--label', 'Other');
  expect(again).toMatch(/Left out, because a disc holds files and folders only: 2[^]*SOURCES\/LINK \(a link\)[^]*The ISO .*my\.iso is made\./);
  expect(await json('media', 'iso', from, join(from, 'SOURCES', 'self.iso'))).toMatchObject({ ok: false, code: 'destination-in-folder' });

  const shown = await plain('inspect', iso);
  expect(shown).toContain('Disc "Other" (UDF): 130 files');
  expect(shown).toContain('file systems on it: UDF, Joliet, ISO 9660');
  expect(shown).toContain('does not boot');
  expect(shown).not.toContain('Windows');
  expect(await plain('inspect', iso, '--lang', 'nl')).toContain('start niet op');

  // What the list says is so for the folder that the disc was made of, by sha256sum itself; the links are not on it.
  const sums = join(lab.folder, 'my.sha256');
  writeFileSync(sums, `${await plain('inspect', iso, '--sha256')}\n`);
  expect(readFileSync(sums, 'utf8').trim().split('\n')).toHaveLength(own.length);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', sums], { cwd: from });
  expect(await json('inspect', join(from, 'SOURCES'), '--sha256')).toMatchObject({ ok: false });

  const out = join(lab.folder, 'out');
  expect(await json('extract', iso, out)).toMatchObject({ ok: true });
  expect(hashFolder(out)).toEqual(hashFolder(from));
  expect(await json('extract', iso, out)).toMatchObject({ ok: false, code: 'destination-exists' });
  const some = join(lab.folder, 'some');
  expect(await json('extract', iso, some, 'sources/one.bin', 'README.TXT')).toMatchObject({ ok: true });
  expect(Object.keys(hashFolder(some))).toEqual(['README.TXT', 'SOURCES', 'SOURCES/ONE.BIN']);
  expect(await json('extract', iso, some, 'no-such')).toMatchObject({ ok: false, code: 'tree-entry-missing' });
  const wim = join(lab.folder, 'x.wim');
  expect(await json('wim', 'capture', from, wim)).toMatchObject({ ok: true });
  expect(await json('extract', wim, join(lab.folder, 'of-a-wim'))).toMatchObject({ ok: false, code: 'disc-is-image' });
});

test('boot files by hand: one of the folder, one from elsewhere, none', async () => {
  const lab = await testLab();
  const { json, plain } = terminal(lab);
  const from = join(lab.folder, 'tree');
  mkdirSync(join(from, 'boot'), { recursive: true });
  writeFileSync(join(from, 'boot/etfsboot.com'), Buffer.alloc(4096, 1));
  const outside = join(lab.folder, 'uefi.img');
  writeFileSync(outside, Buffer.alloc(64 * 1024, 2));
  const iso = join(lab.folder, 'x.iso');
  const made = async (...more: string[]) => (await json('media', 'iso', from, iso, '--overwrite', ...more)).plan;
  expect(await made('--boot-uefi', outside, '--hybrid')).toMatchObject({ boot: { bios: 'boot/etfsboot.com', efi: 'uefi.img' } });
  expect(await plain('inspect', iso)).toMatch(/Hybrid ISO[^]*starts on a BIOS \([^]*starts on UEFI \(/);
  expect(await made('--boot-bios', 'none')).toMatchObject({ boot: { bios: null, efi: null } });
  expect(await made('--boot-bios', join(from, 'boot/etfsboot.com'), '--no-udf')).toMatchObject({ boot: { bios: 'boot/etfsboot.com', efi: null }, views: ['joliet', 'iso9660'] });
  expect(await json('media', 'iso', from, iso, '--overwrite', '--boot-bios', 'none', '--hybrid')).toMatchObject({ ok: false, code: 'disc-boot-image-missing' });
});

need({ root: true, linux: true, tools: ['mount', 'umount'] })('a full file system leaves no half ISO and no half file; a truncated ISO is named', async () => {
  const lab = await testLab();
  const { json, plain } = terminal(lab);
  const from = join(lab.folder, 'tree');
  mkdirSync(from);
  writeFileSync(join(from, 'big'), Buffer.alloc(6 << 20, 7));
  const small = join(lab.folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', small]);
  lab.defer(() => unmount(small));
  expect(await json('media', 'iso', from, join(small, 'x.iso'))).toMatchObject({ ok: false, code: 'destination-full' });
  expect(readdirSync(small)).toEqual([]);

  const iso = join(lab.folder, 'x.iso');
  expect(await json('media', 'iso', from, iso)).toMatchObject({ ok: true });
  expect(await json('extract', iso, join(small, 'out'))).toMatchObject({ ok: false, code: 'destination-full' });
  expect(existsSync(join(small, 'out'))).toBe(false);
  truncateSync(iso, 3 << 20);
  expect(await json('extract', iso, join(lab.folder, 'cut'))).toMatchObject({ ok: false, code: 'disc-truncated' });
  expect(existsSync(join(lab.folder, 'cut'))).toBe(false);
  expect(await plain('inspect', iso)).toContain('lies beyond the end of the ISO');
});

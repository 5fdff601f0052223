import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { WinpeRequest } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { reportHtml } from '../../src/jobs/report-html.ts';
import { writePackage } from '../engine/media/drivers/infs.ts';
import { smallWinPe } from '../engine/media/winpe/small-winpe.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'winpe-job-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const MIB = 1024 * 1024;
const ask = (change: Partial<WinpeRequest>): WinpeRequest => ({
  source: join(folder, 'disc'), disks: [], iso: null, firmware: 'uefi', label: '', drivers: null, driversIn: 'medium', commands: [], keyboard: null, region: null, language: null,
  extraFolder: null, toolsFolder: null, newLoaders: false, scratchMiB: null, verify: true, eject: false, allowSystemDisk: false, ...change,
});
const service = (): ReturnType<typeof createJobService> => createJobService(createHost({ practiceFolder: null }), { version: '0' });
const anyMachine = (): WinpeRequest['drivers'] => ({ folders: [join(folder, 'store')], kinds: ['storage', 'network'], machines: { kind: 'any' } });

need({ tools: ['wimlib-imagex', 'mcopy', 'fsck.fat'] })('a stick with drivers and commands, verified, as mtools and wimlib read it', async () => {
  await smallWinPe(folder);
  writePackage(join(folder, 'store'), 'net/e2f.inf');
  const disk = join(folder, 'stick.img');
  writeFileSync(disk, '');
  truncateSync(disk, 64 * MIB);
  const jobs = service();
  expect(await jobs.inspectWinpe(join(folder, 'disc'))).toMatchObject({ name: 'disc', architecture: 'x64' });
  await expect(jobs.inspectWinpe(join(folder, 'store'))).rejects.toMatchObject({ code: 'winpe-unknown' });
  const plan = await jobs.planWinpe(ask({ disks: [`file:${disk}`], drivers: anyMachine(), commands: ['echo klaar'], newLoaders: true, scratchMiB: 512 }));
  expect(plan.drivers.map(({ infName }) => infName)).toEqual(['e2f.inf']);
  expect(plan.image).toMatchObject({ name: 'disc', architecture: 'x64' });
  const confirmed = Object.fromEntries(plan.disks.map((each) => [each.identity.id, each.confirm.map(({ code }) => code)]));
  const report = await jobs.start(plan, confirmed).job.result;
  expect(report.error).toBeNull();
  expect(report.targets.map(({ outcome }) => outcome)).toEqual(['verified']);
  expect(reportHtml(report, 'nl')).toContain('e2f.inf (Example, 12.19.2.45, 2026-01-31)');
  const volume = `${disk}@@1M`;
  const wim = join(folder, 'read.wim');
  await tool('mcopy', ['-i', volume, '::/sources/boot.wim', wim]);
  await tool('wimlib-imagex', ['verify', wim]);
  expect(await tool('wimlib-imagex', ['extract', wim, '1', '/Windows/System32/startnet.cmd', '--to-stdout'])).toContain('echo klaar');
  expect(await tool('mcopy', ['-i', volume, '::/EFI/Boot/bootx64.efi', '-'])).toBe('new bootmgfw');
  expect(await tool('mcopy', ['-i', volume, '::/$WinPEDriver$/werkbank-drivers.json', '-'])).toContain('"infName": "e2f.inf"');
  const partition = join(folder, 'partition.img');
  writeFileSync(partition, readFileSync(disk).subarray(MIB, 63 * MIB));
  await tool('fsck.fat', ['-n', partition]);
});

need({ tools: ['wimlib-imagex', 'xorriso'] })('an ISO; cancelled or refused it leaves nothing', async () => {
  await smallWinPe(folder);
  const iso = join(folder, 'winpe.iso');
  const jobs = service();
  const plan = await jobs.planWinpe(ask({ iso: { path: iso, overwrite: false, hybrid: false } }));
  const report = await jobs.start(plan, {}).job.result;
  expect(report.error).toBeNull();
  expect(statSync(iso).size).toBe(plan.iso?.size);
  expect(report.checksums[0]?.hex).toBe((await tool('sha256sum', [iso])).slice(0, 64));
  expect(report.files).toMatchObject({ count: plan.files, bytes: plan.bytes });
  const listed = await tool('xorriso', ['-osirrox', 'on', '-indev', iso, '-find', '/', '-type', 'f']);
  expect(listed.toLowerCase()).toContain('/sources/boot.wim');
  expect(listed.toLowerCase()).not.toContain('install.wim');
  await expect(jobs.planWinpe(ask({ iso: { path: iso, overwrite: false, hybrid: false } }))).rejects.toMatchObject({ code: 'destination-exists' });
  // The plan says what of the language and the time is set, and where.
  const local = await jobs.planWinpe(ask({ iso: { path: join(folder, 'local.iso'), overwrite: false, hybrid: false }, systemLocale: 'nl-NL', timeZone: 'W. Europe Standard Time', keyboard: '0413:00020409' }));
  expect(local.steps.map(({ code, params }) => [code, ...Object.values(params)])).toEqual(expect.arrayContaining([['winpe-locale', 'nl-NL'], ['winpe-time-zone', 'W. Europe Standard Time'], ['winpe-at-start', '0413:00020409']]));
  // The source changed after the plan was made.
  const second = await jobs.planWinpe(ask({ iso: { path: join(folder, 'second.iso'), overwrite: false, hybrid: false } }));
  writeFileSync(join(folder, 'disc/Boot/BCD'), 'a longer one than before');
  expect((await jobs.start(second, {}).job.result).error?.code).toBe('image-changed');
  expect(readdirSync(folder).filter((name) => name.startsWith('second'))).toEqual([]);
});

need({ tools: ['wimlib-imagex'] })('what cannot be had is refused before anything is touched', async () => {
  await smallWinPe(folder, { newLoaders: false });
  const jobs = service();
  const iso = { path: join(folder, 'x.iso'), overwrite: false, hybrid: false };
  await expect(jobs.planWinpe(ask({ iso, newLoaders: true }))).rejects.toMatchObject({ code: 'winpe-no-new-loaders' });
  await expect(jobs.planWinpe(ask({ iso, systemLocale: 'xx-XX' }))).rejects.toMatchObject({ code: 'winpe-locale-unknown' });
  await expect(jobs.planWinpe(ask({ iso, timeZone: 'Nowhere' }))).rejects.toMatchObject({ code: 'winpe-time-zone' });
  await expect(jobs.planWinpe(ask({ iso, scratchMiB: 500 }))).rejects.toMatchObject({ code: 'winpe-scratch-space' });
  await expect(jobs.planWinpe(ask({}))).rejects.toMatchObject({ code: 'argument-invalid' });
  writePackage(join(folder, 'store'), 'net/arm.inf', { models: { NTarm64: ['PCI\\VEN_8086&DEV_15F3'] } });
  await expect(jobs.planWinpe(ask({ iso, drivers: anyMachine() }))).rejects.toMatchObject({ code: 'driver-none' });
  expect(readdirSync(folder)).not.toContain('x.iso');
});

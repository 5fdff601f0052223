import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import type { Services } from '../../src/cli/services.ts';
import { driverPreviewRequestSchema, type DriversPlan, type Report } from '../../src/contract/index.ts';
import type { Host } from '../../src/host/host.ts';
import { NO_SERVICING } from '../../src/host/servicing.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { SCSI_GUID, writePackage } from '../engine/media/drivers/infs.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { createServices, stick } from './fake-services.ts';
import { werkbank, type Outcome } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drivers-'));
  writePackage(folder, 'old/e2f.inf', { driverVer: '01/01/2024,1.0' });
  writePackage(folder, 'new/e2f.inf', { driverVer: '01/01/2025,1.0' });
  writePackage(folder, 'raid/vmd.inf', { className: 'SCSIAdapter', classGuid: SCSI_GUID, catalog: null, models: { NTamd64: ['PCI\\VEN_8086&DEV_A77F'] } });
  writeFileSync(join(folder, 'bad.inf'), new Uint8Array(9 << 20));
});
afterEach(() => rmSync(folder, { recursive: true }));

const drivers = (...args: string[]): Promise<Outcome> => {
  const host = { hardware: { devices: () => Promise.resolve([{ name: 'RAID', kind: 'storage', ids: ['PCI\\VEN_8086&DEV_A77F'] }]) } } as never;
  return werkbank(['drivers', ...args], { services: { host, jobs: createJobService(host, { version: '0' }), history: {} as never } });
};

test('a scan names what is old, what has no signature and what cannot be read', async () => {
  const { exitCode, out } = await drivers('scan', folder);
  const text = out.join('\n');
  expect(exitCode).toBe(0);
  expect(text).toMatch(/old\/e2f\.inf .*older/);
  expect(text).toMatch(/vmd\.inf .*storage .*no signature/);
  expect(text).toContain('bad.inf');
  expect(text).toContain('3 driver packages');
  const { events } = await drivers('scan', folder, '--json');
  expect(events[0]).toMatchObject({ event: 'drivers', scan: { packages: expect.arrayContaining([expect.objectContaining({ standing: 'older' })]), unreadable: [{ error: { code: 'inf-too-large' } }] } });
});

test('the list is what a medium would get', async () => {
  const text = (await drivers('list', folder)).out.join('\n');
  expect(text).toContain('new/e2f.inf');
  expect(text).not.toContain('old/e2f.inf');
  expect((await drivers('list', folder, '--this-machine')).out.join('\n')).not.toContain('e2f.inf');
  expect((await drivers('list', folder, '--hardware-id', 'PCI\\VEN_1&DEV_1')).exitCode).toBe(2);
  expect((await drivers('list', folder, '--hardware-id', 'PCI\\VEN_0001&DEV_0001')).out.join('\n')).toContain('No driver for PCI\\VEN_0001&DEV_0001');
  expect((await drivers('list', join(folder, 'nothing'))).exitCode).not.toBe(0);
});

/** A stick that is mounted, with its files in a folder here; the list of disks says what a system would. */
function stickIn(mounted: string): Services {
  const history: Report[] = [];
  const disk = { ...stick, partitions: [{ ...stick.partitions[0]!, mountPoints: [mounted] }] };
  const { id, path, model, serial, size, bus } = disk;
  const none = (): (() => undefined) => () => undefined;
  const host = {
    hardware: { devices: () => Promise.resolve([]) },
    disks: {
      find: (spec: string) => (spec === id ? Promise.resolve(disk) : Promise.reject(new EngineError('disk-not-found', { disk: spec }))),
      identify: () => Promise.resolve({ id, path, model, serial, size, bus, tableHash: null }), holding: (folder: string) => Promise.resolve(folder.startsWith(mounted) ? [id] : ['/dev/nvme0n1']), watchDevices: none,
    },
    volumes: { withFiles: (_disk: unknown, _options: unknown, use: (folder: string) => Promise<unknown>) => use(mounted) },
    targets: { needsRights: () => Promise.resolve(true), eject: () => Promise.resolve(true) },
    power: { watchMains: none, keepAwake: none }, machine: () => Promise.resolve(null),
  } as unknown as Host;
  const store = { add: (report: Report) => Promise.resolve(void history.push(report)), list: () => Promise.resolve(history) } as never;
  return { host, jobs: createJobService(host, { version: '0' }), history: store };
}

test('a stick made earlier: the plan is shown, and with --check nothing else; a confirmed one is a job with progress, report and history', async () => {
  const mounted = join(folder, 'mounted');
  mkdirSync(join(mounted, 'sources'), { recursive: true });
  const services = stickIn(mounted);
  const update = (args: readonly string[], answers?: readonly string[]): Promise<Outcome> => werkbank(['drivers', 'update', ...args], { services, ...(answers ? { answers } : {}) });
  const store = join(folder, 'new');
  // Files, but none of a stick for Windows or WinPE.
  expect((await update([mounted, store, '--json'])).events.at(-1)).toMatchObject({ event: 'ended', code: 'medium-unknown' });
  writeFileSync(join(mounted, 'sources/boot.wim'), '');

  const looked = await update(['/dev/sdx', store, '--check']);
  expect(looked).toMatchObject({ exitCode: 0 });
  expect(looked.out.join('\n')).toMatch(/Drivers on disk 3: SanDisk Ultra.*nothing else on it changes\nFor amd64; .*\n {4}e2f\.inf 1\.0\.0\.0, 2025-01-01: new\n1 driver is to be copied/);
  expect((await update(['/dev/sdx', store, '--check', '--json'])).events.map(({ event }) => event)).toEqual(['plan', 'ended']);
  expect(readdirSync(mounted)).toEqual(['sources']);

  // Nobody agreed, or can.
  const refused = await update(['/dev/sdx', store]);
  expect(refused.err.join('\n')).toContain('changing the drivers on SanDisk Ultra');
  expect((await update(['/dev/sdx', store], ['no'])).exitCode).not.toBe(0);
  expect(readdirSync(mounted)).toEqual(['sources']);

  // By the folder where it is mounted, with a report.
  const file = join(folder, 'report.json');
  const made = await update([mounted, join(folder, 'old'), '--yes', '--json', '--report', file]);
  expect(made.exitCode).toBe(0);
  expect(made.events.map(({ event }) => event)).toEqual(expect.arrayContaining(['plan', 'progress', 'report']));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ outcome: 'done', plan: { kind: 'drivers', changes: [{ kind: 'added', driver: { infName: 'e2f.inf', version: '1.0.0.0' } }] }, targets: [{ outcome: 'written', ejected: false }] });
  const newer = await update(['/dev/sdx', store, '--eject', '--lang', 'nl'], ['ja']);
  expect(newer.out.join('\n')).toMatch(/1\.0\.0\.0, 2025-01-01: nieuwer dan 1\.0\.0\.0, 2024-01-01[^]*Alleen drivers op SanDisk Ultra.* veranderen\. Typ "ja"/);
  expect((await services.history.list() as unknown as Report[]).map(({ plan, targets }) => [plan.kind, targets[0]?.ejected])).toEqual([['drivers', false], ['drivers', true]]);

  const again = await update(['/dev/sdx', store, '--json']);
  expect(again.events.map(({ event }) => event)).toEqual(['plan', 'ended']);
  expect((await update(['/dev/sdx', join(folder, 'old'), '--check'])).out.join('\n')).toMatch(/2025-01-01 on the stick is newer[^]*The stick is up to date\./);
  expect((await update([join(folder, 'old'), store, '--json'])).events.at(-1)).toMatchObject({ code: 'disk-not-found' });
});

need({ tools: ['wimlib-imagex'] })('a stick gets the drivers of the Windows that its own WIMs name, unless another is asked for; what does not name one is told', async () => {
  const mounted = join(folder, 'mounted');
  mkdirSync(join(mounted, 'x86/sources'), { recursive: true });
  mkdirSync(join(mounted, 'sources'));
  mkdirSync(join(mounted, '$WinPEDriver$'));
  const wim = (path: string, ...properties: string[]): Promise<unknown> =>
    tool('wimlib-imagex', ['capture', join(folder, 'old'), join(mounted, path), 'Windows', ...properties.map((property) => `--image-property=WINDOWS/${property}`)]);
  // The models of one for a newer build than the stick has.
  writePackage(folder, 'arm/arm.inf', { models: { NTarm64: ['PCI\\VEN_8086&DEV_0001'] } });
  writePackage(folder, 'tomorrow/tomorrow.inf', { models: { 'NTamd64.10.0...26100': ['PCI\\VEN_8086&DEV_0002'] } });
  writePackage(folder, 'x86/x86.inf', { models: { 'NTx86.10.0...19041': ['PCI\\VEN_8086&DEV_0003'] } });
  const services = stickIn(mounted);
  const look = async (...more: string[]): Promise<{ said: string; drivers: string[]; plan: DriversPlan }> => {
    const { out } = await werkbank(['drivers', 'update', mounted, folder, '--check', ...more], { services });
    const { events } = await werkbank(['drivers', 'update', mounted, folder, '--check', '--json', ...more], { services });
    const { plan } = events[0] as unknown as { plan: DriversPlan };
    // What the window shows before there is a plan says the same.
    const asked = { architecture: more.includes('--arch') ? plan.wish.architecture : null, build: more.includes('--build') ? plan.wish.build : null };
    const { chosen, system } = await services.jobs.previewDrivers(driverPreviewRequestSchema.parse({ folders: [folder], disk: stick.id, ...asked }));
    expect(chosen.map(({ infName }) => infName).sort()).toEqual(plan.changes.map(({ driver }) => driver.infName).sort());
    expect(system).toEqual({ architecture: plan.wish.architecture, build: plan.wish.build, from: plan.systemFrom });
    return { said: out[1]!, drivers: plan.changes.map(({ driver }) => driver.infName).sort(), plan };
  };

  expect(await look()).toMatchObject({ said: expect.stringMatching(/^For amd64; .*not known.*--build/), drivers: ['e2f.inf', 'tomorrow.inf', 'vmd.inf'], plan: { wish: { architecture: 'amd64', build: null }, systemFrom: null } });
  await wim('sources/install.wim', 'ARCH=9', 'VERSION/BUILD=22631');
  await wim('sources/boot.wim', 'ARCH=12', 'VERSION/BUILD=19045');
  await wim('x86/sources/boot.wim', 'ARCH=0', 'VERSION/BUILD=19045');
  expect(await look()).toMatchObject({ said: 'For arm64, build 19045, as sources/boot.wim on the stick says', drivers: ['arm.inf'], plan: { wish: { architecture: 'arm64', build: 19045 }, systemFrom: 'sources/boot.wim' } });
  expect(await look('--arch', 'x86')).toMatchObject({ said: 'For x86, build 19045, as x86/sources/boot.wim on the stick says', drivers: ['x86.inf'] });
  expect((await werkbank(['drivers', 'update', mounted, folder, '--check', '--json', '--arch', 'x86', '--build', '17763'], { services })).events.at(-1)).toMatchObject({ code: 'driver-none' });
  expect(await look('--arch', 'amd64', '--build', '26100')).toMatchObject({ said: 'For amd64, build 26100', drivers: ['e2f.inf', 'tomorrow.inf', 'vmd.inf'], plan: { systemFrom: null } });
  // A stick whose files cannot be seen yet: every driver is shown, and that the stick has not been asked.
  expect(await services.jobs.previewDrivers(driverPreviewRequestSchema.parse({ folders: [folder], architecture: null, disk: '/dev/none' }))).toMatchObject({ system: null, chosen: { length: 5 } });
  // What cannot be read stands in nobody's way.
  writeFileSync(join(mounted, 'sources/boot.wim'), 'torn');
  expect(await look()).toMatchObject({ said: expect.stringMatching(/^For amd64, build 22631, as sources\/install\.wim/), drivers: ['e2f.inf', 'vmd.inf'] });
  expect((await werkbank(['drivers', 'update', mounted, folder, '--check', '--lang', 'nl'], { services })).out[1]).toBe('Voor amd64, build 22631, zoals sources/install.wim op de stick zegt');
});

test('a Windows stick gets the drivers of the Windows on its disc, unless another is named', async () => {
  const editions = [{ architecture: 'arm64', version: '10.0.26100.1' }, { architecture: 'x64', version: '10.0.22631.2861' }];
  const wishes: unknown[] = [];
  const jobs = {
    inspectWindows: () => Promise.resolve({ editions }),
    planWindowsStick({ drivers: wish }: { drivers: unknown }) {
      wishes.push(wish);
      return Promise.reject(new EngineError('disk-not-found', { disk: '3' }));
    },
  } as never;
  const { host } = createServices();
  for (const arch of [[], ['--arch', 'amd64'], ['--arch', 'x86']]) await werkbank(['media', 'windows', 'x.iso', '--to', '3', '--drivers', folder, ...arch], { services: { host, jobs, history: {} as never } });
  expect(wishes).toMatchObject([{ architecture: 'arm64', build: 26100 }, { architecture: 'amd64', build: 22631 }, { architecture: 'x86', build: null }]);
});

test('the editions that go along are named by number or by name, whatever its capitals', async () => {
  const edition = (index: number, name: string, id: string, architecture = 'x64') => ({ index, name, edition: id, architecture, version: '10.0.26100.1' });
  const asked: unknown[] = [];
  const jobs = {
    inspectWindows: () => Promise.resolve({ editions: [edition(1, 'Windows 11 Home', 'Core'), edition(5, 'Windows 11 Pro', 'Professional'), edition(6, 'Windows 11 Pro N', 'ProfessionalN'), edition(7, 'Windows 11 Pro', 'Professional', 'arm64')] }),
    planWindowsStick: ({ editions }: { editions: unknown }) => (asked.push(editions), Promise.reject(new EngineError('disk-not-found', { disk: '3' }))),
  } as never;
  const { host } = createServices();
  const named = (...editions: string[]) => werkbank(['media', 'windows', 'x.iso', '--to', '3', ...editions.flatMap((each) => ['--edition', each])], { services: { host, jobs, history: {} as never } });
  for (const editions of [['6'], ['1,5-6'], ['windows 11  PRO'], ['core', '6', 'Core'], []]) await named(...editions);
  expect(asked).toEqual([[6], [1, 5, 6], [5, 7], [1, 6], null]);
  const { exitCode, err } = await named('Windows 11 Enterprise');
  expect(exitCode).not.toBe(0);
  expect(err.join('\n')).toMatch(/no Windows called "Windows 11 Enterprise".*\n.*1 Windows 11 Home, 5 Windows 11 Pro, 6 Windows 11 Pro N/);
  expect((await named('5', '10')).err.join('\n')).toMatch(/no Windows called "10".*\n.*1 Windows 11 Home/);
  expect(asked).toHaveLength(5);
});

test('registering in an image says that it takes Windows', async () => {
  const host = { hardware: {}, servicing: NO_SERVICING } as never;
  const services = { host, jobs: createJobService(host, { version: '0' }), history: {} as never };
  const { exitCode, err } = await werkbank(['drivers', 'register', join(folder, 'boot.wim'), join(folder, 'new')], { services });
  expect(exitCode).not.toBe(0);
  expect(err.join('\n')).toContain('on Windows alone');
});

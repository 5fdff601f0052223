import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseDrivers, type DriverWish } from '../../../../native-free-engine/media/drivers/choose-drivers.ts';
import { standings } from '../../../../native-free-engine/media/drivers/compare-packages.ts';
import { pciIds, typedIds } from '../../../../native-free-engine/media/drivers/hardware-ids.ts';
import { scanDrivers } from '../../../../native-free-engine/media/drivers/node-scan.ts';
import { EXTENSION_GUID, inf, SCSI_GUID, writePackage } from './infs.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'drivers-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const ANY: DriverWish = { architecture: 'amd64', build: null, kinds: ['network', 'storage', 'extension'], devices: null };
const names = (list: readonly { readonly path: string }[]): string[] => list.map(({ path }) => path.slice(folder.length + 1));

test('packages, what is wrong with them, and what is no driver', async () => {
  writePackage(folder, 'net/e2f.inf');
  writePackage(folder, 'unsigned/a.inf', { catalog: null });
  unlinkSync(join(folder, writePackage(folder, 'half/b.inf').slice(folder.length + 1).replace('b.inf', 'driver.sys')));
  unlinkSync(join(folder, writePackage(folder, 'nocat/c.inf').slice(folder.length + 1).replace('c.inf', 'driver.cat')));
  mkdirSync(join(folder, 'odd'));
  writeFileSync(join(folder, 'odd', 'autorun.inf'), '[AutoRun]\nopen=x');
  writeFileSync(join(folder, 'odd', 'loop.inf'), inf({ extra: '[Strings]\nProvider="%Provider%"' }));
  writeFileSync(join(folder, 'odd', 'huge.inf'), new Uint8Array(9 << 20));
  symlinkSync(folder, join(folder, 'odd', 'round'));
  const { packages, unreadable, ignored } = await scanDrivers([folder]);
  expect(Object.fromEntries(packages.map((each) => [each.infName, [each.catalog, each.missing]]))).toEqual({
    'a.inf': ['none', []], 'b.inf': ['present', ['driver.sys']], 'c.inf': ['missing', []], 'e2f.inf': ['present', []],
  });
  expect(unreadable.map(({ path, error }) => [path.slice(folder.length + 1), error.code])).toEqual([['odd/huge.inf', 'inf-too-large'], ['odd/loop.inf', 'inf-strings-loop']]);
  expect(names(ignored.map((path) => ({ path })))).toEqual(['odd/autorun.inf']);
});

test('a folder that is not there is named', async () => {
  await expect(scanDrivers([join(folder, 'nothing')])).rejects.toMatchObject({ code: 'driver-folder-missing' });
});

test('older versions and duplicates are found; the day counts before the version', async () => {
  writePackage(folder, 'a/e2f.inf', { driverVer: '01/01/2024,99.0.0.0' });
  writePackage(folder, 'b/E2F.INF', { driverVer: '02/01/2024,1.0.0.0' });
  writePackage(folder, 'c/e2f.inf', { driverVer: '02/01/2024,1.0.0.0' });
  writePackage(folder, 'd/e2f.inf', { driverVer: '02/01/2025,1.0.0.0', models: { NTarm64: ['PCI\\VEN_8086&DEV_15F3'] } });
  const { packages } = await scanDrivers([folder]);
  expect(standings(packages)).toEqual([
    { kind: 'older', than: join(folder, 'b/E2F.INF') }, { kind: 'newest' }, { kind: 'duplicate', of: join(folder, 'b/E2F.INF') }, { kind: 'newest' },
  ]);
});

test('a newer version that lacks files or a signature is not called an older one', async () => {
  writePackage(folder, 'a/e2f.inf', { driverVer: '01/01/2024,1.0' });
  writePackage(folder, 'b/e2f.inf', { driverVer: '01/01/2025,1.0', catalog: null });
  for (const [name, driverVer] of [['c', '01/01/2026,2.0'], ['d', '01/01/2026,1.0'], ['e', '01/01/2023,1.0']] as const) {
    writePackage(folder, `${name}/e2f.inf`, { driverVer });
    unlinkSync(join(folder, name, 'driver.sys'));
  }
  const { packages } = await scanDrivers([folder]);
  expect(standings(packages)).toEqual([
    { kind: 'newest' }, { kind: 'newest' }, { kind: 'newest' }, { kind: 'older', than: join(folder, 'c/e2f.inf') }, { kind: 'older', than: join(folder, 'a/e2f.inf') },
  ]);
  expect(names(chooseDrivers(packages, ANY).chosen)).toEqual(['a/e2f.inf']);
});

test('a medium gets exactly the newest storage and network drivers of its architecture', async () => {
  writePackage(folder, 'net-old/e2f.inf', { driverVer: '01/01/2024,1.0' });
  writePackage(folder, 'net-new/e2f.inf', { driverVer: '01/01/2025,1.0', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3', 'PCI\\VEN_8086&DEV_15F2'] } });
  // Another maker's package for the same device and one more, older: taken for the other device only.
  writePackage(folder, 'net-other/oem.inf', { driverVer: '06/01/2024,1.0', provider: 'Other', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3', 'PCI\\VEN_10EC&DEV_8168'] } });
  writePackage(folder, 'net-same/oem2.inf', { driverVer: '06/01/2023,1.0', provider: 'Third', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F2'] } });
  writePackage(folder, 'arm/e2f.inf', { models: { NTarm64: ['PCI\\VEN_8086&DEV_15F3'] } });
  writePackage(folder, 'raid/vmd.inf', { className: 'SCSIAdapter', classGuid: SCSI_GUID, models: { 'NTamd64.10.0...22000': ['PCI\\VEN_8086&DEV_A77F'] } });
  writePackage(folder, 'gpu/nv.inf', { className: 'Display', classGuid: '{4d36e968-e325-11ce-bfc1-08002be10318}', models: { NTamd64: ['PCI\\VEN_10DE&DEV_1'] } });
  unlinkSync(writePackage(folder, 'broken/x.inf', { driverVer: '01/01/2026,1', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3'] } }).replace('x.inf', 'driver.sys'));
  const { packages } = await scanDrivers([folder]);
  expect(names(chooseDrivers(packages, ANY).chosen).sort()).toEqual(['net-new/e2f.inf', 'net-other/oem.inf', 'raid/vmd.inf']);
  expect(names(chooseDrivers(packages, { ...ANY, kinds: ['storage'] }).chosen)).toEqual(['raid/vmd.inf']);
  // Windows 10 19041 does not load what is decorated for 22000.
  expect(names(chooseDrivers(packages, { ...ANY, kinds: ['storage'], build: 19041 }).chosen)).toEqual([]);
  expect(names(chooseDrivers(packages, { ...ANY, architecture: 'arm64' }).chosen)).toEqual(['arm/e2f.inf']);
});

test('of each package those devices count that Windows looks at: of the best of the decorations, also where that is empty to leave a Windows out', async () => {
  const [A, B, C] = ['PCI\\VEN_8086&DEV_0001', 'PCI\\VEN_8086&DEV_0002', 'PCI\\VEN_8086&DEV_0003'] as const;
  writePackage(folder, 'excluded/x.inf', { driverVer: '01/01/2026,9.0', models: { 'NTamd64.6.1': [A], 'NTamd64.10.0': [] } });
  writePackage(folder, 'old/o.inf', { provider: 'Old', driverVer: '01/01/2020,1.0', models: { NTamd64: [A] } });
  // Of the client's decoration and the server's neither stands in the way of the other.
  writePackage(folder, 'product/p.inf', { provider: 'Product', models: { 'NTamd64.10.0.1..17763': [B], 'NTamd64.10.0.3..20348': [C] } });
  const { packages } = await scanDrivers([folder]);
  const chosen = (build: number | null): string[] => names(chooseDrivers(packages, { ...ANY, build }).chosen).sort();
  expect(chosen(26100)).toEqual(['old/o.inf', 'product/p.inf']);
  expect(chosen(17763)).toEqual(['old/o.inf', 'product/p.inf']);
  expect(chosen(16299)).toEqual(['old/o.inf']);
  // Windows 7 has a lower build than any that is named here, and takes nothing of Windows 10 either.
  expect(chosen(7601)).toEqual(['excluded/x.inf']);
  expect(chosen(6002)).toEqual(['old/o.inf']);
  expect(chosen(null)).toEqual(['excluded/x.inf', 'product/p.inf']);
});

test("a model gets what fits its devices: the most telling ID wins, whatever the day", async () => {
  writePackage(folder, 'generic/net.inf', { driverVer: '01/01/2026,9.0', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3'] } });
  writePackage(folder, 'own/dell.inf', { driverVer: '01/01/2020,1.0', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043'] } });
  writePackage(folder, 'class/ahci.inf', { className: 'HDC', classGuid: '', driverVer: '01/01/2026,1.0', models: { NTamd64: ['PCI\\VEN_1B4B&DEV_9230, PCI\\CC_0106'] } });
  writePackage(folder, 'ext/dellext.inf', { className: 'Extension', classGuid: EXTENSION_GUID, models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3'] } });
  writePackage(folder, 'ext-old/dellext.inf', { className: 'Extension', classGuid: EXTENSION_GUID, driverVer: '01/01/2019,1.0', models: { NTamd64: ['PCI\\VEN_8086&DEV_15F3'] } });
  const { packages } = await scanDrivers([folder]);
  const nic = pciIds({ vendor: 0x8086, device: 0x15f3, subsystemVendor: 0x1043, subsystem: 0x87d2, revision: 3, classCode: 0x020000 });
  const ahci = pciIds({ vendor: 0x8086, device: 0x02d3, subsystemVendor: 0x1043, subsystem: 1, revision: 0, classCode: 0x010601 });
  const model = chooseDrivers(packages, { ...ANY, devices: [nic, ahci, typedIds('PCI\\VEN_DEAD&DEV_BEEF')] });
  expect(names(model.chosen).sort()).toEqual(['class/ahci.inf', 'ext/dellext.inf', 'own/dell.inf']);
  expect(model.unmatched).toEqual(['PCI\\VEN_DEAD&DEV_BEEF']);
  expect(names(chooseDrivers(packages, { ...ANY, devices: [typedIds('pci\\ven_8086&dev_15f3')] }).chosen)).toContain('generic/net.inf');
});

test('hundreds of packages', async () => {
  for (let i = 0; i < 400; i++) writePackage(folder, `p${i}/net${i % 100}.inf`, { driverVer: `01/01/${2000 + (i % 7)},1.0.0.${i}`, models: { NTamd64: Array.from({ length: 30 }, (_, n) => `PCI\\VEN_8086&DEV_${(i % 100 * 30 + n).toString(16).padStart(4, '0')}`) } });
  const { packages } = await scanDrivers([folder]);
  expect(packages).toHaveLength(400);
  expect(chooseDrivers(packages, ANY).chosen).toHaveLength(100);
  expect(standings(packages).filter(({ kind }) => kind === 'newest')).toHaveLength(100);
});

test('a scan that is cancelled stops', async () => {
  writePackage(folder, 'net/e2f.inf');
  await expect(scanDrivers([folder], { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { SCSI_GUID, writePackage } from '../engine/media/drivers/infs.ts';
import type { Lab } from '../labs/lab.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { werkbank } from '../labs/werkbank.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';

const MIB = 1024 * 1024;
const NEEDS = { ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...WINDOWS_ISO_TOOLS, 'fsck.fat', 'mdir'] };

/** A network driver in two versions, a storage driver, one for another architecture. */
function driverStore(lab: Lab): string {
  const store = join(lab.folder, 'store');
  mkdirSync(store);
  writePackage(store, 'old/e2f.inf', { driverVer: '01/01/2024,1.0' });
  writePackage(store, 'new/e2f.inf', { driverVer: '01/01/2025,2.0' });
  writePackage(store, 'raid/vmd.inf', { className: 'SCSIAdapter', classGuid: SCSI_GUID, models: { NTamd64: ['PCI\\VEN_8086&DEV_A77F'] } });
  writePackage(store, 'arm/arm.inf', { models: { NTarm64: ['PCI\\VEN_8086&DEV_15F3'] } });
  return store;
}

/** Makes a stick on a loop device. @returns its partition, as a file that Debian's tools read */
async function stickWith(lab: Lab, ...args: readonly string[]): Promise<string> {
  const disk = await attachLoop(lab, { size: 96 * MIB });
  const end = await werkbank(lab, ['media', ...args, '--to', disk.path, '--firmware', 'both', '--yes', '--no-eject']);
  expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });
  expect(end.report?.targets.map(({ outcome }) => outcome)).toEqual(['verified']);
  const partition = join(lab.folder, 'partition.img');
  writeFileSync(partition, await disk.read(MIB, 95 * MIB));
  await tool('fsck.fat', ['-n', partition]);
  return partition;
}

const read = (lab: Lab, partition: string, path: string): Promise<Buffer> =>
  tool('mcopy', ['-n', '-o', '-i', partition, `::/${path}`, join(lab.folder, 'read')]).then(() => readFileSync(join(lab.folder, 'read')));

/** The INFs on it, each compared with the package that it comes from. */
async function expectDrivers(lab: Lab, partition: string, store: string): Promise<void> {
  const listed = (await tool('mdir', ['-/', '-b', '-i', partition, '::/$WinPEDriver$'])).split('\n').map((line) => line.replace('::/', '').trim());
  const infs = listed.filter((path) => /\.inf$/i.test(path));
  expect(infs.map((path) => path.replace(/-[0-9a-f]{8}\//i, '-#/').toLowerCase()).sort()).toEqual(['$winpedriver$/network/e2f-#/e2f.inf', '$winpedriver$/storage/vmd-#/vmd.inf']);
  for (const inf of infs) {
    const from = join(store, inf.includes('vmd') ? 'raid' : 'new');
    expect((await read(lab, partition, inf)).equals(readFileSync(join(from, inf.split('/').at(-1)!)))).toBe(true);
    for (const file of ['driver.sys', 'driver.cat']) expect((await read(lab, partition, inf.replace(/[^/]+$/, file))).equals(readFileSync(join(from, file)))).toBe(true);
  }
  const list = JSON.parse((await read(lab, partition, '$WinPEDriver$/werkbank-drivers.json')).toString()) as { drivers: { infName: string; version: string }[] };
  expect(list.drivers.map(({ infName, version }) => [infName, version]).sort()).toEqual([['e2f.inf', '2.0.0.0'], ['vmd.inf', expect.any(String)]]);
}

need(NEEDS)('a Windows stick has the newest drivers where Setup looks for them', async () => {
  const lab = await testLab();
  const store = driverStore(lab);
  await expectDrivers(lab, await stickWith(lab, 'windows', await windowsIso(), '--drivers', store), store);
});

need(NEEDS)('a WinPE stick has them beside its image, which loads whatever lies there; or in it, each loaded by name', async () => {
  const lab = await testLab();
  const store = driverStore(lab);
  const iso = await windowsIso();
  const startnet = async (partition: string): Promise<string> => {
    const wim = join(lab.folder, 'boot.wim');
    writeFileSync(wim, await read(lab, partition, 'sources/boot.wim'));
    await tool('wimlib-imagex', ['verify', wim]);
    return tool('wimlib-imagex', ['extract', wim, '1', '/Windows/System32/startnet.cmd', '--to-stdout']);
  };
  const beside = await stickWith(lab, 'winpe', iso, '--drivers', store);
  await expectDrivers(lab, beside, store);
  expect(await startnet(beside)).toContain('"%%d:\\$WinPEDriver$\\*.inf"\') do drvload "%%i"');
  const within = await stickWith(lab, 'winpe', iso, '--drivers', store, '--drivers-in-image', '--no-checks');
  expect(await tool('mdir', ['-/', '-b', '-i', within, '::'])).not.toContain('WinPEDriver');
  const script = await startnet(within);
  const loaded = [...script.matchAll(/^drvload "X:\\(Drivers\\.*)"\r$/gm)].map(([, path]) => path!);
  expect(loaded.map((path) => path.replace(/-[0-9a-f]{8}/, '-#')).sort()).toEqual(['Drivers\\network\\e2f-#\\e2f.inf', 'Drivers\\storage\\vmd-#\\vmd.inf']);
  const wim = join(lab.folder, 'boot.wim');
  for (const path of loaded) expect(await tool('wimlib-imagex', ['extract', wim, '1', `/${path.replaceAll('\\', '/')}`, '--to-stdout'])).toContain([...'constructed for a test'].join('\0'));
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileTree, TreeEntry } from '../../../../native-free-engine/io/file-tree.ts';
import { folderTree } from '../../../../native-free-engine/io/node-folder-tree.ts';
import { openFileSource } from '../../../../native-free-engine/io/node-file.ts';
import { readBytes } from '../../../../native-free-engine/io/read-bytes.ts';
import { memoryEntry } from '../../../../native-free-engine/io/memory-entry.ts';
import { driverFiles } from '../../../../native-free-engine/media/drivers/node-media-drivers.ts';
import { scanDrivers } from '../../../../native-free-engine/media/drivers/node-scan.ts';
import { bareWinPe } from '../../../../native-free-engine/media/winpe/bare-wim.ts';
import { planWinPe, type WinPeOptions } from '../../../../native-free-engine/media/winpe/plan-winpe.ts';
import { imageRegistry } from '../../../../native-free-engine/media/winpe/image-registry.ts';
import { startnet } from '../../../../native-free-engine/media/winpe/startnet.ts';
import { tool } from '../../../labs/tool.ts';
import { need } from '../../../support/need.ts';
import { HiveMaker } from '../../registry/make-hive.ts';
import { writePackage } from '../drivers/infs.ts';
import { DISC_PARTS, smallWinPe } from './small-winpe.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'winpe-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const PLAIN: WinPeOptions = {
  keyboard: null, region: null, language: null, commands: [], drivers: { entries: [], list: [] }, driversIn: 'medium', extras: [], tools: [], newLoaders: false, scratchMiB: null, systemLocale: null, timeZone: null, firmware: null,
  when: new Date(Date.UTC(2026, 0, 31)),
};
const files = (tree: FileTree): string[] => tree.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path).sort();

async function contentOf(entry: TreeEntry | undefined): Promise<Buffer> {
  const source = await entry!.open();
  expect(source.size).toBe(entry!.size);
  try {
    return Buffer.from(await readBytes(source, 0, source.size));
  } finally {
    await source.close();
  }
}

/** Writes the changed boot.wim and has wimlib check it. @returns a file of an image, as wimlib reads it */
async function wimOf(tree: FileTree): Promise<(image: number, path: string) => Promise<string>> {
  const wim = join(folder, 'made.wim');
  writeFileSync(wim, await contentOf(tree.entries.find(({ path }) => path === 'sources/boot.wim')));
  await tool('wimlib-imagex', ['verify', wim]);
  return (image, path) => tool('wimlib-imagex', ['extract', wim, String(image), path, '--to-stdout']);
}

async function drivers(): Promise<WinPeOptions['drivers']> {
  writePackage(join(folder, 'store'), 'net/e2f.inf');
  return driverFiles((await scanDrivers([join(folder, 'store')])).packages);
}

need({ tools: ['wimlib-imagex'] })('a medium with drivers beside the image, its own commands, and image 1 set to start', async () => {
  const source = await folderTree(await smallWinPe(folder));
  const put = await drivers();
  const tools = [memoryEntry('sub/tool.exe', Buffer.from('tool'))];
  const medium = await planWinPe(source, 'disc', { ...PLAIN, drivers: put, commands: ['echo klaar'], keyboard: '0413:00020409', extras: [memoryEntry('BOOTMGR', Buffer.from('mine'))], tools });
  try {
    const place = put.list[0]?.folder ?? '';
    expect(files(medium.tree)).toEqual([
      `$WinPEDriver$/${place}/driver.cat`, `$WinPEDriver$/${place}/driver.sys`, `$WinPEDriver$/${place}/e2f.inf`, '$WinPEDriver$/werkbank-drivers.json',
      'Boot/BCD', 'Boot/boot.sdi', 'EFI/Boot/bootx64.efi', 'EFI/Microsoft/Boot/BCD', 'EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf', 'bootmgr', 'bootmgr.efi', 'sources/boot.wim',
    ].sort());
    expect(medium.replaced).toEqual(['bootmgr']);
    expect(medium.image).toMatchObject({ architecture: 'x64', version: expect.objectContaining({ build: 26100 }) });
    const read = await wimOf(medium.tree);
    expect(await read(1, '/Windows/System32/startnet.cmd')).toBe([
      '@echo off', 'wpeinit',
      'for %%d in (C D E F G H I J K L M N O P Q R S T U V W Y Z) do if exist "%%d:\\$WinPEDriver$\\" for /f "delims=" %%i in (\'dir /a-d /b /s "%%d:\\$WinPEDriver$\\*.inf"\') do drvload "%%i"',
      'wpeutil InitializeNetwork', 'wpeutil SetKeyboardLayout 0413:00020409', 'echo klaar', '',
    ].join('\r\n'));
    expect(await read(1, '/Tools/sub/tool.exe')).toBe('tool');
    expect(await read(2, '/Windows/System32/startnet.cmd')).toBe('wpeinit\r\n');
    expect(await tool('wimlib-imagex', ['dir', join(folder, 'made.wim'), '1'])).not.toMatch(/winpeshl/i);
    expect(await tool('wimlib-imagex', ['info', join(folder, 'made.wim')])).toMatch(/Boot Index:\s+1/);
  } finally {
    await medium.close();
  }
});

need({ tools: ['wimlib-imagex'] })('drivers in the image are loaded by name', async () => {
  const put = await drivers();
  const medium = await planWinPe(await folderTree(await smallWinPe(folder)), 'disc', { ...PLAIN, drivers: put, driversIn: 'image' });
  try {
    const inf = `Drivers/${put.list[0]?.folder ?? ''}/e2f.inf`;
    const read = await wimOf(medium.tree);
    expect(await read(1, '/Windows/System32/startnet.cmd')).toContain(`drvload "X:\\${inf.replaceAll('/', '\\')}"\r\nwpeutil InitializeNetwork`);
    expect(await read(1, `/Drivers/${put.list[0]?.folder ?? ''}/driver.sys`)).toContain('driver.sys');
    expect(files(medium.tree).some((path) => path.includes('WinPEDriver'))).toBe(false);
  } finally {
    await medium.close();
  }
});

need({ tools: ['wimlib-imagex'] })('the loaders of 2023 come out of the image; without them that is said', async () => {
  const medium = await planWinPe(await folderTree(await smallWinPe(folder)), 'disc', { ...PLAIN, newLoaders: true });
  try {
    const at = (path: string): Promise<Buffer> => contentOf(medium.tree.entries.find((entry) => entry.path === path));
    expect((await at('EFI/Boot/bootx64.efi')).toString()).toBe('new bootmgfw');
    expect((await at('bootmgr.efi')).toString()).toBe('new bootmgr');
    expect((await at('EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf')).toString()).toBe('new font');
    expect((await at('bootmgr')).toString()).toBe('old bootmgr');
  } finally {
    await medium.close();
  }
  const old = join(folder, 'old');
  await expect(planWinPe(await folderTree(await smallWinPe(old, { newLoaders: false })), 'disc', { ...PLAIN, newLoaders: true })).rejects.toMatchObject({ code: 'winpe-no-new-loaders' });
});

need({ tools: ['wimlib-imagex'] })("the ADK's folder is joined as copype does", async () => {
  const medium = await planWinPe(await folderTree(await smallWinPe(folder, { adk: true })), 'adk', PLAIN);
  try {
    expect(files(medium.tree)).toEqual(expect.arrayContaining(['EFI/Boot/bootx64.efi', 'bootmgr', 'sources/boot.wim']));
    expect(files(medium.tree).some((path) => /setup|install|media/i.test(path))).toBe(false);
  } finally {
    await medium.close();
  }
});

need({ tools: ['wimlib-imagex', 'hivexget'] })('scratch space goes into the registry of the image, as hivex reads it; its language must be in the image', async () => {
  const source = await folderTree(await smallWinPe(folder));
  const medium = await planWinPe(source, 'disc', { ...PLAIN, scratchMiB: 256, language: 'en-US', region: 'nl-NL' });
  try {
    const read = await wimOf(medium.tree);
    expect(await read(1, '/Windows/System32/startnet.cmd')).toContain('wpeutil SetMuiLanguage en-US\r\nwpeutil SetUserLocale nl-NL');
    const value = async (image: string): Promise<string> => {
      await tool('wimlib-imagex', ['extract', join(folder, 'made.wim'), image, '/Windows/System32/config/SYSTEM', `--dest-dir=${join(folder, image)}`]);
      return (await tool('hivexget', [join(folder, image, 'SYSTEM'), '\\ControlSet001\\Services\\FBWF', 'WinPECacheThreshold'])).trim();
    };
    expect(await value('1')).toBe('256');
    expect(await value('2')).toBe('32');
  } finally {
    await medium.close();
  }
  await expect(planWinPe(source, 'disc', { ...PLAIN, scratchMiB: 100 })).rejects.toMatchObject({ code: 'winpe-scratch-space', params: { value: 100 } });
  await expect(planWinPe(source, 'disc', { ...PLAIN, language: 'nl-NL' })).rejects.toMatchObject({ code: 'winpe-language', params: { language: 'nl-NL', known: 'en-US' } });
});

need({ tools: ['wimlib-imagex', 'hivexget'] })('the system locale and the time zone go into the registry of the image, as hivex reads them; the language of the texts stays', async () => {
  const source = await folderTree(await smallWinPe(folder));
  const medium = await planWinPe(source, 'disc', { ...PLAIN, systemLocale: 'nl-nl', timeZone: 'W. Europe Standard Time', scratchMiB: 512 });
  try {
    await wimOf(medium.tree);
    await tool('wimlib-imagex', ['extract', join(folder, 'made.wim'), '1', '/Windows/System32/config/SYSTEM', '/Windows/System32/config/SOFTWARE', `--dest-dir=${folder}`]);
    const key = async (path: string): Promise<string> => tool('hivexget', [join(folder, 'SYSTEM'), `\\ControlSet001\\Control\\${path}`]);
    expect(await key('Nls\\Language')).toBe('"Default"="0413"\n"InstallLanguage"="0409"\n');
    expect(await key('Nls\\CodePage')).toBe('"ACP"="1252"\n"OEMCP"="850"\n"MACCP"="10000"\n');
    expect(await key('Nls\\Locale')).toBe('"@"="00000413"\n');
    const zone = Object.fromEntries((await key('TimeZoneInformation')).trim().split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2).map((part) => part.replaceAll('"', ''))));
    expect(zone).toEqual({
      TimeZoneKeyName: 'W. Europe Standard Time', Bias: 'dword:ffffffc4', StandardBias: 'dword:00000000', DaylightBias: 'dword:ffffffc4', ActiveTimeBias: 'dword:ffffffc4', DynamicDaylightTimeDisabled: 'dword:00000000',
      StandardName: '@tzres.dll,-322', DaylightName: 'W. Europe Daylight Time',
      // The last Sunday of October at three, and of March at two.
      StandardStart: 'hex(3):00,00,0a,00,00,00,05,00,03,00,00,00,00,00,00,00', DaylightStart: 'hex(3):00,00,03,00,00,00,05,00,02,00,00,00,00,00,00,00',
    });
    expect(await tool('hivexget', [join(folder, 'SYSTEM'), '\\ControlSet001\\Services\\FBWF', 'WinPECacheThreshold'])).toBe('512\n');
  } finally {
    await medium.close();
  }
  await expect(planWinPe(source, 'disc', { ...PLAIN, systemLocale: 'ja-JP' })).rejects.toMatchObject({ code: 'winpe-locale-unknown', params: { locale: 'ja-JP' } });
  await expect(planWinPe(source, 'disc', { ...PLAIN, systemLocale: 'pl-PL' })).rejects.toMatchObject({ code: 'winpe-locale-files', params: { locale: 'pl-PL', files: 'C_1250.NLS, C_852.NLS' } });
  for (const timeZone of ['Mars Standard Time', '', 'W. Europe Standard Time\\Dynamic DST']) await expect(planWinPe(source, 'disc', { ...PLAIN, timeZone })).rejects.toMatchObject({ code: 'winpe-time-zone' });
});

function dirtyHive(): Buffer {
  const maker = new HiveMaker();
  return maker.finish(maker.key('ROOT'), { dirty: true });
}

test.each([
  ['no registry', null, 'not-there SYSTEM'],
  ['a registry that is none', Buffer.alloc(16_384), 'regf'],
  ['changes in its log files', dirtyHive(), 'log-not-applied'],
])('scratch space of an image with %s is refused by name', async (_, hive, reason) => {
  const image = hive ? [memoryEntry('Windows/System32/config/SYSTEM', hive)] : [];
  await expect(imageRegistry(image, 'disc', { scratchMiB: 512, systemLocale: null, timeZone: null }, new Date())).rejects.toMatchObject({ code: 'winpe-registry', params: { path: 'disc', reason: expect.stringContaining(reason) as string } });
});

test('what is no WinPE, odd options: refused by name', async () => {
  mkdirSync(dirname(join(folder, 'x/y')), { recursive: true });
  writeFileSync(join(folder, 'x/bootmgr'), '');
  const tree = await folderTree(join(folder, 'x'));
  await expect(planWinPe(tree, 'x', PLAIN)).rejects.toMatchObject({ code: 'winpe-unknown' });
  const start = { driversInImage: [], driversOnMedium: false, keyboard: null, region: null, language: null, commands: [] };
  for (const bad of [{ keyboard: 'nl' }, { language: 'nl & format c:' }, { region: 'x' }]) expect(() => startnet({ ...start, ...bad })).toThrowError(expect.objectContaining({ code: 'winpe-option-invalid' }));
  expect(() => startnet({ ...start, commands: ['a\r\nformat c:'] })).toThrowError(expect.objectContaining({ code: 'answer-file-text' }));
  expect(Buffer.from(startnet(start)).toString()).toBe('@echo off\r\nwpeinit\r\n');
  // A batch file reads %x% as a variable, also between quotes.
  expect(Buffer.from(startnet({ ...start, driversInImage: ['Drivers/100%TEMP%/a!b & (c).inf'] })).toString()).toContain('\r\ndrvload "X:\\Drivers\\100%%TEMP%%\\a!b & (c).inf"\r\nwpeutil');
});

need({ tools: ['wimlib-imagex'] })('a boot.wim alone is enough when the boot files are in it', async () => {
  const wim = join(await smallWinPe(folder, { discParts: DISC_PARTS, newLoaders: false }), 'sources/boot.wim');
  const source = await openFileSource(wim);
  const bare = await bareWinPe(source, wim);
  const medium = await planWinPe(bare.tree, wim, { ...PLAIN, commands: ['echo klaar'], firmware: 'both' });
  try {
    expect(files(medium.tree).map((path) => path.toLowerCase())).toEqual([
      'boot/bcd', 'boot/boot.sdi', 'boot/etfsboot.com', 'boot/fonts/wgl4_boot.ttf', 'bootmgr', 'bootmgr.efi', 'efi/boot/bootx64.efi', 'efi/microsoft/boot/bcd',
      'efi/microsoft/boot/efisys.bin', 'efi/microsoft/boot/fonts/wgl4_boot.ttf', 'sources/boot.wim',
    ]);
    expect((await contentOf(medium.tree.entries.find(({ path }) => path === 'efi/boot/bootx64.efi'))).toString()).toBe('own EFI/bootmgfw.efi');
    expect(await (await wimOf(medium.tree))(1, '/Windows/System32/startnet.cmd')).toContain('echo klaar');
  } finally {
    await medium.close();
    await bare.close();
    await source.close();
  }
});

need({ tools: ['wimlib-imagex'] })('of a boot.wim alone without all of the boot files it is named what is missing', async () => {
  for (const [discParts, missing] of [
    [[], 'Windows\\Boot\\EFI\\bootmgfw.efi, Windows\\Boot\\DVD\\EFI\\BCD, Windows\\Boot\\PCAT\\bootmgr, Windows\\Boot\\DVD\\PCAT\\BCD, Windows\\Boot\\DVD\\EFI\\boot.sdi'],
    [['EFI/bootmgfw.efi', 'DVD/EFI/BCD', 'PCAT/bootmgr', 'DVD/PCAT/BCD'], 'Windows\\Boot\\DVD\\EFI\\boot.sdi'],
    [['EFI/bootmgfw.efi', 'PCAT/bootmgr', 'DVD/EFI/boot.sdi'], 'Windows\\Boot\\DVD\\EFI\\BCD, Windows\\Boot\\DVD\\PCAT\\BCD'],
  ] as const) {
    const place = join(folder, String(discParts.length));
    const wim = join(await smallWinPe(place, { discParts, newLoaders: false }), 'sources/boot.wim');
    const source = await openFileSource(wim);
    await expect(bareWinPe(source, wim)).rejects.toMatchObject({ code: 'winpe-parts-missing', params: { path: wim, missing } });
    await source.close();
  }
});

need({ tools: ['wimlib-imagex'] })('a boot.wim that starts only one kind of PC makes media for that; another Windows is no WinPE', async () => {
  const wim = join(await smallWinPe(folder, { discParts: ['EFI/bootmgfw.efi', 'DVD/EFI/BCD', 'DVD/PCAT/boot.sdi'] }), 'sources/boot.wim');
  const source = await openFileSource(wim);
  const bare = await bareWinPe(source, wim);
  await expect(planWinPe(bare.tree, wim, { ...PLAIN, firmware: 'both' })).rejects.toMatchObject({ code: 'media-no-bios' });
  await (await planWinPe(bare.tree, wim, { ...PLAIN, firmware: 'uefi' })).close();
  await bare.close();
  await source.close();
  mkdirSync(join(folder, 'full/Windows/System32'), { recursive: true });
  writeFileSync(join(folder, 'full/Windows/System32/ntoskrnl.exe'), 'MZ');
  await tool('wimlib-imagex', ['capture', join(folder, 'full'), join(folder, 'install.wim'), 'Windows', '--threads=1']);
  const full = await openFileSource(join(folder, 'install.wim'));
  await expect(bareWinPe(full, 'install.wim')).rejects.toMatchObject({ code: 'winpe-unknown' });
  await full.close();
});

need({ tools: ['wimlib-imagex'] })('the source is read, never written', async () => {
  const disc = await smallWinPe(folder);
  const before = readFileSync(join(disc, 'sources/boot.wim'));
  const medium = await planWinPe(await folderTree(disc), 'disc', { ...PLAIN, commands: ['x'] });
  await wimOf(medium.tree);
  await medium.close();
  expect(readFileSync(join(disc, 'sources/boot.wim')).equals(before)).toBe(true);
});

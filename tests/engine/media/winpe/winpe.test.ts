import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileTree, TreeEntry } from '../../../../native-free-engine/io/file-tree.ts';
import { folderTree } from '../../../../native-free-engine/io/node-folder-tree.ts';
import { readBytes } from '../../../../native-free-engine/io/read-bytes.ts';
import { memoryEntry } from '../../../../native-free-engine/io/memory-entry.ts';
import { driverFiles } from '../../../../native-free-engine/media/drivers/node-media-drivers.ts';
import { scanDrivers } from '../../../../native-free-engine/media/drivers/node-scan.ts';
import { planWinPe, type WinPeOptions } from '../../../../native-free-engine/media/winpe/plan-winpe.ts';
import { startnet } from '../../../../native-free-engine/media/winpe/startnet.ts';
import { tool } from '../../../labs/tool.ts';
import { need } from '../../../support/need.ts';
import { writePackage } from '../drivers/infs.ts';
import { smallWinPe } from './small-winpe.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'winpe-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const PLAIN: WinPeOptions = {
  keyboard: null, region: null, language: null, commands: [], drivers: { entries: [], list: [] }, driversIn: 'medium', extras: [], tools: [], newLoaders: false, scratchMiB: null,
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

test('what is no WinPE, scratch space, odd options: refused by name', async () => {
  mkdirSync(dirname(join(folder, 'x/y')), { recursive: true });
  writeFileSync(join(folder, 'x/bootmgr'), '');
  const tree = await folderTree(join(folder, 'x'));
  await expect(planWinPe(tree, 'x', PLAIN)).rejects.toMatchObject({ code: 'winpe-unknown' });
  await expect(planWinPe(tree, 'x', { ...PLAIN, scratchMiB: 512 })).rejects.toMatchObject({ code: 'winpe-scratch-space' });
  const start = { driversInImage: [], driversOnMedium: false, keyboard: null, region: null, language: null, commands: [] };
  for (const bad of [{ keyboard: 'nl' }, { language: 'nl & format c:' }, { region: 'x' }]) expect(() => startnet({ ...start, ...bad })).toThrowError(expect.objectContaining({ code: 'winpe-option-invalid' }));
  expect(() => startnet({ ...start, commands: ['a\r\nformat c:'] })).toThrowError(expect.objectContaining({ code: 'answer-file-text' }));
  expect(Buffer.from(startnet(start)).toString()).toBe('@echo off\r\nwpeinit\r\n');
});

need({ tools: ['wimlib-imagex'] })('the source is read, never written', async () => {
  const disc = await smallWinPe(folder);
  const before = readFileSync(join(disc, 'sources/boot.wim'));
  const medium = await planWinPe(await folderTree(disc), 'disc', { ...PLAIN, commands: ['x'] });
  await wimOf(medium.tree);
  await medium.close();
  expect(readFileSync(join(disc, 'sources/boot.wim')).equals(before)).toBe(true);
});

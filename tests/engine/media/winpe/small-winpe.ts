import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tool } from '../../../labs/tool.ts';
import { dword, HiveMaker, sz } from '../../registry/make-hive.ts';

/** What an image has of a disc of its own, in `Windows/Boot`. */
export const DISC_PARTS = ['EFI/bootmgfw.efi', 'EFI/bootmgr.efi', 'DVD/EFI/BCD', 'DVD/EFI/boot.sdi', 'DVD/EFI/en-US/efisys.bin', 'DVD/PCAT/BCD', 'DVD/PCAT/etfsboot.com', 'PCAT/bootmgr', 'Fonts/wgl4_boot.ttf'];

/**
 * CONSTRUCTED: the files of a WinPE disc in the layout that Microsoft has them in, invented contents, boot.wim made by wimlib
 * with two images, of which the second starts. No Windows ever started from it.
 */
export async function smallWinPe(folder: string, options: { readonly newLoaders?: boolean; readonly adk?: boolean; readonly discParts?: readonly string[] } = {}): Promise<string> {
  const { newLoaders = true, adk = false, discParts = [] } = options;
  const media = join(folder, adk ? 'adk/Media' : 'disc');
  const put = (root: string, path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of ['bootmgr', 'bootmgr.efi', 'Boot/BCD', 'Boot/boot.sdi', 'Boot/bootfix.bin', 'EFI/Boot/bootx64.efi', 'EFI/Microsoft/Boot/BCD', 'EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf']) put(media, path, `old ${path}`);
  for (const path of ['setup.exe', 'sources/setup.exe', 'sources/install.wim']) put(media, path, 'of no use here');
  const pe = join(folder, 'pe');
  put(pe, 'Windows/System32/startnet.cmd', 'wpeinit\r\n');
  put(pe, 'Windows/System32/WINPESHL.INI', '[LaunchApp]\r\nAppPath=setup.exe\r\n');
  put(pe, 'Windows/System32/drvload.exe', 'MZ');
  put(pe, 'Windows/System32/en-US/cmd.exe.mui', 'MZ texts');
  put(pe, 'Windows/System32/config/SYSTEM', winPeHive());
  put(pe, 'Windows/System32/config/SOFTWARE', softwareHive());
  for (const page of [437, 850, 1252, 10000]) put(pe, `Windows/System32/C_${page}.NLS`, `code page ${page}`);
  for (const path of discParts) put(pe, `Windows/Boot/${path}`, path.endsWith('BCD') ? Buffer.from('regf \\Sources\\boot.wim', 'utf16le') : `own ${path}`);
  if (newLoaders) {
    put(pe, 'Windows/Boot/EFI_EX/bootmgfw_EX.efi', 'new bootmgfw');
    put(pe, 'Windows/Boot/EFI_EX/bootmgr_EX.efi', 'new bootmgr');
    put(pe, 'Windows/Boot/Fonts_EX/wgl4_boot_EX.ttf', 'new font');
  }
  const wim = adk ? join(folder, 'adk/en-us/winpe.wim') : join(media, 'sources/boot.wim');
  mkdirSync(dirname(wim), { recursive: true });
  await tool('wimlib-imagex', ['capture', pe, wim, 'Microsoft Windows PE (x64)', '--threads=1', '--image-property=WINDOWS/ARCH=9', '--image-property=WINDOWS/VERSION/BUILD=26100']);
  put(pe, 'setup.exe', 'MZ setup');
  await tool('wimlib-imagex', ['append', pe, wim, 'Microsoft Windows Setup (x64)', '--boot', '--threads=1']);
  return adk ? join(folder, 'adk') : media;
}

/** CONSTRUCTED: the registry hive SYSTEM of a WinPE in English of the USA, as far as the scratch space, the locale and the time zone go. */
function winPeHive(): Buffer {
  const maker = new HiveMaker();
  const fbwf = maker.key('FBWF', [maker.value('Start', 4, dword(0)), maker.value('WinPECacheThreshold', 4, dword(32))]);
  const nls = maker.key('Nls', [], [
    maker.key('CodePage', [maker.value('ACP', 1, sz('1252')), maker.value('OEMCP', 1, sz('437')), maker.value('MACCP', 1, sz('10000'))]),
    maker.key('Language', [maker.value('Default', 1, sz('0409')), maker.value('InstallLanguage', 1, sz('0409'))]),
    maker.key('Locale', [maker.value('', 1, sz('00000409'))]),
  ]);
  const zone = maker.key('TimeZoneInformation', [maker.value('TimeZoneKeyName', 1, sz('Pacific Standard Time')), maker.value('Bias', 4, dword(480))]);
  const controlSet = maker.key('ControlSet001', [], [maker.key('Control', [], [nls, zone]), maker.key('Services', [], [fbwf])]);
  return maker.finish(maker.key('ROOT', [], [controlSet, maker.key('Select', [maker.value('Current', 4, dword(1)), maker.value('Default', 4, dword(1))])]));
}

/** CONSTRUCTED: of SOFTWARE one time zone, with the rule that Western Europe has had since 1996: a SYSTEMTIME each. */
function softwareHive(): Buffer {
  const maker = new HiveMaker();
  const zone = Buffer.alloc(44);
  [-60, 0, -60].forEach((minutes, i) => zone.writeInt32LE(minutes, i * 4));
  [[0, 10, 0, 5, 3], [0, 3, 0, 5, 2]].forEach((date, i) => date.forEach((part, j) => zone.writeUInt16LE(part, 12 + i * 16 + j * 2)));
  const values = [maker.value('TZI', 3, zone), maker.value('Std', 1, sz('W. Europe Standard Time')), maker.value('MUI_Std', 1, sz('@tzres.dll,-322')), maker.value('Dlt', 1, sz('W. Europe Daylight Time'))];
  let key = maker.key('W. Europe Standard Time', values);
  for (const name of ['Time Zones', 'CurrentVersion', 'Windows NT', 'Microsoft', 'ROOT']) key = maker.key(name, [], [key]);
  return maker.finish(key);
}

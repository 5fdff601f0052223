import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tool } from '../../../labs/tool.ts';

/**
 * CONSTRUCTED: the files of a WinPE disc in the layout that Microsoft has them in, invented contents, boot.wim made by wimlib
 * with two images, of which the second starts. No Windows ever started from it.
 */
export async function smallWinPe(folder: string, options: { readonly newLoaders?: boolean; readonly adk?: boolean } = {}): Promise<string> {
  const { newLoaders = true, adk = false } = options;
  const media = join(folder, adk ? 'adk/Media' : 'disc');
  const put = (root: string, path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of ['bootmgr', 'bootmgr.efi', 'Boot/BCD', 'Boot/boot.sdi', 'Boot/bootfix.bin', 'EFI/Boot/bootx64.efi', 'EFI/Microsoft/Boot/BCD', 'EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf']) put(media, path, `old ${path}`);
  for (const path of ['setup.exe', 'sources/setup.exe', 'sources/install.wim']) put(media, path, 'of no use here');
  const pe = join(folder, 'pe');
  put(pe, 'Windows/System32/startnet.cmd', 'wpeinit\r\n');
  put(pe, 'Windows/System32/WINPESHL.INI', '[LaunchApp]\r\nAppPath=setup.exe\r\n');
  put(pe, 'Windows/System32/drvload.exe', 'MZ');
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

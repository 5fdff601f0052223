import { createHash } from 'node:crypto';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seeded } from '../support/seeded.ts';
import { cached } from './cache.ts';
import { folderForHoles, openLab } from './lab.ts';
import { serialStub } from './serial-stub.ts';
import { storedWim } from './stored-wim.ts';
import { tool } from './tool.ts';

/** The programs {@link windowsIso} needs, for `need()`. */
export const WINDOWS_ISO_TOOLS = ['genisoimage', 'grub-mkimage', 'mformat', 'mmd', 'mcopy', 'wimlib-imagex', 'dd', 'sha256sum'];

/** What the stand-ins for Microsoft's boot loaders print on the serial port. */
export const WINDOWS_MARKER = {
  /** `bootmgr`, which a stick's own boot code loads at 2000:0000. */
  bios: 'WERKBANK-WINDOWS bootmgr',
  /** `boot/etfsboot.com`, which a BIOS starts from the disc. */
  disc: 'WERKBANK-WINDOWS etfsboot',
  /** `efi/boot/bootx64.efi`, from a stick or from the disc, once it has found the volume with `sources/boot.wim` and checked some files. */
  efi: 'WERKBANK-WINDOWS efi OK',
} as const;

export interface WindowsIsoRequest {
  /** MiB of `sources/install.wim`; some 4 by default. More than 32 makes it a stored one of one edition, mostly zeros. */
  readonly installMb?: number;
  readonly label?: string;
  /** `7`: as on discs of Windows 7 for 64 bits, which are set up for UEFI but have no efi/boot, so that firmware starts no stick of them. */
  readonly release?: '11' | '7';
}

type Release = NonNullable<WindowsIsoRequest['release']>;

const EDITIONS = [
  ['Windows 11 Home', 'Core'],
  ['Windows 11 Pro', 'Professional'],
  ['Windows 11 Education', 'Education'],
] as const;
const MIB = 1 << 20;

/** GRUB in place of bootx64.efi: finds the volume it is on as Windows does, and reads through the firmware's own view of it. */
const GRUB = `serial --unit=0 --speed=115200
terminal_output serial
echo "WERKBANK-WINDOWS efi started"
search --no-floppy --file --set=root /sources/boot.wim
if hashsum --hash sha256 --check /sources/check.sha --prefix ($root); then echo "${WINDOWS_MARKER.efi}"; fi
halt
`;
// Not iso9660: of a bridge disc GRUB would see the stub only.
const GRUB_MODULES = ['serial', 'terminal', 'echo', 'test', 'search', 'search_fs_file', 'hashsum', 'gcry_sha256', 'halt', 'part_gpt', 'part_msdos', 'fat', 'ntfs', 'exfat', 'udf', 'normal', 'memdisk', 'tar'];

const README = 'This disc contains a "UDF" file system and requires an operating system\r\nthat supports the ISO-13346 "UDF" file system specification.\r\n';

/** How it is made; another recipe is another file in the cache. */
const RECIPE = 6;

/**
 * An ISO with the layout of a Windows 11 disc, or of one of Windows 7, and no byte of Microsoft's: a UDF bridge whose ISO 9660 tree is a stub,
 * El Torito for BIOS and UEFI, `boot.wim` with two images, `install.wim` with editions. Made once, then kept.
 */
export async function windowsIso(request: WindowsIsoRequest = {}): Promise<string> {
  const { installMb = 4, label = 'CCCOMA_X64FRE_EN-US_DV9', release = '11' } = request;
  const name = createHash('sha256').update(JSON.stringify([RECIPE, installMb, label, release, GRUB])).digest('hex').slice(0, 12);
  return cached(`windows-${installMb}-${name}.iso`, async (path) => {
    const lab = await openLab(installMb > 32 ? await folderForHoles() : undefined);
    try {
      const tree = join(lab.folder, 'disc');
      await makeWindowsTree(tree, lab.folder, installMb, release);
      const hidden = ['autorun.inf', 'boot', 'bootmgr', 'bootmgr.efi', 'efi', 'setup.exe', 'sources', 'support'];
      const args = [
        '-quiet', '-udf', '-allow-limited-size', '-iso-level', '3', '-V', label, ...hidden.flatMap((entry) => ['-hide', entry]),
        '-b', 'boot/etfsboot.com', '-no-emul-boot', '-boot-load-size', '8', '-hide', 'boot.catalog',
        '-eltorito-alt-boot', '-e', 'efi/microsoft/boot/efisys.bin', '-no-emul-boot', tree,
      ];
      // Holes where there are zeros, and no zero on its way to the disk.
      await tool('bash', ['-o', 'pipefail', '-c', 'genisoimage "$@" | dd of="$0" bs=1M iflag=fullblock conv=sparse status=none', path, ...args]);
    } finally {
      await lab.close();
    }
  });
}

/** The files of such a disc, as a folder. @param scratch for what is needed on the way */
export async function makeWindowsTree(tree: string, scratch: string, installMb = 4, release: Release = '11'): Promise<void> {
  const random = seeded(11);
  const put = async (path: string, content: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  };
  await put('bootmgr', serialStub(WINDOWS_MARKER.bios, 400_000));
  await put('boot/etfsboot.com', serialStub(WINDOWS_MARKER.disc, 4096));
  await put('boot/boot.sdi', random.bytes(300_000));
  await put('boot/bcd', 'regf');
  await put('boot/fonts/wgl4_boot.ttf', random.bytes(40_000));
  await put('efi/microsoft/boot/bcd', 'regf');
  await put('efi/microsoft/boot/fonts/wgl4_boot.ttf', random.bytes(40_000));
  await put('autorun.inf', '[AutoRun.Amd64]\r\nopen=setup.exe\r\n');
  await put('setup.exe', 'MZ stand-in');
  await put('sources/setup.exe', 'MZ stand-in');
  await put('sources/ei.cfg', '[Channel]\r\nRetail\r\n');
  await put('sources/lang.ini', '[Available UI Languages]\r\nen-US = 3\r\n\r\n[Fallback Languages]\r\nen-US = en-us\r\n');
  await put('support/logging/Größe 1.txt', 'names beyond ASCII');
  await put('README.TXT', README);

  const loader = await makeLoader(scratch);
  if (release === '11') await put('efi/boot/bootx64.efi', loader);
  else await put('efi/microsoft/boot/cdboot.efi', 'MZ cdboot');
  await put('bootmgr.efi', loader);
  const efisys = join(scratch, 'efisys.bin');
  await makeEfiImage(efisys, loader, scratch);
  await put('efi/microsoft/boot/efisys.bin', await readFile(efisys));
  await put('efi/microsoft/boot/efisys_noprompt.bin', await readFile(efisys));

  await makeBootWim(join(tree, 'sources/boot.wim'), scratch, loader, release);
  await makeInstallWim(join(tree, 'sources/install.wim'), scratch, installMb, { loader, release });
  const checked = ['sources/boot.wim', 'boot/boot.sdi', 'bootmgr', 'sources/ei.cfg'];
  const sums = await tool('sha256sum', checked, { cwd: tree });
  await put('sources/check.sha', sums);
}

async function makeLoader(scratch: string): Promise<Uint8Array> {
  const config = join(scratch, 'start.cfg');
  const memdisk = join(scratch, 'memdisk.tar');
  const loader = join(scratch, 'bootx64.efi');
  // The configuration that an image starts with knows no conditions; a file does.
  await writeFile(config, 'normal (memdisk)/grub.cfg\n');
  await writeFile(join(scratch, 'grub.cfg'), GRUB);
  await tool('tar', ['-cf', memdisk, '-C', scratch, 'grub.cfg']);
  await tool('grub-mkimage', ['-O', 'x86_64-efi', '-p', '/none', '-c', config, '-m', memdisk, '-o', loader, ...GRUB_MODULES]);
  return readFile(loader);
}

async function makeEfiImage(path: string, loader: Uint8Array, scratch: string): Promise<void> {
  const sectors = Math.ceil(loader.length / 512) + 400;
  await writeFile(path, '');
  await truncate(path, sectors * 512);
  await tool('mformat', ['-i', path, '-T', String(sectors), '::']);
  await tool('mmd', ['-i', path, '::/EFI', '::/EFI/BOOT']);
  await tool('mcopy', ['-i', path, join(scratch, 'bootx64.efi'), '::/EFI/BOOT/BOOTX64.EFI']);
}

/** Image 1 is WinPE, image 2 Setup, which the boot loader starts; both share most files. */
async function makeBootWim(path: string, scratch: string, loader: Uint8Array, release: Release): Promise<void> {
  const root = join(scratch, 'pe');
  const random = seeded(12);
  const put = async (file: string, content: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  };
  await put('Windows/System32/ntoskrnl.exe', random.bytes(500_000));
  await put('Windows/System32/drvload.exe', 'MZ drvload');
  await put('Windows/System32/startnet.cmd', 'wpeinit\r\n');
  await put('Windows/System32/config/SYSTEM', 'regf');
  await put('Windows/INF/disk.inf', '[Version]\r\nSignature="$WINDOWS NT$"\r\n');
  await put('Windows/Boot/EFI/bootmgfw.efi', loader);
  // What a Windows would put on a disc of its own; here it is what makes a medium of a boot.wim alone.
  await put('Windows/Boot/PCAT/bootmgr', serialStub(WINDOWS_MARKER.bios, 400_000));
  for (const kind of ['EFI', 'PCAT']) await put(`Windows/Boot/DVD/${kind}/BCD`, Buffer.from('regf \\sources\\boot.wim', 'utf16le'));
  await put('Windows/Boot/DVD/EFI/boot.sdi', random.bytes(3000));
  await put('Windows/Boot/DVD/PCAT/etfsboot.com', serialStub(WINDOWS_MARKER.disc, 4096));
  // The one with a prompt waits for a key, here for ever.
  await put('Windows/Boot/DVD/EFI/en-US/efisys.bin', new Uint8Array(1440 * 1024));
  await put('Windows/Boot/DVD/EFI/en-US/efisys_noprompt.bin', await readFile(join(scratch, 'efisys.bin')));
  if (release === '11') {
    await put('Windows/Boot/EFI_EX/bootmgfw_EX.efi', loader);
    await put('Windows/Boot/EFI_EX/bootmgr_EX.efi', loader);
    await put('Windows/Boot/Fonts_EX/wgl4_boot_EX.ttf', random.bytes(4000));
  }
  await tool('wimlib-imagex', ['capture', root, path, 'Microsoft Windows PE (amd64)', '--compress=LZX', '--threads=1']);
  await put('setup.exe', 'MZ setup');
  await put('sources/setup.exe', 'MZ setup');
  await tool('wimlib-imagex', ['append', root, path, 'Microsoft Windows Setup (amd64)', '--boot', '--threads=1']);
  for (const image of [1, 2]) await describe(path, image, 'WindowsPE', 'WindowsPE', release);
}

async function makeInstallWim(path: string, scratch: string, installMb: number, { loader, release }: { loader: Uint8Array; release: Release }): Promise<void> {
  const root = join(scratch, 'windows');
  const random = seeded(13);
  await mkdir(join(root, 'Windows/System32/config'), { recursive: true });
  await mkdir(join(root, 'Users/Public'), { recursive: true });
  await mkdir(join(root, 'Program Files/Größe'), { recursive: true });
  await writeFile(join(root, 'Windows/System32/ntoskrnl.exe'), random.bytes(900_000));
  await writeFile(join(root, 'Windows/explorer.exe'), 'MZ explorer');
  await mkdir(join(root, 'Windows/Boot/EFI'), { recursive: true });
  await writeFile(join(root, 'Windows/Boot/EFI/bootmgfw.efi'), loader);
  await writeFile(join(root, 'Windows/System32/config/SOFTWARE'), 'regf');
  const stored = installMb > 32;
  if (stored) {
    // Files of up to 100 MiB, each of its own size and start, so that none is stored once for another.
    for (let left = installMb * MIB, i = 0; left > 0; left -= 100 * MIB, i++) {
      const file = join(root, `Windows/file${i}.dat`);
      await writeFile(file, `file ${i}\n`);
      await truncate(file, Math.min(left, 100 * MIB) + i * 4096);
    }
  }
  const editions = stored ? EDITIONS.slice(1, 2) : EDITIONS;
  for (const [i, [name, edition]] of editions.entries()) {
    await writeFile(join(root, 'Windows/edition.txt'), edition);
    await writeFile(join(root, `Windows/${edition}.bin`), random.bytes(stored ? 100 : Math.ceil((installMb * MIB - 900_000) / EDITIONS.length)));
    if (stored) await storedWim(root, path, name);
    else await tool('wimlib-imagex', [...(i === 0 ? ['capture', root, path, name, '--compress=LZX'] : ['append', root, path, name]), '--threads=1']);
    await describe(path, i + 1, edition, 'Client', release);
  }
}

/** What Microsoft's own images say of themselves in the XML. */
async function describe(path: string, image: number, edition: string, installation: string, release: Release): Promise<void> {
  const [major, minor, build, servicePack] = release === '7' ? ['6', '1', '7601', '17514'] : ['10', '0', '26100', '1742'];
  const properties = {
    'WINDOWS/ARCH': '9', 'WINDOWS/PRODUCTNAME': 'Microsoft® Windows® Operating System', 'WINDOWS/EDITIONID': edition,
    'WINDOWS/INSTALLATIONTYPE': installation, 'WINDOWS/PRODUCTTYPE': 'WinNT', 'WINDOWS/SYSTEMROOT': 'WINDOWS',
    'WINDOWS/VERSION/MAJOR': major, 'WINDOWS/VERSION/MINOR': minor, 'WINDOWS/VERSION/BUILD': build, 'WINDOWS/VERSION/SPBUILD': servicePack,
    'WINDOWS/LANGUAGES/LANGUAGE': 'en-US', 'WINDOWS/LANGUAGES/DEFAULT': 'en-US', FLAGS: edition,
  };
  await tool('wimlib-imagex', ['info', path, String(image), ...Object.entries(properties).map(([key, value]) => `--image-property=${key}=${value}`)]);
}

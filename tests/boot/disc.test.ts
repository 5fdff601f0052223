import { copyFile, mkdir, open, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderTree, memoryDevice, planIso, writeIso, type IsoOptions } from '../../native-free-engine/index.ts';
import { need } from '../support/need.ts';
import type { Lab } from '../labs/lab.ts';
import { DISC_IMAGE_MARKER, markerDiscImage } from '../labs/marker-disc-image.ts';
import { bootFromDisc, bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { serialStub } from '../labs/serial-stub.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { makeWindowsTree, WINDOWS_ISO_TOOLS, WINDOWS_MARKER } from '../labs/windows-iso.ts';

need({ tools: [...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS] })(
  'discs that we make boot: from a CD under a BIOS and under UEFI, and a hybrid one from a stick as well',
  async () => {
    const lab = await testLab();
    const tree = join(lab.folder, 'tree');
    await makeWindowsTree(tree, lab.folder);
    const made = (name: string, options: Partial<IsoOptions>): Promise<string> => makeDisc(lab, tree, name, options);
    // The layout of a large Windows disc; what boots under UEFI checks the hashes of some files in it.
    const disc = await made('disc.iso', { isoTree: 'stub' });
    await bootFromDisc(lab, { image: disc, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
    await bootFromDisc(lab, { image: disc, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
    // Without an image for UEFI one is made of the loader.
    await rm(join(tree, 'efi/microsoft/boot/efisys.bin'));
    const hybrid = await made('hybrid.iso', { hybrid: true });
    await bootFromStick(lab, { image: hybrid, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
    await bootFromDisc(lab, { image: hybrid, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
    await bootFromStick(lab, { image: hybrid, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
    await bootFromDisc(lab, { image: hybrid, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
  },
  900_000,
);

need({ tools: [...QEMU_TOOLS, 'nasm'] })(
  'what a BIOS starts from a stick finds the CD drive that it finds when the same disc is in one',
  async () => {
    const lab = await testLab();
    const tree = join(lab.folder, 'tree');
    await mkdir(join(tree, 'boot'), { recursive: true });
    await writeFile(join(tree, 'boot/etfsboot.com'), await markerDiscImage(lab));
    await writeFile(join(tree, 'filler'), new Uint8Array(3 << 20));
    const image = await makeDisc(lab, tree, 'bios.iso', { hybrid: true });
    await bootFromDisc(lab, { image, firmware: 'seabios', marker: DISC_IMAGE_MARKER });
    await bootFromStick(lab, { image, firmware: 'seabios', marker: DISC_IMAGE_MARKER });
  },
  600_000,
);

need({ tools: [...QEMU_TOOLS, 'nasm'] })(
  'a stick that cannot be read says so on the screen',
  async () => {
    const lab = await testLab();
    const tree = join(lab.folder, 'tree');
    await mkdir(join(tree, 'boot'), { recursive: true });
    await writeFile(join(tree, 'boot/etfsboot.com'), new Uint8Array(4096));
    const image = await makeDisc(lab, tree, 'cut.iso', { hybrid: true });
    await truncate(image, 1 << 20);
    const file = await open(image, 'r+');
    // Where the boot code is told that its image lies: far behind the end.
    await file.write(Uint8Array.of(0, 0, 0, 1), 0, 4, 425);
    await file.close();
    await bootFromStick(lab, { image, firmware: 'seabios', screen: true, marker: 'Werkbank: this disc cannot be read.' });
  },
  300_000,
);

/** Of Debian's isolinux and syslinux-common packages. */
const ISOLINUX = { image: '/usr/lib/ISOLINUX/isolinux.bin', module: '/usr/lib/syslinux/modules/bios/ldlinux.c32' };

need({ tools: QEMU_TOOLS, files: Object.values(ISOLINUX) })(
  'ISOLINUX is told where it lies, finds its files, and starts from a CD and from a stick',
  async () => {
    const lab = await testLab();
    const tree = join(lab.folder, 'tree');
    await mkdir(join(tree, 'isolinux'), { recursive: true });
    await copyFile(ISOLINUX.image, join(tree, 'isolinux/isolinux.bin'));
    await copyFile(ISOLINUX.module, join(tree, 'isolinux/ldlinux.c32'));
    await writeFile(join(tree, 'isolinux/isolinux.cfg'), 'SERIAL 0 115200\nDEFAULT marker\nPROMPT 0\nLABEL marker\nBOOT marker.bin\n');
    await writeFile(join(tree, 'isolinux/marker.bin'), serialStub('WERKBANK-TEST-ISOLINUX', 2048));
    const image = await makeDisc(lab, tree, 'isolinux.iso', { hybrid: true });
    await bootFromDisc(lab, { image, firmware: 'seabios', marker: 'WERKBANK-TEST-ISOLINUX' });
    await bootFromStick(lab, { image, firmware: 'seabios', marker: 'WERKBANK-TEST-ISOLINUX' });
  },
  600_000,
);

need({ tools: [...QEMU_TOOLS, 'grub-mkimage'], files: ['/usr/lib/grub/i386-pc/kernel.img'] })(
  "GRUB's image for CDs is told where it lies, finds its disc and starts what is on it",
  async () => {
    const lab = await testLab();
    const tree = join(lab.folder, 'tree');
    const folder = join(tree, 'boot/grub/i386-pc');
    await mkdir(folder, { recursive: true });
    const config = join(lab.folder, 'grub.cfg');
    await writeFile(config, 'serial\nterminal_output serial\ncat /boot/marker\nsleep 60\n');
    // Without the table it does not even find the rest of itself: a BIOS loads only its first 2 KiB.
    await tool('grub-mkimage', ['-O', 'i386-pc-eltorito', '-p', '/boot/grub', '-c', config, '-o', join(folder, 'eltorito.img'), 'biosdisk', 'iso9660', 'serial', 'terminal', 'cat', 'sleep']);
    await writeFile(join(tree, 'boot/marker'), 'WERKBANK-TEST-GRUB-CD\n');
    const image = await makeDisc(lab, tree, 'grub.iso', {});
    await bootFromDisc(lab, { image, firmware: 'seabios', marker: 'WERKBANK-TEST-GRUB-CD', timeoutSeconds: 60 });
  },
  120_000,
);

async function makeDisc(lab: Lab, tree: string, name: string, options: Partial<IsoOptions>): Promise<string> {
  const plan = planIso(await folderTree(tree), { label: 'CCCOMA_X64FRE_EN-US_DV9', when: new Date('2026-01-02T03:04:05Z'), ...options });
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  const path = join(lab.folder, name);
  await writeFile(path, sink.bytes);
  return path;
}

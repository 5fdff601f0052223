import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GRUB_CORE_CONFIG, grubForUefi, installGrubForBios } from './boot-disk-grub.ts';
import { CHANGE_FILE, makeRootFolder, ROOT_UUID, SYSTEM_RECIPE } from './boot-disk-system.ts';
import { cached } from './cache.ts';
import { openLab, type Lab } from './lab.ts';
import type { Firmware } from './qemu.ts';
import { tool } from './tool.ts';

/** The ways in which a disk boots: from an ESP, from a BIOS boot partition, from the gap behind the MBR. */
export type BootDiskKind = 'gpt-uefi' | 'gpt-bios' | 'mbr-bios';

/** The programs {@link bootDisk} needs, for `need()`. */
export const BOOT_DISK_TOOLS = ['apt-get', 'dpkg', 'depmod', 'modprobe', 'grub-mkimage', 'sfdisk', 'mke2fs', 'debugfs', 'mformat', 'mmd', 'mcopy', 'busybox', 'cpio'];

const MIB = 1 << 20;
const SECTOR = 512;

interface Recipe {
  readonly firmware: Firmware;
  readonly size: number;
  readonly table: string;
  /** Bytes. */
  readonly root: { readonly partition: number; readonly offset: number; readonly length: number };
}

const RECIPES: Readonly<Record<BootDiskKind, Recipe>> = {
  'gpt-uefi': {
    firmware: 'ovmf',
    size: 128 * MIB,
    // FAT32 takes 65,525 clusters at least, of one sector each here.
    table: 'label: gpt\nstart=2048, size=81920, type=U, name=ESP\nstart=83968, size=163840, type=L, name=root\n',
    root: { partition: 2, offset: 83_968 * SECTOR, length: 163_840 * SECTOR },
  },
  'gpt-bios': {
    firmware: 'seabios',
    size: 96 * MIB,
    table: 'label: gpt\nfirst-lba: 34\nstart=34, size=2014, type=21686148-6449-6E6F-744E-656564454649, name=bios\nstart=2048, size=163840, type=L, name=root\n',
    root: { partition: 2, offset: 2048 * SECTOR, length: 163_840 * SECTOR },
  },
  'mbr-bios': {
    firmware: 'seabios',
    size: 96 * MIB,
    table: 'label: dos\nlabel-id: 0x57657262\nstart=2048, size=8192, type=83\nstart=10240, size=182272, type=5\nstart=12288, size=163840, type=83\n',
    root: { partition: 5, offset: 12_288 * SECTOR, length: 163_840 * SECTOR },
  },
};

/** A disk of a test's own, to change and to image. */
export interface BootDisk extends Recipe {
  readonly path: string;
  /** Puts a text where the system prints it from when it boots. One line. */
  change(text: string): Promise<void>;
}

/** A disk (a raw image) with a small Linux that says on the serial console who booted it; see boot-disk-system.ts. Made once, then copied. */
export async function bootDisk(lab: Lab, kind: BootDiskKind): Promise<BootDisk> {
  const recipe = RECIPES[kind];
  const digest = createHash('sha256').update(SYSTEM_RECIPE + GRUB_CORE_CONFIG + JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const kept = await cached(`boot-${kind}-${digest}.img`, (path) => makeDisk(path, kind, recipe));
  const path = join(lab.folder, `${kind}.img`);
  await copyFile(kept, path, constants.COPYFILE_FICLONE);
  return {
    ...recipe, path,
    async change(text) {
      const file = join(lab.folder, 'change');
      await writeFile(file, `${text}\n`);
      await tool('debugfs', ['-w', '-f', '-', `${path}?offset=${recipe.root.offset}`], { input: `rm ${CHANGE_FILE}\nwrite ${file} ${CHANGE_FILE}\n` });
    },
  };
}

async function makeDisk(path: string, kind: BootDiskKind, { size, table, root }: Recipe): Promise<void> {
  const lab = await openLab();
  try {
    await writeFile(path, '');
    await truncate(path, size);
    await tool('sfdisk', ['--quiet', path], { input: table });
    const folder = await makeRootFolder(lab.folder);
    await tool('mke2fs', [
      '-q', '-t', 'ext4', '-L', 'root', '-U', ROOT_UUID, '-d', folder, '-E', `offset=${root.offset},root_owner=0:0`, path, `${root.length / 1024}k`,
    ]);
    if (kind === 'gpt-uefi') await makeEsp(lab, path);
    else if (kind === 'gpt-bios') await installGrubForBios(lab.folder, path, 34, 2014);
    else await installGrubForBios(lab.folder, path, 1, 2047);
  } finally {
    await lab.close();
  }
}

async function makeEsp(lab: Lab, disk: string): Promise<void> {
  const volume = `${disk}@@1M`;
  await tool('mformat', ['-i', volume, '-T', '81920', '-c', '1', '-F', '-v', 'ESP', '::']);
  await tool('mmd', ['-i', volume, '::/EFI', '::/EFI/BOOT']);
  await tool('mcopy', ['-i', volume, await grubForUefi(lab.folder), '::/EFI/BOOT/BOOTX64.EFI']);
}

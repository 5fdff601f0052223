import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT_UUID } from './boot-disk-system.ts';
import { tool } from './tool.ts';

/** What GRUB's core does when it starts, whatever firmware started it. */
export const GRUB_CORE_CONFIG = `search --no-floppy --fs-uuid --set=root ${ROOT_UUID}
configfile /boot/grub/grub.cfg
`;

const MODULES = ['part_gpt', 'part_msdos', 'ext2', 'search', 'search_fs_uuid', 'configfile', 'normal', 'linux', 'serial', 'terminal', 'boot'];
const SECTOR = 512;
/** Where the boot sector's code ends and the disk's signature and table begin. */
const BOOT_CODE_BYTES = 440;
/** In GRUB's boot sector: the sector where the core starts, and a jump to leave out on hard disks (boot.S). */
const CORE_SECTOR_AT = 0x5c;
const FLOPPY_JUMP_AT = 0x66;
/** In the core's first sector: where its other sectors lie, how many they are, where in memory they go (diskboot.S). */
const CORE_LIST_AT = 0x1f4;
const CORE_SEGMENT = 0x820;

async function grubImage(base: string, format: string, name: string, modules: readonly string[]): Promise<string> {
  const config = join(base, 'core.cfg');
  await writeFile(config, GRUB_CORE_CONFIG);
  await tool('grub-mkimage', ['-O', format, '-p', '/boot/grub', '-c', config, '-o', join(base, name), ...MODULES, ...modules]);
  return join(base, name);
}

/** GRUB as an EFI program, in one file. */
export const grubForUefi = (base: string): Promise<string> => grubImage(base, 'x86_64-efi', 'BOOTX64.EFI', ['fat']);

/**
 * Puts GRUB for a BIOS on a disk: its boot sector, and its core from `sector` on. What grub-install does, without a device to do it to.
 * @throws Error when the core does not fit into `room` sectors
 */
export async function installGrubForBios(base: string, disk: string, sector: number, room: number): Promise<void> {
  const boot = await readFile('/usr/lib/grub/i386-pc/boot.img');
  const image = await readFile(await grubImage(base, 'i386-pc', 'core.img', ['biosdisk']));
  const core = Buffer.alloc(Math.ceil(image.length / SECTOR) * SECTOR);
  image.copy(core);
  const sectors = core.length / SECTOR;
  if (sectors > room) throw new Error(`GRUB's core takes ${sectors} sectors, and there is room for ${room}`);
  boot.writeBigUInt64LE(BigInt(sector), CORE_SECTOR_AT);
  boot.fill(0x90, FLOPPY_JUMP_AT, FLOPPY_JUMP_AT + 2);
  core.writeBigUInt64LE(BigInt(sector + 1), CORE_LIST_AT);
  core.writeUInt16LE(sectors - 1, CORE_LIST_AT + 8);
  core.writeUInt16LE(CORE_SEGMENT, CORE_LIST_AT + 10);
  const file = await open(disk, 'r+');
  try {
    await file.write(boot, 0, BOOT_CODE_BYTES, 0);
    await file.write(core, 0, core.length, sector * SECTOR);
  } finally {
    await file.close();
  }
}

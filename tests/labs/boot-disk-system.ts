import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { seeded } from '../support/seeded.ts';
import { bootKernel } from './boot-disk-kernel.ts';
import { tool } from './tool.ts';

/** What the system on the disk prints before all it says of itself. */
export const DISK_MARKER = 'WERKBANK-DISK';
/** The UUID of the file system that the boot loader and the kernel look for. */
export const ROOT_UUID = '5f0c6ab2-3c3e-4f60-9d31-8a1f6c2b7d11';
/** A file for tests to replace: the system prints what it holds. */
export const CHANGE_FILE = '/etc/change';

/** In the initial RAM disk: finds the root file system by its UUID and nothing else. */
const INITRAMFS_INIT = `#!/bin/sh
mount -t devtmpfs dev /dev
mount -t proc proc /proc
for module in $(cat /modules/order); do insmod /modules/$module; done
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  root=$(findfs UUID=${ROOT_UUID}) && break
  sleep 0.2
done
mount -o ro $root /mnt && exec switch_root /mnt /sbin/init
echo NO-ROOT
cat /proc/partitions
poweroff -f
`;

/** On the root file system itself. */
const ROOT_INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
for word in $(/bin/busybox cat /proc/cmdline); do case $word in platform=*) platform=$word;; esac; done
sum=$(/bin/busybox sha256sum /data/known.bin)
size=$(/bin/busybox df -k / | /bin/busybox tail -n 1 | /bin/busybox awk '{ print $2 }')
echo "${DISK_MARKER} $platform sha256=\${sum%% *} change=$(/bin/busybox cat ${CHANGE_FILE}) rootKiB=$size end"
/bin/busybox poweroff -f
`;

const GRUB = `serial --unit=0 --speed=115200
terminal_output serial
linux /boot/vmlinuz console=ttyS0 panic=-1 quiet platform=$grub_platform
initrd /boot/initrd
boot
`;

/** Part of the name under which a disk is kept: another recipe, another disk. */
export const SYSTEM_RECIPE = INITRAMFS_INIT + ROOT_INIT + GRUB;

const knownBytes = (): Buffer => seeded(42).bytes(3_000_017);
/** Of the known file on the root file system, in hexadecimal. */
export const knownSha256 = (): string => createHash('sha256').update(knownBytes()).digest('hex');

async function busyboxInto(folder: string, applets: readonly string[]): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await copyFile((await tool('which', ['busybox'])).trim(), join(folder, 'bin/busybox'));
  await chmod(join(folder, 'bin/busybox'), 0o755);
  for (const applet of applets) await symlink('busybox', join(folder, 'bin', applet));
}

async function makeInitramfs(root: string, archive: string, modules: readonly string[]): Promise<void> {
  await busyboxInto(root, ['sh', 'mount', 'cat', 'insmod', 'findfs', 'sleep', 'switch_root', 'poweroff']);
  for (const folder of ['dev', 'proc', 'mnt', 'modules']) await mkdir(join(root, folder));
  for (const module of modules) await copyFile(module, join(root, 'modules', basename(module)));
  await writeFile(join(root, 'modules/order'), modules.map((module) => basename(module)).join('\n'));
  await writeFile(join(root, 'init'), INITRAMFS_INIT, { mode: 0o755 });
  const names = await tool('find', ['.'], { cwd: root });
  await tool('cpio', ['-o', '-H', 'newc', '--quiet', '-R', '0:0', '-F', archive], { cwd: root, input: names });
}

/** A folder with everything on the root file system: kernel, initial RAM disk, GRUB's menu, a known file. */
export async function makeRootFolder(base: string): Promise<string> {
  const { kernel, modules } = await bootKernel();
  const root = join(base, 'root');
  await busyboxInto(root, ['sh']);
  for (const folder of ['boot/grub', 'sbin', 'etc', 'proc', 'dev', 'data']) await mkdir(join(root, folder), { recursive: true });
  await copyFile(kernel, join(root, 'boot/vmlinuz'));
  await makeInitramfs(join(base, 'initramfs'), join(root, 'boot/initrd'), modules);
  await writeFile(join(root, 'boot/grub/grub.cfg'), GRUB);
  await writeFile(join(root, 'sbin/init'), ROOT_INIT, { mode: 0o755 });
  await writeFile(join(root, CHANGE_FILE), 'none\n');
  await writeFile(join(root, 'data/known.bin'), knownBytes());
  return root;
}

/** What a boot says of itself on the serial console. */
export interface DiskSpeaks {
  /** `pc` under a BIOS, `efi` under UEFI. */
  readonly platform: string;
  /** Of the known file on the root file system, in hexadecimal. */
  readonly sha256: string;
  readonly change: string;
  /** Size of the root file system. */
  readonly rootKiB: number;
}

/** @throws Error with the end of the transcript when the system did not come up */
export function readSpeech(transcript: string): DiskSpeaks {
  const said = new RegExp(`${DISK_MARKER} platform=(\\w+) sha256=(\\w+) change=(.*) rootKiB=(\\d+) end`).exec(transcript);
  if (!said) throw new Error(`the disk did not boot: ${transcript.slice(-2000)}`);
  const [, platform = '', sha256 = '', change = '', rootKiB = ''] = said;
  return { platform, sha256, change, rootKiB: Number(rootKiB) };
}

import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootKernel } from './boot-disk-kernel.ts';
import { cached } from './cache.ts';
import { openLab } from './lab.ts';
import { tool } from './tool.ts';

/** What the system on the hybrid ISO prints on the serial console, with the firmware GRUB was started by. */
export const BOOT_MARKER = { seabios: 'WERKBANK-BOOTED platform=pc', ovmf: 'WERKBANK-BOOTED platform=efi' } as const;

/** The programs {@link hybridIso} needs, for `need()`. */
export const HYBRID_ISO_TOOLS = ['grub-mkrescue', 'xorriso', 'mformat', 'busybox', 'cpio', 'apt-get', 'dpkg', 'depmod', 'modprobe'];

const INIT = `#!/bin/sh
mount -t proc proc /proc
for word in $(cat /proc/cmdline); do case $word in platform=*) echo "WERKBANK-BOOTED $word";; esac; done
poweroff -f
`;

const GRUB = `serial --unit=0 --speed=115200
terminal_output serial
terminal_input serial
set timeout=0
menuentry werkbank {
  linux /boot/vmlinuz console=ttyS0 panic=-1 quiet platform=$grub_platform
  initrd /boot/initrd
}
`;

/** A hybrid ISO (about 20 MB) that boots from a stick under a BIOS and under UEFI and says so. Made once, then kept. */
export async function hybridIso(): Promise<string> {
  const recipe = createHash('sha256').update(INIT + GRUB).digest('hex').slice(0, 12);
  return cached(`hybrid-${recipe}.iso`, async (path) => {
    const lab = await openLab();
    try {
      const tree = join(lab.folder, 'tree');
      await mkdir(join(tree, 'boot/grub'), { recursive: true });
      await copyFile((await bootKernel()).kernel, join(tree, 'boot/vmlinuz'));
      await makeInitramfs(join(lab.folder, 'root'), join(tree, 'boot/initrd'));
      await writeFile(join(tree, 'boot/grub/grub.cfg'), GRUB);
      await tool('grub-mkrescue', ['-o', path, tree, '--fonts=', '--locales=', '--themes=']);
    } finally {
      await lab.close();
    }
  });
}

async function makeInitramfs(root: string, archive: string): Promise<void> {
  for (const folder of ['bin', 'dev', 'proc']) await mkdir(join(root, folder), { recursive: true });
  const busybox = (await tool('which', ['busybox'])).trim();
  await copyFile(busybox, join(root, 'bin/busybox'));
  await chmod(join(root, 'bin/busybox'), 0o755);
  for (const applet of ['sh', 'mount', 'cat', 'poweroff']) await symlink('busybox', join(root, 'bin', applet));
  await writeFile(join(root, 'init'), INIT, { mode: 0o755 });
  const names = ['.', 'bin', 'bin/busybox', 'bin/sh', 'bin/mount', 'bin/cat', 'bin/poweroff', 'dev', 'proc', 'init'];
  await tool('cpio', ['-o', '-H', 'newc', '--quiet', '-R', '0:0', '-F', archive], { cwd: root, input: names.join('\n') });
}

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cached } from './cache.ts';
import { unpackKernel } from './kernel.ts';
import { openLab } from './lab.ts';
import { tool } from './tool.ts';

/** What stands between a kernel for virtual machines and a file system on a virtio disk. */
const DRIVERS = ['virtio_pci', 'virtio_blk', 'ext4'];

export interface BootKernel {
  readonly kernel: string;
  /** Modules in the order in which they are to be loaded. */
  readonly modules: readonly string[];
}

/** The newest Debian kernel for virtual machines with the drivers of a virtio disk and of ext4. Downloaded with apt once; nothing is installed. */
export async function bootKernel(): Promise<BootKernel> {
  const folder = await cached('boot-kernel-amd64', async (path) => {
    const lab = await openLab();
    try {
      const version = await unpackKernel(lab);
      await tool('depmod', ['--basedir', lab.folder, version]);
      await mkdir(path, { recursive: true });
      await copyFile(join(lab.folder, 'boot', `vmlinuz-${version}`), join(path, 'vmlinuz'));
      const order: string[] = [];
      for (const driver of DRIVERS) {
        const needed = await tool('modprobe', ['--dirname', lab.folder, '--set-version', version, '--show-depends', '--ignore-install', driver]);
        for (const [, module] of needed.matchAll(/^insmod (\S+)/gm)) if (module && !order.includes(module)) order.push(module);
      }
      for (const module of order) await copyFile(module, join(path, basename(module)));
      await writeFile(join(path, 'order'), order.map((module) => basename(module)).join('\n'));
    } finally {
      await lab.close();
    }
  });
  const order = (await readFile(join(folder, 'order'), 'utf8')).split('\n');
  return { kernel: join(folder, 'vmlinuz'), modules: order.map((module) => join(folder, module)) };
}

import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cached } from './cache.ts';
import { openLab } from './lab.ts';
import { tool, toolEnv } from './tool.ts';

/** The newest Debian kernel for virtual machines, as a bzImage. Downloaded with apt once; nothing is installed. */
export async function kernelImage(): Promise<string> {
  return cached('vmlinuz-cloud-amd64', async (path) => {
    const lab = await openLab();
    try {
      // linux-image-cloud-amd64 is empty and depends on the package of the current version.
      const dependencies = await tool('apt-cache', ['depends', '--important', 'linux-image-cloud-amd64']);
      const name = /Depends: (linux-image-[\w.+-]+)/.exec(dependencies)?.[1];
      if (!name) throw new Error(`apt knows no kernel package: ${dependencies || 'run apt-get update'}`);
      await tool('apt-get', ['download', name], { cwd: lab.folder });
      const archive = (await readdir(lab.folder)).find((file) => file.endsWith('.deb'));
      if (!archive) throw new Error(`apt-get download ${name} left no package`);
      await extractBoot(join(lab.folder, archive), lab.folder);
      const boot = join(lab.folder, 'boot');
      const kernel = (await readdir(boot)).find((file) => file.startsWith('vmlinuz-'));
      if (!kernel) throw new Error(`${archive} holds no kernel`);
      await tool('cp', [join(boot, kernel), path]);
    } finally {
      await lab.close();
    }
  });
}

/** Only /boot of a package: the modules are most of it and nobody here needs them. */
async function extractBoot(archive: string, folder: string): Promise<void> {
  const unpack = spawn('dpkg-deb', ['--fsys-tarfile', archive], { env: toolEnv, stdio: ['ignore', 'pipe', 'inherit'] });
  const extract = spawn('tar', ['-x', '-C', folder, '--wildcards', './boot/vmlinuz-*'], { env: toolEnv, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => extract.on('exit', resolve).on('error', reject));
  await pipeline(unpack.stdout, extract.stdin);
  const code = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}

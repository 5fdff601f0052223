import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { tool } from './tool.ts';

/** Unpacks the newest Debian kernel for virtual machines into the lab's folder and returns its version. Downloaded with apt; nothing is installed. */
export async function unpackKernel(lab: Lab): Promise<string> {
  // linux-image-cloud-amd64 is empty and depends on the package of the current version.
  const dependencies = await tool('apt-cache', ['depends', '--important', 'linux-image-cloud-amd64']);
  const name = /Depends: (linux-image-[\w.+-]+)/.exec(dependencies)?.[1];
  if (!name) throw new Error(`apt knows no kernel package: ${dependencies || 'run apt-get update'}`);
  await tool('apt-get', ['download', name], { cwd: lab.folder });
  const archive = (await readdir(lab.folder)).find((file) => file.endsWith('.deb'));
  if (!archive) throw new Error(`apt-get download ${name} left no package`);
  await tool('dpkg', ['-x', join(lab.folder, archive), lab.folder]);
  return name.replace('linux-image-', '');
}

import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, linkSync, mkdirSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeWindowsTree } from '../../tests/labs/windows-iso.ts';

const KIB = 1024;
const MIB = KIB ** 2;
/** How many files of which size: some 5 GiB in some 17,000, where a Windows image has most of its bytes in few files and most of its files small. */
const FILES = [[12_000, 16 * KIB], [4000, 256 * KIB], [500, 4 * MIB], [69, 32 * MIB]] as const;
/** What Windows images say of themselves. */
const ABOUT = {
  'WINDOWS/ARCH': '9', 'WINDOWS/EDITIONID': 'Professional', 'WINDOWS/INSTALLATIONTYPE': 'Client', 'WINDOWS/PRODUCTTYPE': 'WinNT', 'WINDOWS/SYSTEMROOT': 'WINDOWS',
  'WINDOWS/VERSION/MAJOR': '10', 'WINDOWS/VERSION/MINOR': '0', 'WINDOWS/VERSION/BUILD': '26100', 'WINDOWS/LANGUAGES/LANGUAGE': 'en-US', 'WINDOWS/LANGUAGES/DEFAULT': 'en-US',
};
const PART_MIB = '4094';

const run = (program: string, ...args: string[]): void => void execFileSync(program, args, { stdio: 'ignore' });

/** What is there already is not made again, and what is half made is never taken for whole. */
function made(path: string, make: (making: string) => void): string {
  if (existsSync(path)) return path;
  const making = `${path}.making`;
  rmSync(making, { recursive: true, force: true });
  make(making);
  renameSync(making, path);
  return path;
}

/** An `install.wim` of 5 GiB, stored: noise, since what is packed looks like noise to whoever only moves it. */
export function installWim(folder: string): string {
  return made(join(folder, 'media-install.wim'), (wim) => {
    const tree = mkdtempSync(join(folder, 'media-noise-'));
    const noise = Buffer.alloc(MIB);
    for (const [count, size] of FILES) {
      const into = join(tree, `of ${size}`);
      mkdirSync(into);
      for (let i = 0; i < count; i++) {
        const file = openSync(join(into, String(i)), 'w');
        for (let done = 0; done < size; done += noise.length) writeSync(file, randomFillSync(noise), 0, Math.min(noise.length, size - done));
        closeSync(file);
      }
    }
    run('wimlib-imagex', 'capture', tree, wim, 'Windows 11 Pro', '--compress=none', ...Object.entries(ABOUT).map(([name, value]) => `--image-property=${name}=${value}`));
    rmSync(tree, { recursive: true });
  });
}

/** The files of a Windows disc with that `install.wim`. */
async function windowsTree(folder: string): Promise<string> {
  const tree = join(folder, 'media-windows');
  if (existsSync(tree)) return tree;
  const scratch = mkdtempSync(join(folder, 'media-scratch-'));
  await makeWindowsTree(join(scratch, 'disc'), scratch);
  rmSync(join(scratch, 'disc/sources/install.wim'));
  linkSync(installWim(folder), join(scratch, 'disc/sources/install.wim'));
  renameSync(join(scratch, 'disc'), tree);
  rmSync(scratch, { recursive: true });
  return tree;
}

/** That tree as a UDF disc: its files only, it boots nothing. */
export async function windowsIso(folder: string): Promise<string> {
  const tree = await windowsTree(folder);
  return made(join(folder, 'media-windows.iso'), (iso) => run('genisoimage', '-quiet', '-udf', '-allow-limited-size', '-iso-level', '3', '-V', 'WINDOWS', '-o', iso, tree));
}

/** That tree as it is on a stick: the WIM split beforehand. */
export async function stickTree(folder: string): Promise<string> {
  const tree = await windowsTree(folder);
  return made(join(folder, 'media-stick-tree'), (stick) => {
    run('cp', '-al', tree, stick);
    rmSync(join(stick, 'sources/install.wim'));
    run('wimlib-imagex', 'split', join(tree, 'sources/install.wim'), join(stick, 'sources/install.swm'), PART_MIB);
  });
}

/** Every file of a folder, whatever its depth. */
export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1024 ** 2;
/** Libraries, programs, texts: about what a Windows image is made of. Folders that every Debian has. */
const SOURCES = [['libraries', '/usr/lib/x86_64-linux-gnu', 320 * MIB], ['programs', '/usr/bin', 160 * MIB], ['texts', '/usr/share', 20 * MIB]] as const;
const LARGEST_FILE = 40 * MIB;

/** A folder of some 500 MB of this machine's own files; links are left out. */
export function makeTree(folder: string): void {
  if (existsSync(folder)) return;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  for (const [name, source, most] of SOURCES) copySome(source, join(making, name), most);
  renameSync(making, folder);
}

/** Files in the order of their names until `left` bytes are used up; returns what is left. */
function copySome(from: string, to: string, left: number): number {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).sort()) {
    if (left <= 0) break;
    const path = join(from, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) left = copySome(path, join(to, name), left);
    else if (stat.isFile() && stat.size > 0 && stat.size <= Math.min(left, LARGEST_FILE)) {
      copyFileSync(path, join(to, name));
      left -= stat.size;
    }
  }
  return left;
}

import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1024 ** 2;
/** Libraries, programs, texts: about what a Windows image is made of. Folders that every Debian has. */
const SOURCES = [['libraries', '/usr/lib/x86_64-linux-gnu', 320 * MIB], ['programs', '/usr/bin', 160 * MIB], ['texts', '/usr/share', 20 * MIB]] as const;
const LARGEST_FILE = 40 * MIB;

/** A folder of some 500 MB of this machine's own files; links are left out, and so are second names of one file. */
export function makeTree(folder: string): void {
  if (existsSync(folder)) return;
  seen.clear();
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  for (const [name, source, most] of SOURCES) copySome(source, join(making, name), most);
  renameSync(making, folder);
}

/** Inodes: a driver of 25 MB with a dozen names would be stored once, and the WIM would hardly have contents. */
const seen = new Set<number>();

/** Files in the order of their names until `left` bytes are used up; returns what is left. */
function copySome(from: string, to: string, left: number): number {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).sort()) {
    if (left <= 0) break;
    const path = join(from, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) left = copySome(path, join(to, name), left);
    else if (stat.isFile() && stat.size > 0 && stat.size <= Math.min(left, LARGEST_FILE) && !seen.has(stat.ino)) {
      seen.add(stat.ino);
      copyFileSync(path, join(to, name));
      left -= stat.size;
    }
  }
  return left;
}

import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { memoryDevice, readBytes, type BlockSource, type FileTree } from '../../../native-free-engine/index.ts';
import { seeded } from '../../support/seeded.ts';

/** Paths of a tree with the SHA-256 of each file, `folder` for folders; sorted. */
export type Hashes = Readonly<Record<string, string>>;

const sorted = (pairs: readonly (readonly [string, string])[]): Hashes => Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @param most larger files are hashed by their first and last bytes and their size only */
export async function hashTree(tree: FileTree, most = Infinity): Promise<Hashes> {
  const pairs: [string, string][] = [];
  for (const entry of tree.entries) {
    if (entry.kind === 'folder') pairs.push([entry.path, 'folder']);
    else {
      const source = await entry.open();
      if (source.size !== entry.size) throw new Error(`${entry.path}: ${source.size} bytes, listed with ${entry.size}`);
      pairs.push([entry.path, entry.size > most ? `${entry.size}` : sha256(await readBytes(source, 0, entry.size))]);
      await source.close();
    }
  }
  return sorted(pairs);
}

/** The same of a folder of this computer, links left out. */
export function hashFolder(root: string): Hashes {
  const pairs: [string, string][] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const stats = lstatSync(path);
      if (stats.isDirectory()) {
        pairs.push([relative(root, path), 'folder']);
        walk(path);
      } else if (stats.isFile()) pairs.push([relative(root, path), sha256(readFileSync(path))]);
    }
  };
  walk(root);
  return sorted(pairs);
}

export const fileDisc = (path: string): BlockSource => memoryDevice(new Uint8Array(readFileSync(path)));

export const WHEN = new Date('2024-05-06T07:08:10Z');

/** A folder with what discs find hard: empty and large files, long and foreign names, deep folders, many in one folder. */
export function makeTree(root: string, options: { readonly links?: boolean; readonly plainNames?: boolean } = {}): string {
  const random = seeded(7);
  const put = (path: string, size: number): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), random.bytes(size));
    utimesSync(join(root, path), WHEN, WHEN);
  };
  put('README.TXT', 100);
  put('EMPTY.BIN', 0);
  put('SOURCES/BOOT.WIM', 300_000);
  put('SOURCES/ONE.BIN', 2048);
  put('SOURCES/TWO.BIN', 2049);
  put('A/B/C/D/E/F/DEEP.TXT', 11);
  if (!options.plainNames) {
    put('Große Straße/naïve café.txt', 77);
    put('mixed Case.Name.with.dots', 3);
    put('日本語/ファイル.txt', 5);
    put(`long/${'l'.repeat(59)}.txt`, 9);
    put('a/b/c/d/e/f/g/h/i/j/deep.txt', 12);
    for (let i = 0; i < 120; i++) put(`many/file number ${String(i).padStart(3, '0')}.dat`, i);
  }
  mkdirSync(join(root, 'NOTHING'), { recursive: true });
  if (options.links) {
    symlinkSync('../README.TXT', join(root, 'SOURCES/LINK'));
    symlinkSync('/absolute/./path/..', join(root, 'absolute'));
  }
  return root;
}

export const sizeOf = (path: string): number => statSync(path).size;

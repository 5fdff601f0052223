import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../../../native-free-engine/index.ts';
import type { FileTree } from '../../../../native-free-engine/io/file-tree.ts';
import { seeded } from '../../../support/seeded.ts';
import { run } from '../../lab.ts';

/** What a WIM holds, in words that compare: contents as text of one byte a character. */
export type Contents = Readonly<Record<string, string>>;

/**
 * A small tree with what WIMs know: folders in folders, an empty file and folder, the same contents twice, a hard link, a
 * symbolic link, names beyond ASCII; several chunks of what packs well and of what does not.
 */
export function makeTree(folder: string): Contents {
  const random = seeded(4711);
  const packs = Array.from({ length: 9000 }, (_, i) => `line ${i} of many\r\n`).join('');
  const noise = random.bytes(70_000);
  mkdirSync(join(folder, 'Windows/System32/leeg'), { recursive: true });
  mkdirSync(join(folder, 'Programma’s'));
  writeFileSync(join(folder, 'Windows/System32/startnet.cmd'), 'wpeinit\r\n');
  writeFileSync(join(folder, 'Windows/packs.txt'), packs);
  writeFileSync(join(folder, 'Windows/noise.bin'), noise);
  writeFileSync(join(folder, 'Windows/same.bin'), noise);
  writeFileSync(join(folder, 'Programma’s/één €.txt'), 'twee');
  writeFileSync(join(folder, 'empty'), '');
  linkSync(join(folder, 'Windows/packs.txt'), join(folder, 'linked.txt'));
  symlinkSync('Windows/packs.txt', join(folder, 'symbolic'));
  return {
    'Windows/': '', 'Windows/System32/': '', 'Windows/System32/leeg/': '', 'Programma’s/': '',
    'Windows/System32/startnet.cmd': 'wpeinit\r\n', 'Windows/packs.txt': packs, 'linked.txt': packs,
    'Windows/noise.bin': noise.toString('latin1'), 'Windows/same.bin': noise.toString('latin1'), 'Programma’s/één €.txt': 'twee', 'empty': '',
  };
}

/** Reads all of a tree. */
export async function contents(tree: FileTree): Promise<Contents> {
  const found: Record<string, string> = {};
  for (const entry of tree.entries) {
    if (entry.kind === 'folder') {
      found[`${entry.path}/`] = '';
      continue;
    }
    const source = await entry.open();
    found[entry.path] = Buffer.from(await readBytes(source, 0, source.size)).toString('latin1');
    await source.close();
  }
  return found;
}

/** wimlib-imagex, quiet. */
export const wimlib = (...args: readonly string[]): string => run('wimlib-imagex', args);

import { dirname, join } from 'node:path';
import type { TreeEntry } from '../../io/file-tree.ts';
import { fileEntry } from '../../io/node-folder-tree.ts';
import type { DriverPackage } from './package.ts';

/** The files of a package, by their paths in its folder: its INF and what that names. @throws EngineError `file-unreadable` */
export function packageFiles({ path, infName, present }: DriverPackage): Promise<TreeEntry[]> {
  return Promise.all([infName, ...present].map((name) => fileEntry(join(dirname(path), ...name.split('/')), name)));
}

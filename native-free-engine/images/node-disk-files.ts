import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EngineError, errnoOf } from '../base/errors.ts';

/** @throws EngineError `image-unreadable` */
export async function pathKind(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return 'nothing';
    throw new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  }
}

/** The path without links; as given where there is none (the parts of a split image have no file of their name). */
export async function realPathOf(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  return realpath(path).catch(() => join(folder, basename(path)));
}

/** The path of a file in the same folder as `path`. */
export const besidePath = (path: string, name: string): string => join(dirname(path), name);

/**
 * A backing file by the name that an image records, in that image's own folder. What the record says about folders
 * does not count: it may be that of another computer, or lead to a file that nobody meant to hand out.
 */
export async function findBeside(recorded: string, child: string): Promise<string | null> {
  const name = recorded.split(/[/\\]/).at(-1) ?? '';
  if (name === '' || name === '.' || name === '..') return null;
  const path = besidePath(child, name);
  const there = (await pathKind(path)) === 'file' || (await pathKind(`${path}.001`)) === 'file';
  return there ? path : null;
}

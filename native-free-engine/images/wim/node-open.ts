import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { EngineError } from '../../base/errors.ts';
import { openFileSource } from '../../io/node-file.ts';
import type { BlockSource } from '../../io/types.ts';
import { openWim, readWimHeader, type Wim } from './open.ts';

/**
 * Opens a .wim, .esd or .swm file; of a split WIM whichever part is named, with the others beside it.
 * @throws EngineError as {@link openWim}, `image-not-found`, `image-unreadable`
 */
export async function openWimFile(path: string): Promise<Wim> {
  const source = await openFileSource(path);
  const files: { path: string; source: BlockSource }[] = [{ path, source }];
  try {
    const header = await readWimHeader({ path, source });
    for (const [number, other] of header.partCount > 1 ? await partsBeside(path, header.partCount) : []) {
      if (number !== header.partNumber) files.push({ path: other, source: await openFileSource(other) });
    }
  } catch (error) {
    await Promise.all(files.map((file) => file.source.close()));
    throw error;
  }
  return openWim(files);
}

/** `name.swm`, `name2.swm`, `name3.swm`, ...: the name of a part, from 1. */
export function partName(first: string, number: number): string {
  const extension = extname(first);
  return number === 1 ? first : `${first.slice(0, first.length - extension.length)}${number}${extension}`;
}

/** @throws EngineError `image-part-missing` */
async function partsBeside(path: string, count: number): Promise<[number, string][]> {
  const folder = dirname(path);
  const extension = extname(path);
  const stem = basename(path, extension);
  const listed = await readdir(folder);
  // The first part may have a name that ends in a digit itself; the one that the others follow from is it.
  for (let base = stem; ; base = base.slice(0, -1)) {
    const names = Array.from({ length: count }, (_, i) => partName(`${base}${extension}`, i + 1));
    const found = names.map((name) => listed.find((entry) => entry.toLowerCase() === name.toLowerCase()));
    if (names.some((name) => name.toLowerCase() === basename(path).toLowerCase()) && found.every((name) => name !== undefined)) {
      return found.map((name, i) => [i + 1, join(folder, name)]);
    }
    if (!/\d$/.test(base)) {
      const part = found.findIndex((name) => name === undefined) + 1;
      throw new EngineError('image-part-missing', { path, part: Math.max(part, 1) });
    }
  }
}

import { stat } from 'node:fs/promises';
import { partPath } from '../../native-free-engine/index.ts';
import { resolveChain } from '../library/index.ts';
import { partsOf, type OwnImage } from './own-image.ts';

/**
 * Whether an image at `place` would take the place of one that it builds on: `parent`, or what that builds on in turn.
 * The same file counts under whatever name leads to it.
 */
export async function takesPlaceOfParent(place: string, parent: OwnImage, folders: readonly string[]): Promise<boolean> {
  const { links } = await resolveChain(parent.found, folders);
  const files = [...partsOf(parent.found.image, parent.found.manifest), ...links.flatMap(({ path }) => (path === null ? [] : [path, partPath(path, 0)]))];
  // A whole image, or the first piece of a split one.
  const taken = await Promise.all([place, partPath(place, 0)].map(fileOf));
  const own = await Promise.all(files.map(fileOf));
  return taken.some((file) => file !== null && own.includes(file));
}

/** What a file is known by, whatever its path; null where there is none. */
async function fileOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found && `${found.dev}:${found.ino}`;
}

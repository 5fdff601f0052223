import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EngineError } from '../../base/errors.ts';
import { journalPath, manifestPath, partialPath, replacedPath, sumsPath } from '../../images/manifest/file-names.ts';
import { IMAGE_ID_HEAD_BYTES, imageIdIn } from '../../images/qcow2/image-id.ts';
import { destinationError } from '../../io/destination-error.ts';
import { syncFolder } from '../../io/node-sync-folder.ts';
import { readJournalHead, type JournalHead } from './node-capture-journal.ts';
import { OutputParts } from './node-output-parts.ts';

// How a captured image gets its names: docs/formats/image.md, "The names". At every moment the image that is replaced can be had
// back whole, or the new one is whole. The first file that gets its name is the one that carries the image's identity: as long
// as it has not, nothing of the new image has; from then on, all that is missing is names.

/** Behind the image's name: the image or its pieces, the hashes, the manifest. */
const OWN = /^(?:\.\d{3}|\.sums|\.json)?$/;
const PARTIAL = /^(?:\.\d{3}|\.sums|\.json)?\.partial$/;
const REPLACED = /^(?:\.\d{3}|\.sums|\.json)?\.replaced$/;

/** Files beside an image whose names fit: the manifest first, for without it an image is none, the first piece last. */
async function beside(image: string, kind: RegExp): Promise<string[]> {
  const [folder, own] = [dirname(image), basename(image)];
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(own) && kind.test(name.slice(own.length)));
  const isManifest = (name: string): boolean => name.startsWith(basename(manifestPath(image)));
  return names.sort((a, b) => Number(isManifest(b)) - Number(isManifest(a)) || (a < b ? 1 : -1)).map((name) => join(folder, name));
}

/** Whether anything has the names of this image, or of its making. */
export const isTaken = async (image: string): Promise<boolean> => (await beside(image, OWN)).length > 0;
export const hasPartial = async (image: string): Promise<boolean> => (await beside(image, PARTIAL)).length > 0;

/** Whether the capture was whole and already getting its names when it was cut off. */
export async function isBeingNamed(image: string, { id, partBytes }: Pick<JournalHead, 'id' | 'partBytes'>): Promise<boolean> {
  const file = await open(new OutputParts(image, partBytes).final(0), 'r').catch(() => null);
  if (!file) return false;
  try {
    const head = new Uint8Array(IMAGE_ID_HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return imageIdIn(head.subarray(0, bytesRead)) === id;
  } finally {
    await file.close();
  }
}

/**
 * Gives a whole capture its names; everything of it is on stable storage. What has them until then is set aside, and goes in the end.
 * @param pieces of the image; an earlier run may have begun more of them
 * @param overwrite whether there may be something to replace
 * @throws EngineError `destination-exists`, `destination-unwritable`
 */
export async function giveNames(image: string, pieces: readonly string[], overwrite: boolean): Promise<void> {
  const made = [...pieces, sumsPath(image), manifestPath(image)].map(partialPath);
  for (const path of await beside(image, PARTIAL)) if (!made.includes(path)) await rm(path, { force: true });
  const old = await beside(image, OWN);
  if (old.length > 0 && !overwrite) throw new EngineError('destination-exists', { path: image });
  // The names of what was made last, before any other is touched.
  await syncFolder(dirname(image));
  for (const path of old) await renamed(path, replacedPath(path));
  if (old.length > 0) await syncFolder(dirname(image));
  await endNaming(image);
}

/** Goes on with {@link giveNames} where it was cut off after the first name. @throws EngineError `destination-unwritable` */
export async function endNaming(image: string): Promise<void> {
  const manifest = partialPath(manifestPath(image));
  const partial = (await beside(image, PARTIAL)).filter((path) => path !== manifest).reverse();
  for (const path of partial) await renamed(path, path.slice(0, -partialPath('').length));
  await syncFolder(dirname(image));
  if ((await beside(image, PARTIAL)).length > 0) await renamed(manifest, manifestPath(image));
  await syncFolder(dirname(image));
  for (const path of await beside(image, REPLACED)) await rm(path, { force: true });
}

/**
 * Removes what an unfinished capture left behind, and gives back the image that it was to replace. One that is whole stays,
 * cut off only when it had all its names already.
 * @throws EngineError `destination-unwritable`
 */
export async function discardUnfinished(image: string): Promise<void> {
  const folder = dirname(image);
  const head = await readJournalHead(image).catch(() => null);
  const named = head !== null && (await isBeingNamed(image, head));
  if (named && (await beside(image, OWN)).includes(manifestPath(image))) await endNaming(image);
  else if (named) {
    // By the first piece, which goes last, the others are known to be of no use.
    for (const path of await beside(image, OWN)) await rm(path, { force: true });
    await syncFolder(folder);
  }
  const replaced = (await beside(image, REPLACED)).reverse();
  for (const path of replaced) await renamed(path, path.slice(0, -replacedPath('').length));
  if (replaced.length > 0) await syncFolder(folder);
  for (const path of await beside(image, PARTIAL)) await rm(path, { force: true });
  // Last: while it is there, what is left is known to be of no use.
  await rm(journalPath(image), { force: true });
  await syncFolder(folder);
}

async function renamed(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw destinationError(to, error);
  }
}

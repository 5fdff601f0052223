import { link, lstat, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { discardUnfinished, EngineError, errnoOf, journalPath, manifestPath, partPath, sumsPath, syncFolder } from '../../native-free-engine/index.ts';
import { fileSize } from './folder-files.ts';
import { checkName, IMAGE_EXTENSION, stemOf } from './names.ts';
import { findImage, scanFolders, type FoundImage } from './scan.ts';

/**
 * Gives an image and the files beside it another name in the same folder. Nothing inside them changes, so that images
 * that build on it still know it. The manifest goes last: whoever looks in between, or after a power cut, finds
 * the image by the identity in it, and doing it again ends what was begun.
 * @returns the new path
 * @throws EngineError `image-name-invalid`, `destination-exists`, `image-manifest-missing`, `image-unreadable`
 */
export async function renameImage(path: string, name: string): Promise<string> {
  checkName(name);
  const image = await findImage(path);
  const folder = dirname(image.manifestPath);
  const to = join(folder, `${stemOf(name)}${IMAGE_EXTENSION}`);
  const moves = filesOf(image).map(([from, make]) => [from, make(to)] as const).filter(([from, target]) => from !== target);
  for (const [from, target] of moves) {
    if ((await sameButCase(from, target)) || (await sameFile(from, target))) continue;
    if ((await fileSize(target)) !== null) throw new EngineError('destination-exists', { path: target });
  }
  if ((await fileSize(journalPath(to))) !== null) throw new EngineError('destination-exists', { path: journalPath(to) });
  const manifest = manifestPath(to);
  const others = moves.filter(([, target]) => target !== manifest);
  for (const [from, target] of others) await giveSecondName(from, target);
  for (const [from, target] of others) await move(from, target);
  // Cut off before, a file may still have its old name beside the new one.
  const old = image.manifestPath.slice(0, -manifestPath('').length);
  for (const [, make] of filesOf(image)) if (make(old) !== make(to) && (await sameFile(make(old), make(to)))) await unlink(make(old));
  await syncFolder(folder);
  // Nobody else takes this name while the image has the others.
  for (const [from, target] of moves) if (target === manifest) await move(from, target);
  await syncFolder(folder);
  return to;
}

/** Every file of an image with the way to its name beside another path; in the order in which they are moved. */
function filesOf(image: FoundImage<unknown>): (readonly [string, (path: string) => string])[] {
  const pieces = image.parts === 0
    ? [[image.path, (path: string) => path] as const]
    : Array.from({ length: image.parts }, (_, index) => [partPath(image.path, index), (path: string) => partPath(path, index)] as const);
  return [...pieces, [sumsPath(image.beside), sumsPath], [image.manifestPath, manifestPath]];
}

const sameButCase = async (from: string, to: string): Promise<boolean> => from !== to && from.toLowerCase() === to.toLowerCase();

async function sameFile(from: string, to: string): Promise<boolean> {
  const [one, other] = await Promise.all([from, to].map((path) => lstat(path, { bigint: true }).catch(() => null)));
  return one?.dev === other?.dev && one?.ino === other?.ino && one?.ino !== undefined;
}

/**
 * So that all pieces have both names before one loses the old one: at every moment all of them can be found by one of the two.
 * Never over another file, also when one appears in this very moment.
 */
async function giveSecondName(from: string, to: string): Promise<void> {
  if ((await sameButCase(from, to)) || (await sameFile(from, to))) return;
  await link(from, to).catch((error: unknown) => {
    if (errnoOf(error) === 'EEXIST') throw new EngineError('destination-exists', { path: to }, { cause: error });
    // FAT and exFAT know no second name for a file.
  });
}

async function move(from: string, to: string): Promise<void> {
  if ((await fileSize(from)) === null) return;
  try {
    if (!(await sameButCase(from, to)) && (await sameFile(from, to))) await unlink(from);
    else await rename(from, to);
  } catch (error) {
    throw new EngineError('destination-unwritable', { path: to, errno: errnoOf(error) }, { cause: error });
  }
}

/**
 * Deletes an image with the files beside it, or what an interrupted capture left. The manifest goes first: without it an image is none.
 * @param folders where images that build on it are looked for, besides its own
 * @throws EngineError `image-needed` when one does; `image-manifest-missing`, `destination-unwritable`
 */
export async function discardImage(path: string, folders: readonly string[]): Promise<void> {
  try {
    if ((await fileSize(journalPath(path))) !== null) return await discardUnfinished(path);
    const image = await findImage(path).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'image-manifest-missing') return null;
      throw error;
    });
    // Left by a deletion or a capture that was cut short.
    if (!image) return await discardRest(path);
    await checkNotNeeded(image, folders);
    for (const [file] of filesOf(image).reverse()) await rm(file, { force: true });
    await syncFolder(dirname(image.manifestPath));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('destination-unwritable', { path, errno: errnoOf(error) }, { cause: error });
  }
}

/**
 * Before an image goes, or another one takes its place: an image that others build on stays, unless there is a copy of it.
 * @param folders where those are looked for, besides its own
 * @throws EngineError `image-needed`
 */
export async function checkNotNeeded(image: FoundImage<unknown>, folders: readonly string[]): Promise<void> {
  const others = await scanFolders([...new Set([dirname(image.manifestPath), ...folders])], () => null);
  const all = others.flatMap((scan) => scan.images);
  const copies = all.filter((each) => each.id === image.id && each.manifestSha256 === image.manifestSha256 && each.path !== image.path);
  const child = all.find((each) => each.parent?.id === image.id && each.parent.manifestSha256 === image.manifestSha256);
  if (child && copies.length === 0) throw new EngineError('image-needed', { path: image.path, child: child.path });
}

/** A path that a list called faulty or unfinished: only files that can be nothing but ours. */
async function discardRest(path: string): Promise<void> {
  await discardUnfinished(path);
  const [scan] = await scanFolders([dirname(path)], () => null);
  const code = scan?.faulty.find((each) => each.path === path)?.error.code ?? '';
  if (!['image-manifest-missing', 'image-manifest-invalid', 'image-not-found'].includes(code)) return;
  // The first piece, by which the others are known, goes last.
  if (code === 'image-manifest-missing') for (const file of await restOf(path)) await rm(file, { force: true });
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** What belongs to an image without a manifest: its hashes, and the pieces behind the first one; the last piece first, for they are counted until one is missing. */
async function restOf(path: string): Promise<string[]> {
  const image = path.replace(/\.001$/, '');
  const rest = [sumsPath(image)];
  for (let index = 1; image !== path && (await fileSize(partPath(image, index))) !== null; index++) rest.unshift(partPath(image, index));
  return rest;
}

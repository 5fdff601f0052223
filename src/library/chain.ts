import { basename, dirname, join } from 'node:path';
import { EngineError, manifestPath, readManifest, type FoundManifest } from '../../native-free-engine/index.ts';
import type { ChainLink } from '../contract/index.ts';
import { fileSize } from './folder-files.ts';
import { findImage, scanFolders, type FoundImage } from './scan.ts';

/** Images that build on one another, at most. */
const MAX_CHAIN = 64;

export interface ImageChain {
  /** What the image builds on, nearest first; ends at the first link that is missing or another image than was recorded. */
  readonly links: readonly ChainLink[];
  /** Where the backing files lie, by the names that are recorded in the images: for `findBacking`. */
  readonly backings: Readonly<Record<string, string>>;
  /** The manifests of `links`, as far as they were found; `image` is what `readSums` needs. */
  readonly found: readonly FoundManifest[];
}

/**
 * Follows an image to what it builds on. A parent is known by its identity, wherever it lies and whatever it or its manifest is called:
 * it is looked for beside its child, where it was last seen, and in `folders` and the folders directly in them.
 * A child is bound to its parent's manifest, byte for byte: two images of one identity are told apart by that.
 */
export async function resolveChain(child: FoundManifest, folders: readonly string[]): Promise<ImageChain> {
  const links: ChainLink[] = [];
  const backings: Record<string, string> = {};
  const found: FoundManifest[] = [];
  const seen = new Set([child.manifest.id]);
  let library: Promise<FoundImage<null>[]> | null = null;
  const scanned = (): Promise<FoundImage<null>[]> => (library ??= scanFolders([...new Set([dirname(child.path), ...folders])], () => null).then((scans) => scans.flatMap((scan) => scan.images)));

  for (let current = child; current.manifest.parent && links.length < MAX_CHAIN; ) {
    const { id, name, lastSeen, manifestSha256 } = current.manifest.parent;
    const link = { id, name, lastSeen };
    const candidates = seen.has(id) ? [] : await likely(id, [join(dirname(current.path), name), lastSeen]);
    if (!seen.has(id) && !candidates.some((each) => each.manifestSha256 === manifestSha256)) candidates.push(...(await scanned()).filter((each) => each.id === id));
    const parent = candidates.find((each) => each.manifestSha256 === manifestSha256) ?? candidates[0];
    if (!parent) {
      links.push({ ...link, path: null, createdAt: null, error: new EngineError('image-parent-missing', { path: current.image, name, lastSeen }).toPlain() });
      break;
    }
    const manifest = await readManifest(parent.manifestPath);
    if (manifest.sha256 !== manifestSha256) {
      const error = new EngineError('image-parent-swapped', { path: parent.path, child: basename(current.image) }).toPlain();
      links.push({ ...link, path: parent.path, createdAt: manifest.manifest.createdAt, error });
      break;
    }
    links.push({ ...link, path: parent.path, createdAt: manifest.manifest.createdAt, error: null });
    // An image records its parent by name when they lie together (`./` before one with a colon), else by path.
    for (const recorded of [name, `./${name}`, lastSeen]) backings[recorded] ??= parent.path;
    current = { ...manifest, image: parent.beside };
    found.push(current);
    seen.add(id);
  }
  return { links, backings, found };
}

/** @throws EngineError `image-parent-missing`, `image-parent-swapped`, `image-chain-too-long` */
export function checkChain(image: string, links: readonly ChainLink[]): void {
  const broken = links.find(({ error }) => error !== null);
  if (broken?.path === null) throw new EngineError('image-parent-missing', { path: image, name: broken.name, lastSeen: broken.lastSeen });
  if (broken) throw new EngineError('image-parent-swapped', { path: broken.path ?? '', child: image });
  if (links.length >= MAX_CHAIN) throw new EngineError('image-chain-too-long', { path: image, count: MAX_CHAIN });
}

/** The image where it should be, without looking through whole folders. */
async function likely(id: string, paths: readonly string[]): Promise<FoundImage<null>[]> {
  const found: FoundImage<null>[] = [];
  for (const path of paths) {
    // What stands in a manifest may name somebody's server: asking there would show it who we are.
    if (/^[/\\]{2}/.test(path) || (await fileSize(manifestPath(path))) === null) continue;
    const image = await findImage(path).catch(() => null);
    if (image?.id === id) found.push(image);
  }
  return found;
}

import { basename, dirname } from 'node:path';
import { EngineError, manifestPath, partPath, readImageId, readManifest, readSums, type FoundManifest, type Manifest, type Sums } from '../../native-free-engine/index.ts';
import type { ChainLink } from '../contract/index.ts';
import { fileSize, findImage } from '../library/index.ts';

/** An image of this program. */
export interface OwnImage {
  /** `image` is where the image itself lies. */
  readonly found: FoundManifest;
  /** What the file of hashes lies beside: the image itself, unless it was renamed alone. */
  readonly beside: string;
}

/**
 * Finds the manifest of an image by the image's own identity: beside it, or, when it was renamed alone, in its folder.
 * @returns null for an image of another program
 * @throws EngineError `image-manifest-invalid`, `image-manifest-other`, `image-not-found`, `image-part-missing`, `image-unreadable`
 */
export async function ownImage(path: string): Promise<OwnImage | null> {
  const found = await readManifest(manifestPath(path)).catch((error: unknown) => {
    if (error instanceof EngineError && error.code === 'image-manifest-missing') return null;
    throw error;
  });
  if (found) {
    await checkFiles(found);
    return { found, beside: path };
  }
  if ((await readImageId(path)) === null && (await readImageId(partPath(path, 0))) === null) return null;
  const { manifestPath: at, beside } = await findImage(path);
  const renamed = { ...(await readManifest(at)), image: path };
  await checkFiles(renamed);
  return { found: renamed, beside };
}

/** The manifest says what files there must be, and the image itself whose manifest it needs. */
async function checkFiles({ image, path, manifest }: FoundManifest): Promise<void> {
  const files = partsOf(image, manifest);
  for (const file of files) {
    if ((await fileSize(file)) !== null) continue;
    throw file === image ? new EngineError('image-not-found', { path: file }) : new EngineError('image-part-missing', { path: image, part: basename(file) });
  }
  const first = files[0] ?? image;
  if ((await readImageId(first)) !== manifest.id) throw new EngineError('image-manifest-other', { path, what: basename(first) });
}

/** The files of an image, in order. */
export const partsOf = (image: string, { image: { parts } }: Manifest): string[] =>
  parts === 0 ? [image] : Array.from({ length: parts }, (_, index) => partPath(image, index));

export const sumsOf = ({ found, beside }: OwnImage): Promise<Sums> => readSums({ ...found, image: beside });

/** Folders in which the links of a chain were found: where to look for them again. */
export const foldersOf = (links: readonly ChainLink[]): string[] => [...new Set(links.flatMap(({ path }) => (path === null ? [] : [dirname(path)])))];


import { lstat, open } from 'node:fs/promises';
import { journalPath, manifestPath, partPath } from '../../images/manifest/file-names.ts';
import { IMAGE_ID_HEAD_BYTES, imageIdIn } from '../../images/qcow2/image-id.ts';

/** Behind the name of an image: what a file beside it is called. */
const BESIDE = /\.(?:\d{3}|json|sums|journal)$/;
/** Within so many bytes a manifest says what it is. */
const SNIFF_BYTES = 4096;

/**
 * The image of ours, finished or not, that a path is a file of: the image itself, a piece, its manifest, its hashes or its journal.
 * Another file in the place of one of them would be taken for it.
 * @returns the image's own path, or null
 */
export async function ownImageWith(path: string): Promise<string | null> {
  for (const image of new Set([path, path.replace(BESIDE, '')])) {
    const ids = await Promise.all([image, partPath(image, 0)].map(readImageId));
    if (ids.some((id) => id !== null) || (await isManifest(manifestPath(image)))) return image;
    if (await lstat(journalPath(image)).then((stats) => stats.isFile(), () => false)) return image;
  }
  return null;
}

/** The identity in an image of ours, lower-case UUID; null for any other file, and for one that cannot be read. */
export async function readImageId(path: string): Promise<string | null> {
  const head = await headOf(path, IMAGE_ID_HEAD_BYTES);
  return head && imageIdIn(head);
}

/** Whether a file is a manifest of ours, broken ones included: somebody else's JSON is none. */
export async function isManifest(path: string): Promise<boolean> {
  const head = await headOf(path, SNIFF_BYTES);
  return head !== null && Buffer.from(head).toString('latin1').includes('"werkbank-image"');
}

async function headOf(path: string, bytes: number): Promise<Uint8Array | null> {
  // A pipe or a link by that name is no image; opening a pipe would wait for its other end.
  if (!(await lstat(path).then((stats) => stats.isFile(), () => false))) return null;
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const head = new Uint8Array(bytes);
    const { bytesRead } = await file.read(head, 0, bytes, 0);
    return head.subarray(0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

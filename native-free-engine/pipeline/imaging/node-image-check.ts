import { open } from 'node:fs/promises';
import { EngineError, errnoOf } from '../../base/errors.ts';
import type { FoundManifest } from '../../images/manifest/node-image-set.ts';
import { imageIdIn, IMAGE_ID_HEAD_BYTES } from '../../images/qcow2/image-id.ts';

/**
 * An image and the manifest beside it must be of the same capture: both carry its identity.
 * @param file the image's first file
 * @throws EngineError `image-manifest-other`, `image-unreadable`
 */
export async function checkBelongs(found: FoundManifest, file: string): Promise<void> {
  const head = new Uint8Array(IMAGE_ID_HEAD_BYTES);
  try {
    const handle = await open(file, 'r');
    try {
      await handle.read(head, 0, head.length, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new EngineError('image-unreadable', { path: file, errno: errnoOf(error) }, { cause: error });
  }
  if (imageIdIn(head)?.toLowerCase() !== found.manifest.id.toLowerCase()) throw new EngineError('image-manifest-other', { path: found.path, what: 'id' });
}

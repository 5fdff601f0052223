import { openWimFile } from '../../native-free-engine/index.ts';
import type { WimInfo } from '../contract/index.ts';
import { lockDisks } from './disk-lock.ts';
import { canonicalPath, imageLock } from './plan-capture.ts';
import { editionOf } from './windows-media.ts';

/** True for what people call a WIM: .wim, .esd, .swm. */
export const looksLikeWim = (path: string): boolean => /\.(?:wim|esd|swm)$/i.test(path);

/** The images in a WIM file; of a split one, whichever part is named. @throws EngineError what `openWimFile` throws */
export async function describeWim(path: string): Promise<WimInfo> {
  const wim = await openWimFile(path);
  try {
    return {
      path,
      parts: wim.files.length,
      size: wim.files.reduce((sum, { source }) => sum + source.size, 0),
      compression: wim.header.compression,
      solid: wim.solid,
      bootIndex: wim.header.bootIndex,
      images: wim.images.map((image) => editionOf(path, image)),
    };
  } finally {
    await wim.close();
  }
}

/**
 * Makes a file that nobody else may be making: it is one under another name until it is whole, and of two makers the quicker one would give
 * its name to what the other has only half written.
 * @throws EngineError `disk-busy`, and what `make` throws
 */
export async function makingAlone<T>(path: string, make: () => Promise<T>): Promise<T> {
  const place = await canonicalPath(path);
  const unlock = await lockDisks([{ id: imageLock(place), name: place }]);
  try {
    return await make();
  } finally {
    await unlock();
  }
}

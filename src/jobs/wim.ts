import { openWimFile } from '../../native-free-engine/index.ts';
import type { WimInfo } from '../contract/index.ts';
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

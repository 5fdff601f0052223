import { EngineError, openImage, readDisc, type Disc, type OpenImageOptions } from '../../native-free-engine/index.ts';
import type { DiscInfo } from '../contract/index.ts';

/** A disc, open. */
export interface OpenDisc {
  readonly disc: Disc;
  readonly info: DiscInfo;
  close(): Promise<void>;
}

/** A data disc may have one of these; one that starts Windows has both. */
const WINDOWS_LOADER = /^(bootmgr(\.efi)?|efi\/boot\/boot[^/]+\.efi)$/i;
const WINDOWS_FILES = /^sources\/(boot\.wim|install\.(wim|esd|swm))$/i;

/** @throws EngineError `disc-packed`, `disc-is-image`, and what `openImage` and `readDisc` throw */
export async function openDisc(location: string, options: OpenImageOptions): Promise<OpenDisc> {
  const image = await openImage(location, options).catch((error: unknown) => {
    throw error instanceof EngineError && error.code === 'image-format-unsupported' ? new EngineError('disc-is-image', { path: location, format: error.params['format'] ?? '' }, { cause: error }) : error;
  });
  try {
    // Its files are read from where they lie; unpacking has no way there.
    if (!image.block) throw new EngineError('disc-packed', { path: location });
    const disc = await readDisc(image.block);
    const { entries, leftOut = [] } = disc.tree;
    const files = entries.filter(({ kind }) => kind === 'file');
    return {
      disc,
      info: {
        location,
        name: image.name,
        label: disc.label,
        size: image.block.size,
        view: disc.view,
        views: [...disc.views],
        boot: bootsOf(disc, image.block.size),
        files: files.length,
        folders: entries.length - files.length,
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        windows: [WINDOWS_LOADER, WINDOWS_FILES].every((name) => files.some(({ path }) => name.test(path))),
        leftOut: leftOut.length,
      },
      close: () => image.close(),
    };
  } catch (error) {
    await image.close();
    throw error;
  }
}

/** What starts the disc. A catalogue may name more than there is: what begins beyond the end starts nothing, and no more than is there is loaded. */
function bootsOf({ boot }: Disc, size: number): DiscInfo['boot'] {
  return boot.filter(({ bootable, offset }) => bootable && offset < size)
    .map(({ platform, emulation, offset, loadBytes }) => ({ platform, emulation, offset, loadBytes: Math.min(loadBytes, size - offset) }));
}

/** What is on a disc; nothing is written. @throws EngineError as {@link openDisc} */
export async function describeDisc(location: string, options: OpenImageOptions): Promise<DiscInfo> {
  const open = await openDisc(location, options);
  await open.close();
  return open.info;
}

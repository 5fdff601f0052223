import { EngineError } from '../../base/errors.ts';
import { FAT32_MAX_FILE } from '../../filesystems/fat/tree-plan.ts';
import { countReferences } from '../../images/wim/statistics.ts';
import { exportImages, openWim, readImage, verifyWim, type Wim } from '../../images/wim/index.ts';
import { rangedSource } from '../../io/ranged.ts';
import { scratchFile } from '../../io/node-scratch-file.ts';
import type { InstallImage, WindowsMedia } from './windows-media.ts';

/** An install image that becomes another WIM on its way to the stick, because it cannot be split as it is or not all of it is wanted. */
export interface Repack {
  readonly install: InstallImage;
  /** Numbers of the images that go along, from 1, in their order. */
  readonly images: readonly number[];
  /** Bytes of the new WIM, which only packing it tells: what it has at least, what it will have about by how it is packed, and what it cannot exceed. */
  readonly size: { readonly least: number; readonly about: Readonly<Record<RepackPacking, number>>; readonly most: number };
}

/** LZX takes five times as long as XPRESS, and a fifth less room. */
export type RepackPacking = 'lzx' | 'xpress';

export interface RepackOptions {
  /** Of what has to be packed anew; what can move as it is does. */
  readonly packing: RepackPacking;
  /** Unpacks the new WIM once more and compares each file with its SHA-1. */
  readonly verify: boolean;
  readonly signal?: AbortSignal;
  /** Unpacked bytes so far of how many. */
  readonly onPack?: (done: number, total: number) => void;
  readonly onVerify?: (done: number, total: number) => void;
}

/** What a Windows grows by, about, when its LZMS, which packs many files as one, is packed file by file. An estimate for people and for free space. */
const USUAL_GROWTH: Readonly<Record<RepackPacking, number>> = { lzx: 1.4, xpress: 1.75 };
/** Of a stream in tables, and of the tables around. */
const ENTRY_BYTES = 50;

/**
 * Says which install images of a disc have to be packed anew: a solid one too large for the stick's file system, and each one of
 * which only some images are wanted.
 * @param editions numbers of the images that are wanted, from 1; null: all
 * @param largestFile bytes; of FAT32 by default
 * @throws EngineError `editions-several-installs`, `editions-no-install`, `argument-invalid` for no editions; `wim-image-not-found`, and as `readImage`
 */
export async function planRepacks(media: WindowsMedia, editions: readonly number[] | null, largestFile: number = FAT32_MAX_FILE): Promise<Repack[]> {
  if (editions && media.installs.length > 1) throw new EngineError('editions-several-installs', { paths: media.installs.map(({ path }) => path).join(', ') });
  if (editions && media.installs.length === 0) throw new EngineError('editions-no-install', {});
  if (editions?.length === 0) throw new EngineError('argument-invalid', { what: 'edition' });
  const repacks: Repack[] = [];
  for (const install of media.installs) {
    const { wim, entries } = install;
    const tooLarge = entries.some(({ size }) => size > largestFile);
    if (!editions && !(wim.solid && tooLarge)) continue;
    const images = editions ? [...new Set(editions)].sort((a, b) => a - b) : wim.images.map(({ index }) => index);
    repacks.push({ install, images, size: await sizeOf(install, images) });
  }
  return repacks;
}

/** Packing never makes anything larger: what would become so is stored as it is. So the unpacked bytes are a bound that holds. */
async function sizeOf({ wim }: InstallImage, images: readonly number[]): Promise<Repack['size']> {
  const wanted = new Set<string>();
  for (const index of images) for (const hash of countReferences((await readImage(wim, index)).root).keys()) wanted.add(hash);
  const streams = [...wim.table.streams.values()];
  const chosen = streams.filter(({ hash }) => wanted.has(hash));
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const unpacked = sum(chosen.map(({ size }) => size));
  const metadata = sum(images.map((index) => wim.table.metadata[index - 1]!.resource.size));
  const tables = chosen.length * ENTRY_BYTES + 2 * wim.xmlData.length + 4096;
  const most = unpacked + metadata + tables;
  if (!wim.solid) {
    // Its resources move as they are, if it is packed as the new one will be.
    const stored = sum(chosen.map(({ resource }) => resource.storedSize)) + metadata + tables;
    return { least: stored, about: { lzx: stored, xpress: stored }, most: wim.header.compression === 'lzms' ? most : stored };
  }
  // What solid resources hold is not told stream by stream: each has its share.
  const packed = sum([...new Set(streams.map(({ resource }) => resource))].map(({ storedSize }) => storedSize));
  const share = packed * (unpacked / Math.max(1, sum(streams.map(({ size }) => size))));
  const least = Math.min(most, Math.floor(images.length === wim.images.length ? share : 0));
  const about = (packing: RepackPacking): number => Math.min(most, Math.ceil(share * USUAL_GROWTH[packing]) + tables);
  return { least, about: { lzx: about('lzx'), xpress: about('xpress') }, most };
}

/**
 * Packs an install image anew, into a file without a name in `folder`: gone when the WIM is closed, when this fails and when the program dies.
 * @returns the new WIM, never solid
 * @throws EngineError `destination-unwritable`, `destination-full`, and as `exportImages` and `verifyWim`; AbortError
 */
export async function repackInstall({ install, images }: Pick<Repack, 'install' | 'images'>, folder: string, { packing, verify, signal, onPack, onVerify }: RepackOptions): Promise<Wim> {
  const file = await scratchFile(folder);
  try {
    const size = await exportImages(install.wim, file, { images, ...(install.wim.solid ? { packing } : {}), ...(signal ? { signal } : {}), ...(onPack ? { onProgress: onPack } : {}) });
    const source = { ...rangedSource(file, { offset: 0, length: size }), close: () => file.close() };
    const wim = await openWim([{ path: install.path, source }]);
    if (verify) await verifyWim(wim, { ...(signal ? { signal } : {}), ...(onVerify ? { onProgress: onVerify } : {}) });
    return wim;
  } catch (error) {
    await file.close();
    throw error;
  }
}

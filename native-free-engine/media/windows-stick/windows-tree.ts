import { EngineError } from '../../base/errors.ts';
import { FAT32_MAX_FILE } from '../../filesystems/fat/tree-plan.ts';
import { imageTree, partName, planSplit, readImage } from '../../images/wim/index.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { overlayTree } from '../../io/tree-overlay.ts';
import type { StickFirmware } from '../stick/fat-stick.ts';
import type { InstallImage, WindowsMedia } from './windows-media.ts';

/** What Setup takes, and Microsoft's own tools make: parts of 4094 MiB. */
const PART_BYTES = 4094 * 1024 * 1024;

export interface WindowsTreeOptions {
  readonly firmware: StickFirmware;
  /** Files and folders to lay over the disc's own: answer file, drivers, `$OEM$`. */
  readonly extras: readonly TreeEntry[];
  /** WIMs larger than this are split; the largest file of FAT32, unless said otherwise. Bytes. */
  readonly largestFile?: number;
  /** Bytes of a part. */
  readonly partBytes?: number;
}

/** The files of a Windows disc as they go onto a FAT32 stick. */
export interface WindowsTree {
  readonly tree: FileTree;
  /** Parts of the WIMs that are too large in one piece. */
  readonly parts: readonly { readonly path: string; readonly of: string; readonly size: number }[];
  /** Files of the disc that extras took the place of. */
  readonly replaced: readonly string[];
  /** Boot loaders that the disc itself lacks, taken from the Windows in it. */
  readonly loaders: readonly string[];
}

const X64_LOADER = 'efi/boot/bootx64.efi';
const LOADER_IN_WINDOWS = /^windows\/boot\/efi\/bootmgfw\.efi$/i;

/**
 * Says what will be on the stick, and where each byte of it comes from; a WIM that is too large is split as it is read.
 * @throws EngineError `media-no-uefi`, `media-no-bios`; `windows-esd-too-large`, `wim-part-too-small`
 */
export async function planWindowsTree(media: WindowsMedia, options: WindowsTreeOptions): Promise<WindowsTree> {
  const { firmware, extras, largestFile = FAT32_MAX_FILE, partBytes = PART_BYTES } = options;
  const loader = firmware !== 'bios' && media.uefi.length === 0 ? await loaderOf(media) : null;
  if (firmware !== 'bios' && media.uefi.length === 0 && !loader) throw new EngineError('media-no-uefi', { path: media.label });
  if (firmware !== 'uefi' && !media.bios) throw new EngineError('media-no-bios', { path: media.label });

  const large = media.installs.filter(({ entries }) => entries.length === 1 && (entries[0]?.size ?? 0) > largestFile);
  const split = large.map((install) => ({ install, parts: partsOf(install, partBytes) }));
  const gone = new Set(large.flatMap(({ entries }) => entries));
  const kept = media.tree.entries.filter((entry) => !gone.has(entry));
  const made = split.flatMap(({ parts }) => parts);
  const own = overlayTree({ ...media.tree, entries: [...kept, ...made] }, loader ? [loader] : []);
  const { tree, replaced } = overlayTree(own.tree, extras);
  return {
    tree,
    replaced,
    parts: split.flatMap(({ install, parts }) => parts.map(({ path, size }) => ({ path, size, of: install.path }))),
    loaders: loader ? [loader.path] : [],
  };
}

/** @throws EngineError `windows-esd-too-large`, `wim-part-too-small` */
function partsOf(install: InstallImage, partBytes: number): TreeEntry[] {
  const { wim, path, size } = install;
  const [entry] = install.entries;
  if (wim.solid || !entry) throw new EngineError('windows-esd-too-large', { path, size });
  const first = path.replace(/\.(wim|esd)$/i, '.swm');
  return planSplit(wim, partBytes).map(({ number, source }) => ({
    ...entry,
    path: partName(first, number),
    size: source.size,
    open: () => Promise.resolve(source),
  }));
}

/** Discs of Windows 7 for 64 bits have the boot manager for UEFI, but not where firmware looks for it: it is in the Windows on them. */
async function loaderOf(media: WindowsMedia): Promise<TreeEntry | null> {
  const install = media.installs.find(({ wim }) => wim.images[0]?.architecture === 'x64');
  const setUp = media.tree.entries.some(({ path }) => /^efi\/microsoft\/boot\/bcd$/i.test(path));
  if (!install || !setUp) return null;
  const { entries } = imageTree(install.wim, await readImage(install.wim, 1));
  const found = entries.find(({ path, kind }) => kind === 'file' && LOADER_IN_WINDOWS.test(path));
  return found ? { ...found, path: X64_LOADER } : null;
}

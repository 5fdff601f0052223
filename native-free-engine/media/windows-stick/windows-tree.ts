import { EngineError } from '../../base/errors.ts';
import { FAT32_MAX_FILE } from '../../filesystems/fat/tree-plan.ts';
import { imageTree, partName, planSplit, readImage, type Wim } from '../../images/wim/index.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { overlayTree } from '../../io/tree-overlay.ts';
import type { BlockSource } from '../../io/types.ts';
import type { StickFirmware } from '../stick/fat-stick.ts';
import { uefiLoaderIn } from '../uefi-loaders.ts';
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
  /** By its path, what an install image becomes: a WIM, or the bytes that it will have as far as that can be told, to see whether all fits. */
  readonly repacked?: ReadonlyMap<string, Wim | number>;
}

/** The files of a Windows disc as they go onto a FAT32 stick. */
export interface WindowsTree {
  readonly tree: FileTree;
  /** Parts of the WIMs that are too large in one piece; none of one whose size is not known yet. */
  readonly parts: readonly { readonly path: string; readonly of: string; readonly size: number }[];
  /** Files of the disc that extras took the place of. */
  readonly replaced: readonly string[];
  /** Boot loaders that the disc itself lacks, taken from the Windows in it. */
  readonly loaders: readonly string[];
}


/**
 * Says what will be on the stick, and where each byte of it comes from; a WIM that is too large is split as it is read.
 * @throws EngineError `media-no-uefi`, `media-no-bios`; `windows-esd-too-large`, `wim-part-too-small`
 */
export async function planWindowsTree(media: WindowsMedia, options: WindowsTreeOptions): Promise<WindowsTree> {
  const { firmware, extras, largestFile = FAT32_MAX_FILE, partBytes = PART_BYTES, repacked = new Map<string, never>() } = options;
  const loader = firmware !== 'bios' && media.uefi.length === 0 ? await loaderOf(media) : null;
  if (firmware !== 'bios' && media.uefi.length === 0 && !loader) throw new EngineError('media-no-uefi', { path: media.label });
  if (firmware !== 'uefi' && !media.bios) throw new EngineError('media-no-bios', { path: media.label });

  const made = media.installs.flatMap((install): Made[] => {
    const { path, entries } = install;
    const becomes = repacked.get(path);
    if (typeof becomes === 'number') return [{ install, files: standIns(install, becomes, largestFile, partBytes), split: false }];
    if (becomes) return [{ install, ...filesOf(install, becomes, largestFile, partBytes) }];
    if (entries.length > 1 || (entries[0]?.size ?? 0) <= largestFile) return [];
    if (install.wim.solid) throw new EngineError('windows-esd-too-large', { path, size: install.size });
    return [{ install, files: partsOf(install, install.wim, partBytes), split: true }];
  });
  const gone = new Set(made.flatMap(({ install }) => install.entries));
  const kept = media.tree.entries.filter((entry) => !gone.has(entry));
  const own = overlayTree({ ...media.tree, entries: [...kept, ...made.flatMap(({ files }) => files)] }, loader ? [loader] : []);
  const { tree, replaced } = overlayTree(own.tree, extras);
  return {
    tree,
    replaced,
    parts: made.flatMap(({ install, files, split }) => (split ? files.map(({ path, size }) => ({ path, size, of: install.path })) : [])),
    loaders: loader ? [loader.path] : [],
  };
}

/** What stands on the stick in place of an install image. */
interface Made {
  readonly install: InstallImage;
  readonly files: readonly TreeEntry[];
  readonly split: boolean;
}

const EXTENSION = /\.(?:wim|esd|swm)$/i;

function filesOf(install: InstallImage, wim: Wim, largestFile: number, partBytes: number): Omit<Made, 'install'> {
  const { source } = wim.files[0]!;
  if (source.size > largestFile) return { files: partsOf(install, wim, partBytes), split: true };
  return { files: [entryOf(install, install.path.replace(EXTENSION, '.wim'), source)], split: false };
}

/** @throws EngineError `wim-part-too-small` */
function partsOf(install: InstallImage, wim: Wim, partBytes: number): TreeEntry[] {
  const first = install.path.replace(EXTENSION, '.swm');
  return planSplit(wim, partBytes).map(({ number, source }) => entryOf(install, partName(first, number), source));
}

/** Files of the right size that cannot be read: what they will hold is not there yet. */
function standIns(install: InstallImage, size: number, largestFile: number, partBytes: number): TreeEntry[] {
  const count = size > largestFile ? Math.ceil(size / partBytes) : 1;
  const first = install.path.replace(EXTENSION, count > 1 ? '.swm' : '.wim');
  return Array.from({ length: count }, (_, i) => ({
    ...install.entries[0]!, path: partName(first, i + 1), size: Math.min(partBytes, size - i * partBytes), open: () => Promise.reject(new EngineError('file-changed', { path: install.path })),
  }));
}

const entryOf = ({ entries }: InstallImage, path: string, source: BlockSource): TreeEntry => ({
  ...entries[0]!, path, size: source.size,
  // Whoever closes it leaves the WIM open: other sticks read it as well.
  open: () => Promise.resolve({ size: source.size, sectorSize: 512, readInto: source.readInto.bind(source), close: () => Promise.resolve() }),
});

/** Discs of Windows 7 for 64 bits have the boot manager for UEFI, but not where firmware looks for it: it is in the Windows on them. */
async function loaderOf(media: WindowsMedia): Promise<TreeEntry | null> {
  const install = media.installs.find(({ wim }) => wim.images[0]?.architecture === 'x64');
  const setUp = media.tree.entries.some(({ path }) => /^efi\/microsoft\/boot\/bcd$/i.test(path));
  if (!install || !setUp) return null;
  const { entries } = imageTree(install.wim, await readImage(install.wim, 1));
  return uefiLoaderIn(entries, 'x64');
}

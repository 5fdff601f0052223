import { EngineError } from '../../base/errors.ts';
import { imageTree, openWim, planEdit, readImage, type Wim, type WimChange, type WimImageInfo } from '../../images/wim/index.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { sharedSource } from '../../io/shared-source.ts';
import { overlayTree } from '../../io/tree-overlay.ts';
import { DRIVER_FOLDER, DRIVER_LIST, type ListedDriver } from '../drivers/driver-list.ts';

import type { StickFirmware } from '../stick/fat-stick.ts';
import { uefiLoaderIn } from '../uefi-loaders.ts';
import { imageRegistry, type RegistryOptions } from './image-registry.ts';
import { checkLanguage } from './language.ts';
import { newLoaders } from './new-loaders.ts';
import { startnet, type StartOptions } from './startnet.ts';
import { winPeParts } from './winpe-source.ts';

export interface WinPeOptions extends Pick<StartOptions, 'keyboard' | 'region' | 'language' | 'commands'>, RegistryOptions {
  /** Drivers by their paths on the medium, as `driverFiles` gives them. */
  readonly drivers: { readonly entries: readonly TreeEntry[]; readonly list: readonly ListedDriver[] };
  /** `image`: into boot.wim, found whatever becomes of the medium; `medium`: beside it, where they can be brought up to date. */
  readonly driversIn: 'image' | 'medium';
  /** Files laid over those of the medium. */
  readonly extras: readonly TreeEntry[];
  /** Files put into the image under `Tools`, which is X:\Tools when it runs. */
  readonly tools: readonly TreeEntry[];
  /** Boot loaders of "Windows UEFI CA 2023", from the image. */
  readonly newLoaders: boolean;
  /** What the medium is to be started by, to say at once that its source cannot; null when that is left to the source. */
  readonly firmware: StickFirmware | null;
  /** Time of what is changed. It is packed with the rest of the image, so that another time makes another size. */
  readonly when: Date;
}

/** A WinPE medium, before it is written. */
export interface WinPeMedium {
  readonly tree: FileTree;
  readonly image: WimImageInfo;
  /** Files of the source that extras took the place of. */
  readonly replaced: readonly string[];
  close(): Promise<void>;
}

const IMAGE = 1;
const STARTNET = 'Windows/System32/startnet.cmd';
/** A setup image of Windows 7 starts setup.exe by this file; a WinPE that has it would not read startnet.cmd. */
const WINPESHL = 'Windows/System32/winpeshl.ini';
const TOOLS = 'Tools';

/** Opens the WinPE of a source to see what it is. The caller closes it. @throws EngineError `winpe-unknown`, `wim-...` */
export async function openWinPe(tree: FileTree, path: string): Promise<{ readonly wim: Wim; readonly image: WimImageInfo }> {
  const { wim: entry } = winPeParts(tree, path);
  const source = await entry.open();
  let wim: Wim;
  try {
    wim = await openWim([{ path: entry.path, source }]);
  } catch (error) {
    await source.close();
    throw error;
  }
  const [image] = wim.images;
  if (image) return { wim, image };
  await wim.close();
  throw new EngineError('winpe-unknown', { path });
}

/**
 * Makes the tree of a WinPE medium: the boot files of the source, and its boot.wim with image 1 changed and set to start.
 * Nothing is staged: the changed WIM is the old one with new bytes behind it, put together as it is read.
 * @param path of the source, for messages
 * @throws EngineError `winpe-unknown`, `media-no-uefi`, `media-no-bios`, `winpe-no-new-loaders`, `winpe-scratch-space`, `winpe-locale-unknown`, `winpe-locale-files`, `winpe-time-zone`, `winpe-registry`, `winpe-language`, `winpe-option-invalid`, and what reading and editing the WIM throw
 */
export async function planWinPe(source: FileTree, path: string, options: WinPeOptions, signal?: AbortSignal): Promise<WinPeMedium> {
  const { boot: found, wim: entry } = winPeParts(source, path);
  const { wim, image } = await openWinPe(source, path);
  try {
    const files = imageTree(wim, await readImage(wim, IMAGE)).entries;
    const boot = withLoader(found, files, image.architecture);
    checkFirmware(boot, path, options.firmware);
    if (options.language !== null) checkLanguage(files, options.language);
    const changes = imageChanges(options, files);
    const registry = await imageRegistry(files, path, options, options.when);
    if (registry) changes.push(registry);
    const edit = await planEdit(wim, { images: [{ index: IMAGE, changes }], bootIndex: IMAGE }, { now: options.when, ...(signal && { signal }) });
    const own: FileTree = {
      label: 'WINPE',
      // The edited WIM is read by several sticks; it is closed with the medium.
      entries: [...boot, { ...entry, size: edit.source.size, modifiedAt: options.when, open: () => Promise.resolve(sharedSource(edit.source)) }],
    };
    const withFolders = overlayTree({ label: own.label, entries: [] }, own.entries).tree;
    const withLoaders = options.newLoaders ? overlayTree(withFolders, newLoaders(files, boot, path)).tree : withFolders;
    const onMedium = options.driversIn === 'medium' && options.drivers.list.length > 0;
    const withDrivers = onMedium ? overlayTree(withLoaders, options.drivers.entries).tree : withLoaders;
    const { tree, replaced } = overlayTree(withDrivers, options.extras);
    return { tree, image, replaced, close: () => wim.close() };
  } catch (error) {
    await wim.close();
    throw error;
  }
}

const UEFI_LOADER = /^efi\/boot\/boot[^/]+\.efi$/i;

/** Discs of Windows 7 for 64 bits are set up for UEFI, but have the boot manager only in their images. */
function withLoader(boot: readonly TreeEntry[], image: readonly TreeEntry[], architecture: string): readonly TreeEntry[] {
  const setUp = boot.some((entry) => /^efi\/microsoft\/boot\/bcd$/i.test(entry.path));
  const loader = setUp && !boot.some((entry) => UEFI_LOADER.test(entry.path)) ? uefiLoaderIn(image, architecture) : null;
  return loader ? [...boot, loader] : boot;
}

function checkFirmware(boot: readonly TreeEntry[], path: string, firmware: StickFirmware | null): void {
  if (firmware === null) return;
  const has = (name: RegExp): boolean => boot.some((entry) => name.test(entry.path));
  if (firmware !== 'bios' && !has(UEFI_LOADER)) throw new EngineError('media-no-uefi', { path });
  if (firmware !== 'uefi' && !has(/^bootmgr$/i)) throw new EngineError('media-no-bios', { path });
}

function imageChanges(options: WinPeOptions, files: readonly TreeEntry[]): WimChange[] {
  const { drivers, driversIn, tools, keyboard, region, language, commands } = options;
  const put = (contents: TreeEntry, path = contents.path): WimChange => ({ kind: 'put', path, contents });
  const inImage = driversIn === 'image' ? drivers.entries.filter((entry) => entry.path !== DRIVER_LIST) : [];
  const place = (path: string): string => path.replace(DRIVER_FOLDER, 'Drivers');
  const script = startnet({
    driversInImage: driversIn === 'image' ? drivers.list.map(({ folder, infName }) => `Drivers/${folder}/${infName}`) : [],
    driversOnMedium: driversIn === 'medium',
    keyboard, region, language, commands,
  });
  return [
    put(memoryEntry(STARTNET, script, options.when)),
    ...files.filter((entry) => entry.path.toLowerCase() === WINPESHL.toLowerCase()).map((entry): WimChange => ({ kind: 'delete', path: entry.path })),
    ...inImage.map((entry) => put(entry, place(entry.path))),
    ...tools.filter(({ kind }) => kind === 'file').map((entry) => put(entry, `${TOOLS}/${entry.path}`)),
  ];
}

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  bareWinPe, driverFiles, folderTree, isUrl, isWim, openFileSource, openImage, openWinPe, planWinPe, readBytes, readDisc, EngineError,
  type BlockSource, type DriverPackage, type FileTree, type OpenImageOptions, type WimImageInfo, type WinPeMedium,
} from '../../native-free-engine/index.ts';
import { driverSystem, type DriverPackageInfo, type WinpeImage, type WinpePlan, type WinpeRequest } from '../contract/index.ts';
import { ownFiles } from './own-files.ts';
import { infoOf, type DriverStore } from './drivers.ts';

/** A WinPE medium that is about to be written. */
export interface PreparedWinPe extends WinPeMedium {
  readonly about: Pick<WinpePlan, 'image' | 'files' | 'bytes' | 'drivers' | 'replaced'>;
}

/** Bytes that tell a WIM. */
const WIM_HEAD = 8;

/**
 * Puts together what a request asks for; nothing is written.
 * @param when time of what is changed: that of the plan, for plan and job to come to the same bytes
 * @throws EngineError `winpe-...`, `media-no-uefi`, `media-no-bios`, `driver-none`, `windows-media-packed`, and what reading the source throws
 */
export async function prepareWinPe(request: WinpeRequest, store: DriverStore, when: Date, options: OpenImageOptions & { readonly signal: AbortSignal }): Promise<PreparedWinPe> {
  const { signal } = options;
  const source = await openSource(request.source, options);
  try {
    const packages = request.drivers ? await packagesFor(request.drivers, source, store, signal) : [];
    const { keyboard, region, language, commands, driversIn, newLoaders, scratchMiB, systemLocale = null, timeZone = null } = request;
    const medium = await planWinPe(source.tree, request.source, {
      keyboard, region, language, commands, driversIn, newLoaders, scratchMiB, systemLocale, timeZone, when, firmware: request.iso ? null : request.firmware,
      drivers: await driverFiles(packages),
      extras: await ownFiles(request.extraFolder, signal),
      tools: await ownFiles(request.toolsFolder, signal),
    }, signal);
    const files = medium.tree.entries.filter(({ kind }) => kind === 'file');
    return {
      ...medium,
      about: {
        image: { name: source.name, location: request.source, ...systemOf(medium.image) },
        files: files.length,
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        drivers: packages.map((each): DriverPackageInfo => infoOf(each)),
        replaced: [...medium.replaced],
      },
      close: async () => {
        await medium.close();
        await source.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * Which WinPE a source holds; nothing is written.
 * @throws EngineError `winpe-unknown` and what reading the source throws
 */
export async function inspectWinPe(location: string, options: OpenImageOptions & { readonly signal: AbortSignal }): Promise<WinpeImage> {
  const source = await openSource(location, options);
  try {
    const { wim, image } = await openWinPe(source.tree, location);
    await wim.close();
    return { name: source.name, location, ...systemOf(image) };
  } finally {
    await source.close();
  }
}

interface Source {
  readonly tree: FileTree;
  readonly name: string;
  readonly location: string;
  close(): Promise<void>;
}

async function openSource(location: string, options: OpenImageOptions): Promise<Source> {
  if (await stat(location).then((stats) => stats.isDirectory(), () => false)) {
    return { tree: await folderTree(location, { signal: options.signal }), name: basename(location), location, close: () => Promise.resolve() };
  }
  if (!isUrl(location)) {
    const file = await openFileSource(location);
    if (isWim(await readBytes(file, 0, Math.min(file.size, WIM_HEAD)))) return bareSource(file, location);
    await file.close();
  }
  const image = await openImage(location, options);
  try {
    if (!image.block) throw new EngineError('windows-media-packed', { path: location });
    const { tree } = await readDisc(image.block);
    return { tree, name: image.name, location, close: () => image.close() };
  } catch (error) {
    await image.close();
    throw error;
  }
}

async function bareSource(file: BlockSource, location: string): Promise<Source> {
  try {
    const { tree, close } = await bareWinPe(file, location);
    return { tree, name: basename(location), location, close: async () => {
      await close();
      await file.close();
    } };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function packagesFor(drivers: NonNullable<WinpeRequest['drivers']>, source: Source, store: DriverStore, signal: AbortSignal): Promise<readonly DriverPackage[]> {
  const { wim, image } = await openWinPe(source.tree, source.location);
  await wim.close();
  return store.packages({ ...drivers, ...driverSystem(systemOf(image)) }, signal);
}

function systemOf({ name, displayName, version, architecture }: WimImageInfo): { system: string; version: string; architecture: string } {
  return {
    system: displayName || name,
    version: version ? [version.major, version.minor, version.build, version.servicePackBuild].join('.') : '',
    architecture,
  };
}

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  driverFiles, folderTree, openImage, openWinPe, planWinPe, readDisc, EngineError,
  type DriverPackage, type FileTree, type OpenImageOptions, type TreeEntry, type WimImageInfo, type WinPeMedium,
} from '../../native-free-engine/index.ts';
import type { DriverPackageInfo, DriverWish, WinpeImage, WinpePlan, WinpeRequest } from '../contract/index.ts';
import { infoOf, type DriverStore } from './drivers.ts';

/** A WinPE medium that is about to be written. */
export interface PreparedWinPe extends WinPeMedium {
  readonly about: Pick<WinpePlan, 'image' | 'files' | 'bytes' | 'drivers' | 'replaced'>;
}

/** Architectures as WIMs name them, and as INFs do. */
const ARCHITECTURES: Readonly<Record<string, DriverWish['architecture']>> = { x64: 'amd64', x86: 'x86', arm64: 'arm64', arm: 'arm' };

/**
 * Puts together what a request asks for; nothing is written.
 * @param when time of what is changed: that of the plan, for plan and job to come to the same bytes
 * @throws EngineError `winpe-...`, `driver-none`, `windows-media-packed`, and what reading the source throws
 */
export async function prepareWinPe(request: WinpeRequest, store: DriverStore, when: Date, options: OpenImageOptions & { readonly signal: AbortSignal }): Promise<PreparedWinPe> {
  const { signal } = options;
  const source = await openSource(request.source, options);
  try {
    const packages = request.drivers ? await packagesFor(request.drivers, source, store, signal) : [];
    const { keyboard, region, language, commands, driversIn, newLoaders, scratchMiB } = request;
    const medium = await planWinPe(source.tree, request.source, {
      keyboard, region, language, commands, driversIn, newLoaders, scratchMiB, when,
      drivers: await driverFiles(packages),
      extras: await filesOf(request.extraFolder, signal),
      tools: await filesOf(request.toolsFolder, signal),
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

async function packagesFor(drivers: NonNullable<WinpeRequest['drivers']>, source: Source, store: DriverStore, signal: AbortSignal): Promise<readonly DriverPackage[]> {
  const { wim, image } = await openWinPe(source.tree, source.location);
  await wim.close();
  return store.packages({ ...drivers, architecture: ARCHITECTURES[image.architecture] ?? 'amd64', build: image.version?.build ?? null }, signal);
}

const filesOf = async (folder: string | null, signal: AbortSignal): Promise<readonly TreeEntry[]> => (folder === null ? [] : (await folderTree(folder, { signal })).entries);

function systemOf({ name, displayName, version, architecture }: WimImageInfo): { system: string; version: string; architecture: string } {
  return {
    system: displayName || name,
    version: version ? [version.major, version.minor, version.build, version.servicePackBuild].join('.') : '',
    architecture,
  };
}

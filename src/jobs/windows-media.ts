import { basename } from 'node:path';
import {
  EngineError, openImage, openWindowsMedia, type ImageSource, type OpenImageOptions, type WimImageInfo, type WindowsMedia,
} from '../../native-free-engine/index.ts';
import type { WindowsEdition, WindowsMediaInfo } from '../contract/index.ts';

/** A Windows ISO, open. */
export interface WindowsIso {
  readonly info: WindowsMediaInfo;
  readonly media: WindowsMedia;
  close(): Promise<void>;
}

/** @throws EngineError `windows-media-packed`, and what `openImage` and `openWindowsMedia` throw */
export async function openWindowsIso(location: string, options: OpenImageOptions): Promise<WindowsIso> {
  const image = await openImage(location, options);
  try {
    // Its files are read from where they lie; unpacking has no way there.
    if (!image.block) throw new EngineError('windows-media-packed', { path: location });
    const media = await openWindowsMedia(image.block, image.name);
    return {
      info: infoOf(location, image, media),
      media,
      close: async () => {
        await media.close();
        await image.close();
      },
    };
  } catch (error) {
    await image.close();
    throw error;
  }
}

/** What a Windows ISO holds, found out without writing anything. @throws EngineError as {@link openWindowsIso} */
export async function inspectWindows(location: string, options: OpenImageOptions): Promise<WindowsMediaInfo> {
  const iso = await openWindowsIso(location, options);
  await iso.close();
  return iso.info;
}

function infoOf(location: string, image: ImageSource, media: WindowsMedia): WindowsMediaInfo {
  const files = media.tree.entries.filter(({ kind }) => kind === 'file');
  return {
    location,
    name: image.name,
    label: media.label,
    size: image.size ?? 0,
    editions: media.installs.flatMap((install) => install.wim.images.map((edition) => editionOf(install.path, edition))),
    installs: media.installs.map(({ path, format, size, wim }) => ({ path, format, size, solid: wim.solid })),
    uefi: [...media.uefi],
    bios: media.bios,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** What the XML of a WIM tells of one image in it. @param path of the WIM */
export function editionOf(path: string, edition: WimImageInfo): WindowsEdition {
  const { version } = edition;
  return {
    wim: path,
    index: edition.index,
    name: edition.displayName || edition.name || edition.productName || basename(path),
    edition: edition.edition || edition.flags,
    architecture: edition.architecture,
    languages: [...edition.languages],
    version: version ? [version.major, version.minor, version.build, version.servicePackBuild].join('.') : '',
    createdAt: edition.createdAt?.toISOString() ?? null,
    size: edition.totalBytes,
  };
}

const MAX_LABEL = 11;

/** `WIN11`, `SERVER2022`; from another name what FAT32 takes of the disc's own. */
export function suggestLabel({ editions, label }: WindowsMediaInfo): string {
  const [, server = '', version] = /^Windows (Server )?([\d.]+)/.exec(editions[0]?.name ?? '') ?? [];
  if (version) return `${server ? 'SERVER' : 'WIN'}${version.replaceAll('.', '')}`.slice(0, MAX_LABEL);
  return label.toUpperCase().replace(/[^A-Z0-9_-]/g, '').slice(0, MAX_LABEL) || 'WINDOWS';
}

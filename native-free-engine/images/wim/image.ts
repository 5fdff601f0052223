import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { memoryDevice } from '../../io/memory.ts';
import type { FileTree } from '../../io/file-tree.ts';
import { TreeBuilder } from '../../io/tree-builder.ts';
import type { BlockSource } from '../../io/types.ts';
import { contentsOf, isFolder, isReparsePoint, walk, type WimEntry } from './entry.ts';
import { fromFileTime } from './file-time.ts';
import type { Wim } from './open.ts';
import { readMetadata, type ImageMetadata } from './read-metadata.ts';
import type { Stream } from './types.ts';
import type { WimImageInfo } from './xml-data.ts';

/** One image of a WIM: a whole tree of folders and files. */
export interface WimImage extends ImageMetadata {
  readonly info: WimImageInfo;
}

/** Metadata larger than this belongs to no image that anybody has; in bytes. */
const MAX_METADATA_BYTES = 128 << 20;

/**
 * Reads the tree of an image and checks it against its SHA-1.
 * @param index from 1
 * @throws EngineError `wim-image-not-found`, `wim-invalid`, `wim-folders-loop`, `tree-name-unsafe`, `wim-too-large`, and what the sources throw
 */
export async function readImage(wim: Wim, index: number): Promise<WimImage> {
  const info = wim.images[index - 1];
  const stream = wim.table.metadata[index - 1];
  if (!info || !stream) throw new EngineError('wim-image-not-found', { path: wim.path, image: index, count: wim.images.length });
  const data = await wim.resources.readAll(stream.resource, 'metadata', MAX_METADATA_BYTES);
  const hasher = createHasher('sha1');
  hasher.update(data);
  if (stream.hash !== '' && hasher.hex() !== stream.hash) throw new EngineError('wim-checksum-mismatch', { path: wim.path, what: info.name || String(index) });
  return { info, ...readMetadata(data, wim.path) };
}

/**
 * The contents of a stream by its SHA-1, read at any offset; not checked against it.
 * @throws EngineError `wim-data-missing` when no part of the WIM holds it
 */
export function openContents(wim: Wim, hash: string, name: string): BlockSource {
  return hash === '' ? memoryDevice(0) : wim.resources.source(streamOf(wim, hash, name));
}

/** @throws EngineError `wim-data-missing` */
export function streamOf(wim: Wim, hash: string, name: string): Stream {
  const stream = wim.table.streams.get(hash);
  if (!stream) throw new EngineError('wim-data-missing', { path: wim.path, name });
  return stream;
}

/** Bytes of a file's own contents. @throws EngineError `wim-data-missing` */
export function sizeOf(wim: Wim, entry: WimEntry, path: string): number {
  const hash = contentsOf(entry);
  return hash === '' ? 0 : streamOf(wim, hash, path).size;
}

/**
 * The folders and files of an image, to be copied, packed or written: their own contents only. Symbolic links and junctions
 * are left out, with what lies behind them; what is linked more than once is there each time.
 * @throws EngineError `wim-data-missing`, `tree-too-large`, `tree-too-deep`
 */
export function imageTree(wim: Wim, image: WimImage): FileTree {
  const builder = new TreeBuilder();
  const leftOut = new Set<WimEntry>();
  for (const { path, entry, folder } of walk(image.root)) {
    // Other systems bear less than WIMs do.
    builder.join(path.slice(0, Math.max(0, path.length - entry.name.length - 1)), entry.name);
    if (isReparsePoint(entry) || leftOut.has(folder)) {
      leftOut.add(entry);
      builder.leaveOut({ path, why: 'link', target: '' });
      continue;
    }
    builder.add({
      path,
      kind: isFolder(entry) ? 'folder' : 'file',
      size: isFolder(entry) ? 0 : sizeOf(wim, entry, path),
      modifiedAt: fromFileTime(entry.modified),
      attributes: entry.attributes,
      open: async () => openContents(wim, contentsOf(entry), path),
    });
  }
  return builder.build(image.info.name);
}

/** The entry at a path of parts joined by `/`, in whatever case; null when there is none. */
export function findEntry(root: WimEntry, path: string): WimEntry | null {
  let at: WimEntry | null = root;
  for (const part of path.split('/').filter((name) => name !== '')) at = at && findChild(at, part);
  return at;
}

/** @returns the child of this very name, else the first one that differs only in case */
export function findChild(folder: WimEntry, name: string): WimEntry | null {
  const upper = name.toUpperCase();
  return folder.children.find((child) => child.name === name) ?? folder.children.find((child) => child.name.toUpperCase() === upper) ?? null;
}

import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { memoryDevice } from '../../io/memory.ts';
import type { FileTimes } from '../../io/file-times.ts';
import type { FileTree } from '../../io/file-tree.ts';
import { TreeBuilder } from '../../io/tree-builder.ts';
import type { BlockSource } from '../../io/types.ts';
import { checkedSource } from './checked-source.ts';
import { contentsOf, isFolder, isReparsePoint, walk, type WimEntry } from './entry.ts';
import { fromFileTime, toNanoseconds } from '../../struct/file-time.ts';
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
 * The contents of a stream by its SHA-1, read at any offset; checked against it when read from beginning to end.
 * @param name of the file, for messages
 * @throws EngineError `wim-data-missing` when no part of the WIM holds it; while it is read `wim-checksum-mismatch`
 */
export function openContents(wim: Wim, hash: string, name: string): BlockSource {
  return hash === '' ? memoryDevice(0) : checked(wim, streamOf(wim, hash, name), wim.resources.source(streamOf(wim, hash, name)), name);
}

/** A stream's bytes, wherever they come from, that must be what its SHA-1 says. */
export function checked({ files }: Wim, stream: Stream, source: BlockSource, name: string): BlockSource {
  return checkedSource(source, stream.hash, () => new EngineError('wim-checksum-mismatch', { path: files[stream.resource.part]!.path, what: name }));
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
 * are left out, with what lies behind them; what is linked more than once is there each time, as one file under several names.
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
      ...(fromFileTime(entry.modified) ? { times: timesOf(entry) } : {}),
      ...(isFolder(entry) || entry.reparseOrLink === 0n ? {} : { sameFile: `${entry.reparseOrLink}:${contentsOf(entry)}` }),
      attributes: entry.attributes,
      open: async () => openContents(wim, contentsOf(entry), path),
    });
  }
  return builder.build(image.info.name);
}

/** What is not told is as the time of the last change. */
export function timesOf({ created, accessed, modified }: WimEntry): FileTimes {
  const told = (time: bigint): bigint => toNanoseconds(fromFileTime(time) ? time : modified);
  return { created: told(created), accessed: told(accessed), modified: toNanoseconds(modified) };
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

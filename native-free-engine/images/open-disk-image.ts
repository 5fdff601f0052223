import { throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';
import { openGuardedFile } from '../io/node-guarded-file.ts';
import { readBytes } from '../io/read-bytes.ts';
import type { BlockSource } from '../io/types.ts';
import { hasText } from '../struct/index.ts';
import type { DiskImage, DiskImageFormat, OpenDiskImageOptions } from './disk-image.ts';
import { imageCorrupt, imageUnsupported } from './faults.ts';
import { besidePath, findBeside, pathKind, realPathOf } from './node-disk-files.ts';
import { manifestPath } from './manifest/file-names.ts';
import { isUrl } from './node-location.ts';
import { openQcow2 } from './qcow2/read.ts';
import { openSplitFile, splitNameOf } from './raw/node-split-file.ts';
import { rawImage } from './raw/raw-image.ts';
import { streamImage } from './raw/stream-image.ts';
import { promisedFormat, recogniseDiskImage } from './recognise-disk.ts';
import { recogniseContainer, recogniseForeign } from './recognise.ts';
import type { TableCache } from './table-cache.ts';

/** Images that build on one another, at most. */
const MAX_CHAIN = 64;

// Each format is loaded when it is met: a crew of threads opens an image each, nearly always a qcow2, and would load all of
// the others, decoders and network included, as often.

/** Where in a chain of backing files an image is opened. */
interface Place {
  /** The paths, without links, of the images that build on it. */
  readonly above: readonly string[];
  readonly cache?: TableCache;
  /** What the image above says that it is; null: whatever it turns out to be. */
  readonly declared: DiskImageFormat | null;
}

/**
 * Opens the disk in an image file of any format, recognised by its contents: raw, raw packed as gz, xz, bz2, zst or
 * zip, qcow2 with what it builds on, VHD, VHDX, VMDK, partclone, or a Clonezilla folder. An image cut into parts
 * `NAME.001`, ... is opened as `NAME` or by its first part.
 *
 * @param location a path; for raw images an http or https URL as well
 * @throws EngineError `image-not-found`, `image-unreadable`, `image-empty`, `image-corrupt`, `image-truncated`,
 *   `image-format-unsupported`, `image-feature-unsupported`, `image-part-missing`, `image-parent-missing`,
 *   `image-chain-too-long`, `image-unfinished`, `image-log-dirty`, and those of `openImage`; AbortError
 */
export async function openDiskImage(location: string, options: OpenDiskImageOptions = {}): Promise<DiskImage> {
  throwIfAborted(options.signal);
  if (isUrl(location)) return openRaw(location, options);
  if ((await pathKind(location)) === 'folder') return (await import('./clonezilla/index.ts')).openClonezilla(location, options);
  return openAt(location, options, { above: [], declared: null });
}

async function openAt(location: string, options: OpenDiskImageOptions, place: Place): Promise<DiskImage> {
  if (location.endsWith('.partial')) throw new EngineError('image-unfinished', { path: location });
  const split = await openParts(location);
  if (split) return closingOnFailure(split.source, () => openFile(split.source, split.name, split.files, options, place));
  if ((await pathKind(location)) === 'nothing' && (await pathKind(`${location}.partial`)) !== 'nothing') {
    throw new EngineError('image-unfinished', { path: `${location}.partial` });
  }
  const file = await openGuardedFile(location, { blocking: options.blocking ?? false });
  return closingOnFailure(file, () => openFile(file, location, null, options, place));
}

async function closingOnFailure(file: BlockSource, open: () => Promise<DiskImage>): Promise<DiskImage> {
  try {
    return await open();
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The parts of `location`, when it is cut into parts. */
async function openParts(location: string): Promise<{ readonly name: string; readonly source: BlockSource; readonly files: readonly string[] } | null> {
  const name = splitNameOf(location) ?? ((await pathKind(location)) === 'nothing' ? location : null);
  if (name === null) return null;
  // Only a manifest tells that the last parts are missing. What reads it is large, and every thread that opens an image would load it.
  const { readManifest } = await import('./manifest/node-image-set.ts');
  const expected = await readManifest(manifestPath(name)).then(({ manifest }) => manifest.image.parts).catch(() => 0);
  const split = await openSplitFile(name, expected);
  return split && { name, ...split };
}

/** @param parts the files that `file` was cut into, null when it is one */
async function openFile(file: BlockSource, path: string, parts: readonly string[] | null, options: OpenDiskImageOptions, place: Place): Promise<DiskImage> {
  if (file.size === 0) throw new EngineError('image-empty', { path });
  const head = await readBytes(file, 0, Math.min(file.size, 512));
  const tail = await readBytes(file, Math.max(0, file.size - 512), Math.min(file.size, 512));
  const found = recogniseDiskImage(head, tail);
  if (place.declared !== null && place.declared !== 'raw' && found !== place.declared) throw imageCorrupt(place.declared, path, 'not of the declared format');
  // What is declared raw is raw, whatever somebody wrote into it: were it looked at, it could name other files.
  const image = place.declared === 'raw' ? rawImage(file, path, [path]) : await openFormat(found, file, path, parts, options, place);
  return parts ? { ...delegate(image), files: [...parts, ...image.files.slice(1)] } : image;
}

/** A class's methods do not survive spreading. */
const delegate = (image: DiskImage): DiskImage => ({
  format: image.format, variant: image.variant, location: image.location, files: image.files, ordered: image.ordered, volumeOnly: image.volumeOnly,
  size: image.size, sectorSize: image.sectorSize,
  readInto: (offset, buffer) => image.readInto(offset, buffer),
  usedExtents: () => image.usedExtents(),
  close: () => image.close(),
});

async function openFormat(found: DiskImageFormat | null, file: BlockSource, path: string, parts: readonly string[] | null, options: OpenDiskImageOptions, place: Place): Promise<DiskImage> {
  switch (found) {
    case 'qcow2':
      return openQcow2(file, path, {
        openBacking: (name, format, cache) => openBacking(name, format, path, options, { ...place, cache }),
        ...(options.signal ? { signal: options.signal } : {}),
        hashed: options.hashed ?? false,
        ...(place.cache ? { cache: place.cache } : {}),
      });
    case 'vhd':
      return (await import('./vhd/read.ts')).openVhd(file, path);
    case 'vhdx':
      return (await import('./vhdx/index.ts')).openVhdx(file, path);
    case 'vmdk':
      return (await import('./vmdk/read.ts')).openVmdk(file, path, async (name) => {
        const extent = besidePath(path, name);
        return (await pathKind(extent)) === 'file' ? { source: await openGuardedFile(extent), path: extent } : null;
      });
    case 'partclone':
      return (await import('./partclone/index.ts')).openPartclone(file, path);
    case 'raw':
    case 'clonezilla':
    case null:
      return openUnrecognised(file, path, parts, options);
  }
}

/** What bears no mark of its own: raw, and packed raw. */
async function openUnrecognised(file: BlockSource, path: string, parts: readonly string[] | null, options: OpenDiskImageOptions): Promise<DiskImage> {
  // A damaged first byte must not turn an image into the raw contents of a disk.
  const promised = promisedFormat(path);
  if (promised) throw imageCorrupt(promised, path, 'no mark of the format that its name promises');
  if (parts) {
    const head = await readBytes(file, 0, Math.min(file.size, 512));
    const other = recogniseContainer(head) ?? recogniseForeign(head);
    if (other) throw imageUnsupported(path, `${other} in parts`);
    return rawImage(file, path, [path]);
  }
  const image = await openRaw(path, options);
  await file.close();
  return image;
}

async function openRaw(location: string, options: OpenDiskImageOptions): Promise<DiskImage> {
  const { openImage } = await import('./open.ts');
  const image = await openImage(location, { ...(options.signal ? { signal: options.signal } : {}), ...(options.tempDir !== undefined ? { tempDir: options.tempDir } : {}) });
  try {
    if (image.block) return { ...rawImage(image.block, location, [location]), close: () => image.close() };
    const { openPartcloneStream, PARTCLONE_MAGIC } = await import('./partclone/index.ts');
    if (!hasText(image.head, 0, PARTCLONE_MAGIC)) return await streamImage(image, options.signal);
    const volume = await openPartcloneStream(() => image.openStream(0), location);
    return { ...volume, close: () => volume.close().finally(() => image.close()) };
  } catch (error) {
    await image.close();
    throw error;
  }
}

/** What QEMU calls the formats that an image may build on. */
const BACKING_FORMATS: Readonly<Record<string, DiskImageFormat>> = { raw: 'raw', qcow2: 'qcow2', vpc: 'vhd', vhdx: 'vhdx', vmdk: 'vmdk' };

async function openBacking(name: string, format: string | null, child: string, options: OpenDiskImageOptions, place: Place): Promise<DiskImage> {
  throwIfAborted(options.signal);
  // Guessing would let whoever wrote a raw disk choose what is read as its backing file.
  if (format === null) throw imageUnsupported(child, 'a backing file without a format');
  const declared = Object.hasOwn(BACKING_FORMATS, format) ? BACKING_FORMATS[format]! : null;
  if (!declared) throw imageUnsupported(child, `a backing file of format ${format.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)}`);
  const path = (await options.findBacking?.(name, child)) ?? (await findBeside(name, child));
  if (path === null) throw new EngineError('image-parent-missing', { path: child, name, lastSeen: name });
  const above = [...place.above, await realPathOf(child)];
  if (above.length >= MAX_CHAIN || above.includes(await realPathOf(path))) throw new EngineError('image-chain-too-long', { path: child });
  return openAt(path, options, { ...place, above, declared });
}

import { basename } from 'node:path';
import { partPath, type FoundManifest } from '../../native-free-engine/index.ts';
import type { ChainLink, ImageIdentity, LibraryImage, LibraryListing } from '../contract/index.ts';
import { EngineError } from '../../native-free-engine/index.ts';
import { fileSize } from './folder-files.ts';
import { scanFolders, type FolderScan, type FoundImage } from './scan.ts';
import { readUnfinished } from './unfinished.ts';

/** A folder of the library; what its file system is like is for the host to add. */
export type ListedFolder = Pick<LibraryListing, 'path' | 'error' | 'images' | 'unfinished' | 'faulty'>;

/** A list shows no more of it, and thousands of images have to fit into memory. */
const MAX_TEXT = 300;
const MAX_BAD = 100;
const MAX_FILES = 10;
const clip = (text: string): string => text.slice(0, MAX_TEXT);

type Summary = Pick<LibraryImage, 'identity' | 'size' | 'partitions'>;

/** What is in the folders. Nothing that is broken hides what is not. */
export async function listLibrary(folders: readonly string[]): Promise<ListedFolder[]> {
  const scans = await scanFolders(folders, summarise);
  const images = scans.flatMap((scan) => scan.images);
  return Promise.all(scans.map((scan) => listed(scan, images)));
}

async function listed(scan: FolderScan<Summary>, library: readonly FoundImage<Summary>[]): Promise<ListedFolder> {
  const unfinished: ListedFolder['unfinished'] = [];
  const faulty = scan.faulty.map(({ path, error }) => ({ path, error: error.toPlain() }));
  for (const path of scan.unfinished) {
    const capture = await readUnfinished(path).catch(() => null);
    if (capture) unfinished.push(capture);
    else faulty.push({ path, error: new EngineError('image-unfinished', { path }).toPlain() });
  }
  const images: LibraryImage[] = [];
  for (const image of scan.images) {
    images.push({
      path: image.path, name: basename(image.path), ...image.summary,
      storedBytes: await storedBytes(image),
      parent: parentLink(image, library),
      children: library.filter((each) => each.parent?.id === image.id && each.parent.manifestSha256 === image.manifestSha256).map((each) => each.path),
    });
  }
  return { path: scan.folder, error: scan.error?.toPlain() ?? null, images, unfinished, faulty };
}

/** The other places where an image of this identity lies: copies of it. */
export function copiesOf<Kept>(image: Pick<FoundImage<Kept>, 'id' | 'path'>, library: readonly FoundImage<Kept>[]): string[] {
  return library.filter((each) => each.id === image.id && each.path !== image.path).map((each) => each.path);
}

function parentLink(image: FoundImage<Summary>, library: readonly FoundImage<Summary>[]): ChainLink | null {
  if (!image.parent) return null;
  const { id, name, lastSeen, manifestSha256 } = image.parent;
  const link = { id, name: clip(name), lastSeen: clip(lastSeen) };
  const known = library.filter((each) => each.id === id);
  const parent = known.find((each) => each.manifestSha256 === manifestSha256);
  if (parent) return { ...link, path: parent.path, createdAt: parent.summary.identity.createdAt, error: null };
  const [other] = known;
  if (other) return { ...link, path: other.path, createdAt: other.summary.identity.createdAt, error: new EngineError('image-parent-swapped', { path: other.path, child: basename(image.path) }).toPlain() };
  return { ...link, path: null, createdAt: null, error: new EngineError('image-parent-missing', { path: image.path, name: link.name, lastSeen: link.lastSeen }).toPlain() };
}

async function storedBytes({ path, parts }: FoundImage<unknown>): Promise<number> {
  if (parts === 0) return (await fileSize(path)) ?? 0;
  let total = 0;
  for (let index = 0; index < parts; index++) total += (await fileSize(partPath(path, index))) ?? 0;
  return total;
}

function summarise({ manifest, sha256 }: FoundManifest): Summary {
  const { source } = manifest;
  const identity: ImageIdentity = {
    id: manifest.id, createdAt: manifest.createdAt,
    program: { name: clip(manifest.program.name), version: clip(manifest.program.version) },
    description: clip(manifest.description), purpose: clip(manifest.purpose),
    compression: manifest.image.compression, clusterSize: manifest.image.clusterSize, usedBytes: manifest.sums.usedBytes, parts: manifest.image.parts,
    source: { ...source, machine: clip(source.machine), system: clip(source.system), model: clip(source.model), serial: clip(source.serial), bus: clip(source.bus), path: clip(source.path) },
    bad: {
      bytes: manifest.bad.reduce((sum, { length }) => sum + length, 0),
      count: manifest.bad.length,
      places: manifest.bad.slice(0, MAX_BAD).map((place) => ({ ...place, files: place.files.slice(0, MAX_FILES).map(clip) })),
    },
    manifestSha256: sha256,
  };
  const partitions = manifest.layout.partitions.map(({ number, role, fileSystem, usedBytes }) => ({ number, role, kind: clip(fileSystem?.kind ?? ''), label: clip(fileSystem?.label ?? ''), usedBytes }));
  return { identity, size: manifest.image.virtualSize, partitions };
}

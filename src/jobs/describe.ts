import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isUrl, openDiskImage, readLayout, totalLength, type DiskImage, type FoundManifest, type Manifest } from '../../native-free-engine/index.ts';
import type { DiskImageInfo, ImagedPartition, ImageIdentity } from '../contract/index.ts';
import { resolveChain } from '../library/index.ts';
import { badOf } from './imaging-outcome.ts';
import { layoutOfOrdered } from './ordered-layout.ts';
import { ownImage, partsOf } from './own-image.ts';

/** An image by any of its files: the image itself, its first part, its manifest. */
const imageOf = (location: string): string => (isUrl(location) ? location : resolve(location).replace(/(\.qcow2)(?:\.json|\.sums|\.\d{3})$/i, '$1'));

/**
 * What a disk image holds, found out without writing anything: of an image of this program from its manifest.
 * @param folders where else its parents may lie
 * @throws EngineError what `openDiskImage` throws, `image-manifest-invalid`
 */
export async function describeImage(location: string, options: { readonly folders: readonly string[]; readonly tempDir: string; readonly signal: AbortSignal }): Promise<DiskImageInfo> {
  const image = imageOf(location);
  const own = isUrl(image) ? null : await ownImage(image);
  return own ? describeOwn(own.found, options.folders) : describeForeign(image, options);
}

async function describeOwn(found: FoundManifest, folders: readonly string[]): Promise<DiskImageInfo> {
  const { manifest, image } = found;
  const chain = await resolveChain(found, folders);
  return {
    location: image,
    name: basename(image),
    format: 'qcow2',
    variant: 'Werkbank',
    size: manifest.image.virtualSize,
    sectorSize: manifest.source.logicalSectorSize,
    storedBytes: manifest.image.bytes,
    files: [...partsOf(image, manifest), ...chain.found.flatMap((parent) => partsOf(parent.image, parent.manifest))],
    volumeOnly: false,
    table: manifest.layout.table,
    partitions: manifest.layout.partitions.map(partitionOf),
    usedBytes: manifest.sums.usedBytes,
    identity: identityOf(found),
    chain: [...chain.links],
    changedAt: null,
  };
}

function identityOf({ manifest, sha256 }: FoundManifest): ImageIdentity {
  const { id, createdAt, program, description, purpose, image, sums, source, bad } = manifest;
  return {
    id, createdAt, program, description, purpose, source,
    compression: image.compression, clusterSize: image.clusterSize, parts: image.parts, usedBytes: sums.usedBytes,
    bad: badOf(bad), manifestSha256: sha256,
  };
}

function partitionOf(partition: Manifest['layout']['partitions'][number]): ImagedPartition {
  const { number, offset, length, type, name, role, fileSystem, active, usedBytes, method, wholeReason, usedEnd, leftOut, conditions } = partition;
  return { number, offset, length, type, name, role, fileSystem, active, usedBytes, mountPoints: [], method, wholeReason, usedEnd, leftOut, conditions };
}

async function describeForeign(location: string, { tempDir, signal }: { readonly tempDir: string; readonly signal: AbortSignal }): Promise<DiskImageInfo> {
  const image = await openDiskImage(location, { tempDir, signal });
  try {
    const layout = await (image.ordered ? layoutOfOrdered(image) : readLayout(image));
    const sizes = await Promise.all(image.files.map((path) => stat(path).then(({ size }) => size, () => 0)));
    return {
      location,
      name: basename(location),
      format: image.format,
      variant: image.variant,
      size: image.size,
      sectorSize: image.sectorSize,
      storedBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      files: [...image.files],
      volumeOnly: image.volumeOnly,
      table: layout.table,
      partitions: layout.partitions.map((partition) => ({
        ...partition, mountPoints: [], method: 'used', wholeReason: null, usedEnd: partition.length, leftOut: [], conditions: [],
      })),
      usedBytes: image.ordered && image.format !== 'clonezilla' ? null : totalLength(await image.usedExtents()),
      identity: null,
      chain: chainOfForeign(image),
      changedAt: await lastChange(image.files),
    };
  } finally {
    await image.close();
  }
}

/** When any of the files last changed, milliseconds since 1970; null for those on the web. */
export async function lastChange(files: readonly string[]): Promise<number | null> {
  const times = await Promise.all(files.map((path) => stat(path).then(({ mtimeMs }) => Math.floor(mtimeMs), () => null)));
  return times.includes(null) || times.length === 0 ? null : Math.max(...times.map(Number));
}

/** Backing files are all there, or the image could not have been opened; who they are only their paths tell. */
function chainOfForeign(image: DiskImage): DiskImageInfo['chain'] {
  if (image.format !== 'qcow2') return [];
  return image.files.slice(1)
    .filter((path) => dirname(path) !== dirname(image.location) || !path.startsWith(`${image.location}.`))
    .map((path) => ({ id: '', name: basename(path), path, lastSeen: '', createdAt: null, error: null }));
}

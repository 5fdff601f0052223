import {
  EngineError, gptRoomOf, mapDisk, openDiskImage, readBytes, readLayout,
  type DiskImage, type DiskMap, type ExtentSet, type FoundManifest, type GptRoom, type ImageAddress, type LayoutPartition, type MappedPartition, type Sums,
} from '../../native-free-engine/index.ts';
import type { DiskImageInfo } from '../contract/index.ts';
import { checkChain, resolveChain } from '../library/index.ts';
import { lastChange } from './describe.ts';
import { layoutOfOrdered } from './ordered-layout.ts';
import { foldersOf, ownImage, sumsOf } from './own-image.ts';

/** An image with all that a restore has to know of it. */
export interface MappedImage {
  readonly address: ImageAddress;
  /** What the image is known by on a disk that it was half restored to. */
  readonly id: string;
  readonly map: DiskMap;
  /** Null for an image of another program: it carries no hashes. */
  readonly sums: Sums | null;
  readonly gpt: GptRoom | null;
}

/** @throws EngineError `image-changed` when it is not the image that was described, what opening and mapping it throw */
export async function mapImage(info: DiskImageInfo, options: { readonly tempDir: string; readonly signal: AbortSignal }): Promise<MappedImage> {
  const own = info.identity ? await ownImage(info.location) : null;
  const found = own?.found ?? null;
  if (info.identity && found?.sha256 !== info.identity.manifestSha256) throw new EngineError('image-changed', { path: info.location });
  const chain = found && (await resolveChain(found, foldersOf(info.chain)));
  if (chain) checkChain(info.location, chain.links);
  const backings = chain?.backings ?? {};
  const address: ImageAddress = { location: info.location, tempDir: options.tempDir, backings };
  const image = await openDiskImage(info.location, {
    tempDir: options.tempDir,
    signal: options.signal,
    ...(Object.keys(backings).length === 0 ? {} : { findBacking: (recorded) => Promise.resolve(backings[recorded] ?? null) }),
  });
  try {
    // It carries no identity: a file of the same size that was written to since is told by its time.
    if (image.size !== info.size || (!found && (await lastChange(image.files)) !== (info.changedAt ?? null))) throw new EngineError('image-changed', { path: info.location });
    const sums = own && (await sumsOf(own));
    const map = found && sums ? mapOfManifest(found, sums) : await mapForeign(image, options.signal);
    // A packed image has its backup table where it cannot be looked at in passing; the usual room is then assumed.
    const gpt = image.ordered ? null : await gptRoomOf(image, map);
    return { address, id: found?.manifest.id ?? foreignId(info), map, sums, gpt };
  } finally {
    await image.close();
  }
}

/** An image of another program is known by what is unlikely to be the same by chance. At most 64 characters. */
const foreignId = ({ name, size, storedBytes, changedAt }: DiskImageInfo): string => `${size}-${storedBytes}-${changedAt ?? ''}-${name}`.replace(/[^\x20-\x7e]/g, '_').slice(0, 64);

function mapOfManifest({ manifest }: FoundManifest, sums: Sums): DiskMap {
  const { table, diskId, partitions } = manifest.layout;
  return { size: manifest.image.virtualSize, sectorSize: manifest.source.logicalSectorSize, table, diskId, partitions, used: sums.used };
}

async function mapForeign(image: DiskImage, signal: AbortSignal): Promise<DiskMap> {
  if (image.ordered) {
    const used = image.format === 'clonezilla' ? await image.usedExtents() : [{ offset: 0, length: image.size }];
    return wholeMap(image, await layoutOfOrdered(image), used);
  }
  if (image.volumeOnly) return wholeMap(image, await readLayout(image), await image.usedExtents());
  return mapDisk(await withSectorSize(image), { partitions: null, leaveOutSwapFiles: false, name: image.location, signal });
}

function wholeMap(image: DiskImage, layout: Awaited<ReturnType<typeof readLayout>>, used: ExtentSet): DiskMap {
  if (layout.table === 'corrupt') throw new EngineError('table-corrupt', { disk: image.location, reason: layout.problems[0]?.code ?? '' });
  const partitions = layout.partitions.map((partition) => wholePartition(partition));
  return { size: image.size, sectorSize: image.sectorSize, table: layout.table, diskId: layout.diskId, partitions, used };
}

function wholePartition({ usedBytes: _, ...facts }: LayoutPartition): MappedPartition {
  const extended = facts.role === 'extended';
  return {
    ...facts, method: extended ? 'none' : 'whole', wholeReason: extended ? null : 'no-map', usedBytes: extended ? 0 : facts.length, usedEnd: extended ? 0 : facts.length,
    unit: 0, leftOut: [], conditions: [], fingerprint: '',
  };
}

/** A raw image does not say what sectors the disk had; where its GPT lies does. */
async function withSectorSize(image: DiskImage): Promise<DiskImage> {
  const LARGE = 4096;
  if (image.sectorSize !== 512 || image.size < 2 * LARGE) return image;
  const start = await readBytes(image, 0, LARGE + 8);
  const signed = (at: number): boolean => Buffer.from(start.subarray(at, at + 8)).toString('latin1') === 'EFI PART';
  if (signed(512) || !signed(LARGE)) return image;
  return {
    format: image.format, variant: image.variant, location: image.location, files: image.files, ordered: image.ordered, volumeOnly: image.volumeOnly,
    size: image.size, sectorSize: LARGE,
    readInto: (offset, buffer) => image.readInto(offset, buffer),
    usedExtents: () => image.usedExtents(),
    close: () => image.close(),
  };
}

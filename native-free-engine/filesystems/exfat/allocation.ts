import { throwIfAborted } from '../../base/abort.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import { EngineError } from '../../base/errors.ts';
import { normalize, subtract, type Extent } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import type { AllocationReader } from '../allocation-types.ts';
import { forEachRun } from '../bitmap-runs.ts';
import { forEachPiece } from '../bitmap.ts';
import { clusterChain } from './chain.ts';
import { checkBootRegion, readExfatGeometry, type ExfatGeometry } from './geometry.ts';
import { EXFAT_ENTRY, ExfatBitmapEntry } from './structs.ts';

/** The bitmap's entry is looked for in so much of the root directory; formatters put it among the first three. */
const MAX_ROOT_BYTES = 16 * 1024 * 1024;
const BOOT_SECTOR_BYTES = 512;

/**
 * exFAT: both boot regions, the FATs, and the clusters that the allocation bitmap in use says are (exFAT specification, 7.1).
 * `dirty` is VolumeDirty (3.1.13.2). The fingerprint covers boot sector, bitmap and the start of the root directory.
 * @throws EngineError as {@link AllocationReader}
 */
export const exfatAllocation: AllocationReader = async (source, { signal }) => {
  const boot = await readBytes(source, 0, Math.min(source.size, BOOT_SECTOR_BYTES));
  const geometry = readExfatGeometry(boot, source.size);
  await checkBootRegion(source, geometry);
  const { clusters, clusterSize, heapOffset } = geometry;
  const hasher = createHasher('sha256');
  hasher.update(boot);

  const root = await readRoot(source, geometry, (piece) => {
    throwIfAborted(signal);
    hasher.update(piece);
  });
  const structures = [...root.extents];
  const used = new ExtentBuilder();
  used.add(0, geometry.bootLength);
  used.add(geometry.fatsOffset, geometry.fatsLength);
  let left = Math.ceil(clusters / 8);
  let cluster = 0;
  for await (const extent of clusterChain(source, geometry, root.bitmapCluster, { length: left, mayEnd: false })) {
    structures.push(extent);
    const length = Math.min(extent.length, left);
    await forEachPiece(source, extent.offset, length, (piece) => {
      throwIfAborted(signal);
      hasher.update(piece);
      const bits = Math.min(piece.length * 8, clusters - cluster);
      const base = heapOffset + cluster * clusterSize;
      forEachRun(piece, bits, (first, count) => used.add(base + first * clusterSize, count * clusterSize));
      cluster += bits;
    });
    left -= length;
  }

  const map = used.build();
  if (subtract(normalize(structures), map).length > 0) throw new EngineError('allocation-invalid', { kind: 'exfat', reason: 'map-without-itself' });
  return {
    unit: clusterSize,
    used: map,
    leftOut: [],
    conditions: geometry.dirty ? ['dirty'] : [],
    fingerprint: hasher.hex(),
  };
};

/** The first cluster of the bitmap in use, and what of the root directory was read to find it. */
async function readRoot(
  source: BlockSource,
  geometry: ExfatGeometry,
  onPiece: (piece: Uint8Array) => void,
): Promise<{ bitmapCluster: number; extents: readonly Extent[] }> {
  const extents: Extent[] = [];
  for await (const extent of clusterChain(source, geometry, geometry.rootCluster, { length: MAX_ROOT_BYTES, mayEnd: true })) {
    extents.push(extent);
    for (let done = 0; done < extent.length; done += geometry.clusterSize) {
      const piece = await readBytes(source, extent.offset + done, geometry.clusterSize);
      onPiece(piece);
      for (let at = 0; at < piece.length; at += ExfatBitmapEntry.size) {
        if (piece[at] === EXFAT_ENTRY.end) throw noBitmap();
        if (piece[at] !== EXFAT_ENTRY.bitmap) continue;
        const entry = ExfatBitmapEntry.read(piece, at);
        if ((entry.flags & 1) !== geometry.activeBitmap) continue;
        if (toSafeInt(entry.length, 'ExfatBitmapEntry.length') < Math.ceil(geometry.clusters / 8)) throw noBitmap();
        return { bitmapCluster: entry.firstCluster, extents };
      }
    }
  }
  throw noBitmap();
}

const noBitmap = (): EngineError => new EngineError('allocation-invalid', { kind: 'exfat', reason: 'no-map' });

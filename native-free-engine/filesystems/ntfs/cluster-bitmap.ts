import { throwIfAborted } from '../../base/abort.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import type { ExtentSet } from '../../base/extent.ts';
import type { Hasher } from '../../codecs/checksums.ts';
import { isUnreadable, rejectMap } from './faults.ts';
import type { Mft } from './mft.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';
import { UsedClusters } from './used-clusters.ts';

/** A multiple of {@link SMALL_PIECE}; bytes. */
const PIECE = 1024 * 1024;
/** What is given up when a piece cannot be read. */
const SMALL_PIECE = 4096;
/** A map with more bad places than this is not worth following. */
const MAX_BAD_PLACES = 64;

/**
 * The clusters that $Bitmap says are in use, as bytes of the volume. Where the map itself
 * cannot be read, all that it would tell about counts as used.
 * @throws EngineError `allocation-invalid` when the map does not cover the volume; errors of reading when too much of it is bad
 */
export async function readClusterBitmap(mft: Mft, hasher: Hasher, signal?: AbortSignal): Promise<ExtentSet> {
  const { clusters, clusterSize } = mft.geometry;
  const attributes = await mft.attributes(NTFS_FILE.bitmap, await mft.record(NTFS_FILE.bitmap));
  const map = mft.join(attributes, NTFS_ATTRIBUTE.data, '');
  const length = Math.ceil(clusters / 8);
  if (!map || map.size < length) throw rejectMap('map-too-short');
  if (!map.whole || map.encoded) throw rejectMap('map-with-holes');

  const builder = new ExtentBuilder();
  const used = new UsedClusters(builder, clusterSize, clusters);
  const words = new Int32Array(Math.min(PIECE, Math.ceil(length / 4) * 4) / 4);
  const bytes = new Uint8Array(words.buffer);
  let badPlaces = 0;
  const readSmall = async (at: number, piece: Uint8Array): Promise<void> => {
    for (let i = 0; i < piece.length; i += SMALL_PIECE) {
      const small = piece.subarray(i, i + SMALL_PIECE);
      await map.readInto(at + i, small).catch((error: unknown) => {
        if (!isUnreadable(error) || ++badPlaces > MAX_BAD_PLACES) throw error;
        small.fill(0xff);
      });
    }
  };
  for (let at = 0; at < length; at += PIECE) {
    throwIfAborted(signal);
    const piece = bytes.subarray(0, Math.min(PIECE, length - at));
    await map.readInto(at, piece).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return readSmall(at, piece);
    });
    hasher.update(piece);
    used.add(words.subarray(0, Math.ceil(piece.length / 4)));
  }
  used.finish();
  return builder.build();
}

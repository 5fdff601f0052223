import { hash } from 'node:crypto';
import { EngineError } from '../../base/errors.ts';
import type { DiskImage } from '../../images/disk-image.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import type { Sums } from '../../images/manifest/sums.ts';
import { openDiskImage } from '../../images/open-disk-image.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import type { BlockSource } from '../../io/types.ts';

/** An image as worker threads open it: each opens it for itself. */
export interface ImageAddress {
  readonly location: string;
  readonly tempDir: string | null;
  /** Backing files that do not lie where the image says: their path by the name that is recorded. */
  readonly backings: Readonly<Record<string, string>>;
}

/** @param options `blocking`: in a worker thread; `hashed`: read through a {@link CheckedReader} with hashes */
export async function openImageAt(address: ImageAddress, options = { blocking: false, hashed: false }): Promise<DiskImage> {
  return openDiskImage(address.location, {
    ...options,
    ...(address.tempDir === null ? {} : { tempDir: address.tempDir }),
    ...(Object.keys(address.backings).length === 0 ? {} : { findBacking: (recorded: string) => Promise.resolve(address.backings[recorded] ?? null) }),
  });
}

/** The hashes of an image in memory that all threads share. */
export interface SharedSums {
  readonly clusterSize: number;
  readonly clusters: Float64Array<SharedArrayBuffer>;
  readonly hashes: Uint8Array<SharedArrayBuffer>;
}

export function shareSums(sums: Sums): SharedSums {
  const clusters = new Float64Array(new SharedArrayBuffer(sums.clusters.length * 8));
  clusters.set(sums.clusters);
  const hashes = new Uint8Array(new SharedArrayBuffer(sums.hashes.length));
  hashes.set(sums.hashes);
  return { clusterSize: sums.clusterSize, clusters, hashes };
}

/** The hash that a cluster must have, null when the image has none: then it holds nothing. */
export function sumOf(sums: SharedSums, cluster: number): Uint8Array | null {
  let low = 0;
  let high = sums.clusters.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums.clusters[middle]! < cluster) low = middle + 1;
    else high = middle;
  }
  return sums.clusters[low] === cluster ? sums.hashes.subarray(low * SUM_BYTES, (low + 1) * SUM_BYTES) : null;
}

export const hashesTo = (bytes: Uint8Array, sum: Uint8Array): boolean => hash('sha256', bytes, 'buffer').equals(sum);

/** Without hashes there are no clusters; an image is then read in pieces of this many bytes. */
const PLAIN_CLUSTER = 64 * 1024;

/** Reads an image by whole clusters and accepts none whose hash is not the manifest's. */
export class CheckedReader {
  readonly image: DiskImage;
  readonly clusterSize: number;
  readonly #sums: SharedSums | null;

  constructor(image: DiskImage, sums: SharedSums | null) {
    this.image = image;
    this.#sums = sums;
    this.clusterSize = sums?.clusterSize ?? PLAIN_CLUSTER;
  }

  /**
   * Fills `buffer`, which stands for the image from `start` on, where `wanted` marks its clusters; all else of it is left as it was.
   * @param start a multiple of the cluster size
   * @throws EngineError `image-cluster-corrupt`; errors of reading the image
   */
  async read(start: number, wanted: Uint8Array, buffer: Uint8Array): Promise<void> {
    const { clusterSize } = this;
    for (let first = 0; first < wanted.length; ) {
      if (wanted[first] === 0) {
        first++;
        continue;
      }
      let next = first + 1;
      while (next < wanted.length && wanted[next] !== 0) next++;
      const part = buffer.subarray(first * clusterSize, next * clusterSize);
      const offset = start + first * clusterSize;
      const there = Math.max(0, Math.min(part.length, this.image.size - offset));
      if (there > 0) await this.image.readInto(offset, part.subarray(0, there));
      // The last cluster may reach past the end of the disk, and was hashed with zeros there.
      if (there < part.length) part.fill(0, there);
      if (this.#sums) for (let i = first; i < next; i++) this.#check(this.#sums, start / clusterSize + i, buffer.subarray(i * clusterSize, (i + 1) * clusterSize));
      first = next;
    }
  }

  #check(sums: SharedSums, cluster: number, bytes: Uint8Array): void {
    const sum = sumOf(sums, cluster);
    if (sum === null) bytes.fill(0);
    else if (!hashesTo(bytes, sum)) throw new EngineError('image-cluster-corrupt', { path: this.image.location, offset: cluster * this.clusterSize });
  }

  /** The same as a source that is read at any offset: for the few bytes of a table. */
  asSource(): BlockSource {
    const { image, clusterSize } = this;
    const buffer = alignedBuffer(clusterSize);
    let held = -1;
    return {
      size: image.size,
      sectorSize: image.sectorSize,
      readInto: async (offset, into) => {
        if (offset + into.length > image.size) throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${into.length}`, available: image.size });
        for (let done = 0; done < into.length; ) {
          const start = Math.floor((offset + done) / clusterSize) * clusterSize;
          if (held !== start) {
            held = -1;
            await this.read(start, Uint8Array.of(1), buffer);
            held = start;
          }
          const from = offset + done - start;
          const part = buffer.subarray(from, Math.min(clusterSize, from + into.length - done));
          into.set(part, done);
          done += part.length;
        }
      },
      close: () => Promise.resolve(),
    };
  }
}

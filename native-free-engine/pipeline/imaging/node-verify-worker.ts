import { hash } from 'node:crypto';
import { EngineError } from '../../base/errors.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import { openDiskImage } from '../../images/open-disk-image.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import type { SharedClusterMap } from './cluster-map.ts';
import { runMember } from './node-crew-member.ts';

export interface VerifyWork {
  readonly image: string;
  /** The files of the chain by the names their children know them by. */
  readonly backing: Readonly<Record<string, string>>;
  readonly map: SharedClusterMap;
  readonly hashes: Uint8Array;
  /** Indexes of the clusters to check, ascending; null for all. */
  readonly chosen: Uint32Array | null;
  readonly perPiece: number;
}

export type VerifyMessage = { readonly damaged: { readonly offset: number; readonly length: number } };

await runMember<VerifyWork, VerifyMessage>(async ({ image: path, backing, map, hashes, chosen, perPiece }, member) => {
  const { control } = member;
  const { clusterSize, clusters, virtualSize } = map;
  const image = await openDiskImage(path, { blocking: true, hashed: true, findBacking: (recorded) => Promise.resolve(backing[recorded] ?? null) });
  const buffer = alignedBuffer(clusterSize * perPiece);
  const count = chosen?.length ?? clusters.length;
  const indexAt = (position: number): number => (chosen ? chosen[position]! : position);
  /** Reads a run of clusters; one at a time where the run has a damaged one in it. */
  const check = async (from: number, to: number): Promise<void> => {
    const offset = clusters[indexAt(from)]! * clusterSize;
    const length = Math.min((to - from) * clusterSize, virtualSize - offset);
    const bytes = buffer.subarray(0, length);
    try {
      await image.readInto(offset, bytes);
    } catch (error) {
      if (!(error instanceof EngineError) || (error.code !== 'image-cluster-corrupt' && error.code !== 'image-truncated')) throw error;
      if (to - from > 1) {
        for (let i = from; i < to; i++) await check(i, i + 1);
        return;
      }
      member.tell({ damaged: { offset, length } });
      return;
    }
    // The last cluster of a disk that is no multiple of it was hashed with zeros behind its end.
    buffer.fill(0, length, (to - from) * clusterSize);
    for (let i = from; i < to; i++) {
      const cluster = buffer.subarray((i - from) * clusterSize, (i - from + 1) * clusterSize);
      const index = indexAt(i);
      const same = hash('sha256', cluster, 'buffer').equals(hashes.subarray(index * SUM_BYTES, (index + 1) * SUM_BYTES));
      if (!same) member.tell({ damaged: { offset: clusters[index]! * clusterSize, length: clusterSize } });
    }
  };
  try {
    while (!control.stopped) {
      const piece = control.claim();
      let from = piece * perPiece;
      const end = Math.min(count, from + perPiece);
      if (from >= count) return;
      control.pace((end - from) * clusterSize);
      while (from < end) {
        let to = from + 1;
        while (to < end && clusters[indexAt(to)] === clusters[indexAt(to - 1)]! + 1) to++;
        await check(from, to);
        control.addDone((to - from) * clusterSize);
        from = to;
      }
    }
  } finally {
    await image.close();
  }
});

import { EngineError } from '../../base/errors.ts';
import type { Extent } from '../../base/extent.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import type { ExfatGeometry } from './geometry.ts';

/** Bytes of the FAT that are kept at hand: a chain mostly goes on near by. */
const WINDOW = 65_536;
const END_OF_CHAIN = 0xffffffff;

/**
 * Follows a chain of clusters through the FAT (exFAT specification, 4.1) and yields its bytes as extents, neighbours joined.
 * @param length where the chain may stop, in bytes; a chain that loops stops there as well
 * @throws EngineError `allocation-invalid` when it leads out of the volume or ends before `length` and must not
 */
export async function* clusterChain(
  source: BlockSource,
  geometry: ExfatGeometry,
  first: number,
  { length, mayEnd }: { readonly length: number; readonly mayEnd: boolean },
): AsyncGenerator<Extent> {
  const { clusterSize, clusters, heapOffset, fatOffset } = geometry;
  let window: Uint8Array = new Uint8Array(0);
  let windowAt = 0;
  const next = async (cluster: number): Promise<number> => {
    const at = cluster * 4;
    if (at < windowAt || at + 4 > windowAt + window.length) {
      windowAt = at - (at % WINDOW);
      window = await readBytes(source, fatOffset + windowAt, Math.min(WINDOW, (clusters + 2) * 4 - windowAt));
    }
    return new DataView(window.buffer, window.byteOffset).getUint32(at - windowAt, true);
  };

  let start = first;
  let count = 0;
  let left = length;
  for (let cluster = first; left > 0; ) {
    if (cluster === END_OF_CHAIN && mayEnd) break;
    if (cluster < 2 || cluster >= clusters + 2) throw new EngineError('allocation-invalid', { kind: 'exfat', reason: 'chain-broken' });
    if (cluster !== start + count) {
      yield { offset: heapOffset + (start - 2) * clusterSize, length: count * clusterSize };
      start = cluster;
      count = 0;
    }
    count++;
    left -= clusterSize;
    if (left > 0) cluster = await next(cluster);
  }
  if (count > 0) yield { offset: heapOffset + (start - 2) * clusterSize, length: count * clusterSize };
}

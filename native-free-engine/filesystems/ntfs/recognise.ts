import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { countBits, forEachPiece } from '../bitmap.ts';
import { optional } from '../optional.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { readGeometry, type NtfsGeometry } from './geometry.ts';
import { readRecord } from './mft.ts';
import { rootNames } from './root-directory.ts';
import { NTFS_ATTRIBUTE, NTFS_FILE } from './structs.ts';

/** A bitmap up to this size is counted: volumes up to 256 GiB in clusters of 4 KiB. */
const MAX_COUNTED_BITMAP = 8 * 1024 * 1024;

export async function recogniseNtfs({ source, head }: Volume): Promise<FileSystemFacts | null> {
  if (!hasText(head, 3, 'NTFS    ')) return null;
  const geometry = readGeometry(head);
  const names = await optional(() => rootNames(source, geometry), new Set<string>());
  return facts('ntfs', {
    label: await optional(() => readLabel(source, geometry), ''),
    uuid: geometry.serial.toString(16).toUpperCase().padStart(16, '0'),
    usedBytes: await optional(() => countUsed(source, geometry), null),
    holds: { windows: names.has('windows'), bootmgr: names.has('bootmgr'), linuxRoot: false },
  });
}

async function readLabel(source: BlockSource, geometry: NtfsGeometry): Promise<string> {
  const attributes = await readRecord(source, geometry, NTFS_FILE.volume);
  const value = attributes.find((a) => a.type === NTFS_ATTRIBUTE.volumeName)?.value;
  return value ? new TextDecoder('utf-16le').decode(value) : '';
}

async function countUsed(source: BlockSource, geometry: NtfsGeometry): Promise<number | null> {
  const needed = Math.ceil(geometry.clusters / 8);
  if (needed > MAX_COUNTED_BITMAP) return null;
  const attributes = await readRecord(source, geometry, NTFS_FILE.bitmap);
  const map = attributes.find((a) => a.type === NTFS_ATTRIBUTE.data && a.name === '');
  if (!map || map.size < needed) return null;

  let clustersLeft = geometry.clusters;
  let used = 0;
  const count = (piece: Uint8Array): void => {
    used += countBits(piece, Math.min(piece.length * 8, clustersLeft));
    clustersLeft -= Math.min(piece.length * 8, clustersLeft);
  };
  if (map.value) count(map.value);
  for (const { cluster, length } of map.runs) {
    if (cluster === null) return null;
    await forEachPiece(source, cluster * geometry.clusterSize, Math.min(length * geometry.clusterSize, Math.ceil(clustersLeft / 8)), count);
  }
  return clustersLeft === 0 ? used * geometry.clusterSize : null;
}

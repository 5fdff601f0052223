import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { trimText } from '../../struct/index.ts';
import { forEachPiece } from '../bitmap.ts';
import { optional } from '../optional.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { formatVolumeId } from '../volume-id.ts';
import { hasJump, readGeometry, type FatGeometry } from './geometry.ts';
import { ATTR_LONG_NAME, ATTR_VOLUME_LABEL, FSINFO_LEAD, FSINFO_STRUCT, FatDirEntry, FatFsInfo } from './structs.ts';

/** A FAT up to this size is counted; of a larger one FSInfo is believed. */
const MAX_COUNTED_FAT = 4 * 1024 * 1024;
/** The label is looked for in this much of the root directory: enough for 8,192 entries. */
const MAX_ROOT_BYTES = 256 * 1024;

/** FAT12, FAT16 and FAT32. */
export async function recogniseFat({ source, head }: Volume): Promise<FileSystemFacts | null> {
  if (head.length < 512 || !hasJump(head) || head[510] !== 0x55 || head[511] !== 0xaa) return null;
  const geometry = readGeometry(head);
  return facts(geometry.kind, {
    label: await optional(() => findLabel(source, geometry), ''),
    uuid: formatVolumeId(geometry.volumeId),
    usedBytes: await optional(() => countUsed(source, geometry), null),
  });
}

/** The label in the root directory is the one people see; the copy in the boot sector goes stale. */
async function findLabel(source: BlockSource, geometry: FatGeometry): Promise<string> {
  for await (const piece of rootPieces(source, geometry)) {
    for (let at = 0; at + FatDirEntry.size <= piece.length; at += FatDirEntry.size) {
      const first = piece[at];
      if (first === 0x00) return '';
      if (first === 0xe5) continue;
      const entry = FatDirEntry.read(piece, at);
      if ((entry.attributes & ATTR_LONG_NAME) === ATTR_LONG_NAME || !(entry.attributes & ATTR_VOLUME_LABEL)) continue;
      // 0x05 stands for a first byte of 0xE5, which would mean "deleted".
      return trimText(entry.name.replace(/^\x05/, '\xe5'));
    }
  }
  return '';
}

async function* rootPieces(source: BlockSource, geometry: FatGeometry): AsyncGenerator<Uint8Array> {
  if (geometry.kind !== 'fat32') {
    yield await readBytes(source, geometry.rootOffset, geometry.rootLength);
    return;
  }
  let cluster = geometry.rootCluster;
  // A chain that loops ends here as well: the bytes read are counted, not the clusters.
  for (let read = 0; read < MAX_ROOT_BYTES; read += geometry.clusterSize) {
    if (cluster < 2 || cluster >= geometry.clusters + 2) return;
    yield await readBytes(source, geometry.dataOffset + (cluster - 2) * geometry.clusterSize, geometry.clusterSize);
    const entry = await readBytes(source, geometry.fatOffset + cluster * 4, 4);
    cluster = new DataView(entry.buffer).getUint32(0, true) & 0x0fffffff;
  }
}

async function countUsed(source: BlockSource, geometry: FatGeometry): Promise<number | null> {
  const { kind, clusters, clusterSize, fatOffset, fatLength } = geometry;
  const bits = kind === 'fat12' ? 12 : kind === 'fat16' ? 16 : 32;
  const needed = Math.ceil(((clusters + 2) * bits) / 8);
  if (needed > fatLength) return null;
  if (needed > MAX_COUNTED_FAT) return usedFromFsInfo(source, geometry);

  let used = 0;
  if (kind === 'fat12') {
    const fat = await readBytes(source, fatOffset, needed);
    for (let cluster = 2; cluster < clusters + 2; cluster++) {
      const at = (cluster * 3) >> 1;
      const pair = (fat[at] ?? 0) | ((fat[at + 1] ?? 0) << 8);
      if (cluster & 1 ? pair >> 4 : pair & 0xfff) used++;
    }
    return used * clusterSize;
  }
  await forEachPiece(source, fatOffset, needed, (piece, position) => {
    const view = new DataView(piece.buffer);
    const width = bits / 8;
    for (let at = position === 0 ? 2 * width : 0; at + width <= piece.length; at += width) {
      const entry = width === 2 ? view.getUint16(at, true) : view.getUint32(at, true) & 0x0fffffff;
      if (entry) used++;
    }
  });
  return used * clusterSize;
}

async function usedFromFsInfo(source: BlockSource, geometry: FatGeometry): Promise<number | null> {
  if (geometry.fsInfoOffset === 0) return null;
  const info = FatFsInfo.read(await readBytes(source, geometry.fsInfoOffset, FatFsInfo.size));
  const sound = info.leadSignature === FSINFO_LEAD && info.structSignature === FSINFO_STRUCT && info.freeClusters <= geometry.clusters;
  return sound ? (geometry.clusters - info.freeClusters) * geometry.clusterSize : null;
}

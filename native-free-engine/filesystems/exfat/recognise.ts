import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { countBits, forEachPiece } from '../bitmap.ts';
import { optional } from '../optional.ts';
import { formatVolumeId } from '../volume-id.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { EXFAT_ENTRY, EXFAT_NAME, ExfatBitmapEntry, ExfatBootSector, ExfatLabelEntry } from './structs.ts';

/** A bitmap up to this size is counted (4 TiB in clusters of 128 KiB); of a larger one the percentage is believed. */
const MAX_COUNTED_BITMAP = 4 * 1024 * 1024;
const MAX_ROOT_BYTES = 256 * 1024;

type Boot = ReturnType<typeof ExfatBootSector.read>;

export async function recogniseExfat({ source, head }: Volume): Promise<FileSystemFacts | null> {
  if (!hasText(head, 3, EXFAT_NAME)) return null;
  const boot = ExfatBootSector.read(head);
  const root = await optional(() => readRoot(source, boot), { label: '', bitmapOffset: 0 });
  return facts('exfat', {
    label: root.label,
    uuid: formatVolumeId(boot.volumeSerial),
    usedBytes: await optional(() => countUsed(source, boot, root.bitmapOffset), null),
  });
}

const sectorSizeOf = (boot: Boot): number => 2 ** boot.bytesPerSectorShift;
const clusterSizeOf = (boot: Boot): number => 2 ** (boot.bytesPerSectorShift + boot.sectorsPerClusterShift);
const clusterOffset = (boot: Boot, cluster: number): number => boot.clusterHeapOffset * sectorSizeOf(boot) + (cluster - 2) * clusterSizeOf(boot);

/** Label and allocation bitmap: the formatter puts both at the very start of the root directory. */
async function readRoot(source: BlockSource, boot: Boot): Promise<{ label: string; bitmapOffset: number }> {
  let label = '';
  let bitmapOffset = 0;
  const root = await readBytes(source, clusterOffset(boot, boot.rootCluster), Math.min(clusterSizeOf(boot), MAX_ROOT_BYTES));
  for (let at = 0; at + 32 <= root.length; at += 32) {
    const type = root[at];
    if (type === EXFAT_ENTRY.end) break;
    if (type === EXFAT_ENTRY.label) {
      const entry = ExfatLabelEntry.read(root, at);
      label = entry.label.slice(0, entry.characters);
    } else if (type === EXFAT_ENTRY.bitmap) {
      const entry = ExfatBitmapEntry.read(root, at);
      const sound = (entry.flags & 1) === 0 && entry.firstCluster >= 2 && toSafeInt(entry.length, 'ExfatBitmapEntry.length') >= boot.clusterCount / 8;
      if (sound) bitmapOffset = clusterOffset(boot, entry.firstCluster);
    }
  }
  return { label, bitmapOffset };
}

async function countUsed(source: BlockSource, boot: Boot, bitmapOffset: number): Promise<number | null> {
  const length = Math.ceil(boot.clusterCount / 8);
  if (bitmapOffset === 0 || length > MAX_COUNTED_BITMAP) {
    if (boot.percentInUse > 100) return null;
    return Math.round((boot.clusterCount * boot.percentInUse) / 100) * clusterSizeOf(boot);
  }
  let used = 0;
  await forEachPiece(source, bitmapOffset, length, (piece, position) => {
    used += countBits(piece, Math.min(piece.length * 8, boot.clusterCount - position * 8));
  });
  return used * clusterSizeOf(boot);
}

import { throwIfAborted } from '../../base/abort.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { AllocationReader } from '../allocation-types.ts';
import { forEachPiece } from '../bitmap.ts';
import { checkBackup, checkFolders } from './cross-checks.ts';
import { readGeometry, type FatGeometry } from './geometry.ts';

const BOOT_SECTOR_BYTES = 512;

/** How the entries of each kind of FAT look (fatgen103, section 4). */
const ENTRIES = {
  fat12: { bits: 12, reserved: 0xff0, bad: 0xff7, clean: 0 },
  fat16: { bits: 16, reserved: 0xfff0, bad: 0xfff7, clean: 0xc000 },
  fat32: { bits: 32, reserved: 0x0ffffff0, bad: 0x0ffffff7, clean: 0x0c000000 },
} as const;

const invalid = (kind: string, reason: string): EngineError => new EngineError('allocation-invalid', { kind, reason });

/**
 * FAT12, FAT16 and FAT32: everything before cluster 2, and each cluster whose entry in the FAT in use is neither free nor
 * marked bad. `dirty` stands for an unclean shutdown and for disk errors met by a driver, both of which are told by the
 * second entry (fatgen103, section 4.2), and for the mark that Linux and Windows NT leave in the boot sector.
 *
 * The fingerprint covers boot sector, FSInfo, FAT and the start of the root directory. A driver that rewrites a file in a
 * folder in place and leaves no mark of having mounted the volume is not seen by it: FAT keeps no account of that.
 * @throws EngineError as {@link AllocationReader}
 */
export const fatAllocation: AllocationReader = async (source, { signal }) => {
  const boot = await readBytes(source, 0, Math.min(source.size, BOOT_SECTOR_BYTES));
  const geometry = readGeometry(boot);
  const { kind, clusters, clusterSize, dataOffset, fatOffset, fatLength } = geometry;
  const fatBytes = Math.ceil(((clusters + 2) * ENTRIES[kind].bits) / 8);
  if (geometry.length > source.size) throw invalid(kind, 'larger-than-partition');
  if (fatBytes > fatLength) throw invalid(kind, 'fat-too-short');
  if (kind === 'fat32' && (geometry.rootCluster < 2 || geometry.rootCluster >= clusters + 2)) throw invalid(kind, 'root-directory');

  const hasher = createHasher('sha256');
  hasher.update(boot);
  if (geometry.fsInfoOffset > 0 && geometry.fsInfoOffset < dataOffset) {
    hasher.update(await readBytes(source, geometry.fsInfoOffset, BOOT_SECTOR_BYTES));
  }
  const root = await rootDirectory();
  hasher.update(root);
  await checkBackup(source, geometry);
  await checkFolders(source, geometry, root);

  const used = new ExtentBuilder();
  used.add(0, dataOffset);
  const scan = new FatScan(geometry, (first, count) => used.add(dataOffset + (first - 2) * clusterSize, count * clusterSize));
  await forEachPiece(source, fatOffset, fatBytes, (piece) => {
    throwIfAborted(signal);
    hasher.update(piece);
    scan.add(piece);
  });
  scan.end();

  return {
    unit: clusterSize,
    used: used.build(),
    leftOut: [],
    conditions: geometry.dirty || scan.dirty ? ['dirty'] : [],
    fingerprint: hasher.hex(),
  };

  function rootDirectory(): Promise<Uint8Array> {
    if (kind !== 'fat32') return readBytes(source, geometry.rootOffset, geometry.rootLength);
    return readBytes(source, dataOffset + (geometry.rootCluster - 2) * clusterSize, clusterSize);
  }
};

/** Finds the runs of used clusters in a FAT that comes piece by piece. Pieces end between entries; a FAT12 is one piece. */
class FatScan {
  dirty = false;
  readonly #geometry: FatGeometry;
  readonly #visit: (first: number, count: number) => void;
  #cluster = 0;
  #start = -1;

  constructor(geometry: FatGeometry, visit: (first: number, count: number) => void) {
    this.#geometry = geometry;
    this.#visit = visit;
  }

  /** @throws EngineError `allocation-invalid` for entries that a FAT in its place cannot have */
  add(piece: Uint8Array): void {
    const { kind, media } = this.#geometry;
    const { bits, reserved, bad, clean } = ENTRIES[kind];
    const limit = this.#geometry.clusters + 2;
    const read = entryReader(kind, piece);
    const count = Math.min(Math.floor((piece.length * 8) / bits), limit - this.#cluster);
    for (let i = 0; i < count; i++, this.#cluster++) {
      const entry = read(i);
      if (this.#cluster < 2) {
        if (this.#cluster === 0 && (entry & 0xff) !== media) throw invalid(kind, 'fat-without-media');
        if (this.#cluster === 1) this.dirty = (entry & clean) !== clean;
        continue;
      }
      const isUsed = entry !== 0 && entry !== bad;
      if (entry >= limit && entry < reserved) throw invalid(kind, 'chain-outside');
      if (isUsed === this.#start >= 0) continue;
      if (isUsed) this.#start = this.#cluster;
      else this.end();
    }
  }

  end(): void {
    if (this.#start >= 0) this.#visit(this.#start, this.#cluster - this.#start);
    this.#start = -1;
  }
}

function entryReader(kind: FatGeometry['kind'], piece: Uint8Array): (index: number) => number {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  if (kind === 'fat16') return (i) => view.getUint16(i * 2, true);
  if (kind === 'fat32') return (i) => view.getUint32(i * 4, true) & 0x0fffffff;
  return (i) => {
    const at = (i * 3) >> 1;
    const pair = (piece[at] ?? 0) | ((piece[at + 1] ?? 0) << 8);
    return i & 1 ? pair >> 4 : pair & 0xfff;
  };
}

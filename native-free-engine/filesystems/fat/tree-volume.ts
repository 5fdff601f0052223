import { endOf, type Extent } from '../../base/extent.ts';
import { checkRange } from '../../io/bounds.ts';
import { OpenFiles } from '../../io/open-files.ts';
import type { FileTree } from '../../io/file-tree.ts';
import type { BlockSource } from '../../io/types.ts';
import { fatLabel } from '../label.ts';
import { BACKUP_SECTOR, bootSectors, MEDIA_FIXED, ROOT_CLUSTER } from './boot-sectors.ts';
import { folderBytes } from './folder-bytes.ts';
import { planFat32, type Fat32Plan } from './plan.ts';
import { planFatTree, type FatTreePlan, type PlacedFile, type PlacedFolder } from './tree-plan.ts';

export interface FatTreeOptions {
  /** At most eleven characters of ASCII; '' for none. */
  readonly label: string;
  /** The serial number, 32 bits. */
  readonly volumeId: number;
  /** The date of what has none. */
  readonly now: Date;
  readonly bootCode?: Uint8Array | undefined;
}

/** A FAT32 volume that holds a tree. Nothing of it exists until it is read: the structures are worked out, the files come from where they are. */
export interface FatTreeVolume extends BlockSource {
  readonly plan: Fat32Plan;
  /** Bytes from the start that hold anything; what follows is free. */
  readonly usedBytes: number;
  /** Whose byte this is: the path of a file or folder, or null for the structures of the volume. */
  pathAt(offset: number): string | null;
  /** Every file in order of its place in the volume, empty ones last; bytes. */
  files(): Iterable<{ readonly path: string; readonly offset: number; readonly length: number }>;
}

const END_OF_CHAIN = 0x0fffffff;

/**
 * Plans a FAT32 volume with the files of `tree` in it (fatgen103), every file in one piece, one after the other.
 * Reading it from its start to `usedBytes` reads each file once, in order.
 * @param partition where on its disk it will lie, bytes
 * @throws EngineError what `planFat32` and `planFatTree` throw, before anything is read
 */
export function fatTreeVolume(tree: FileTree, partition: Extent, sectorSize: number, options: FatTreeOptions): FatTreeVolume {
  const label = fatLabel(options.label);
  const plan = planFat32(partition.length, sectorSize);
  const placed = planFatTree(tree, plan, label !== '');
  const boot = bootSectors(plan, {
    partitionOffset: partition.offset, label, volumeId: options.volumeId, usedClusters: placed.usedClusters, bootCode: options.bootCode,
  });
  return new TreeVolume(plan, placed, boot, (folder, clusterSize) => folderBytes(folder, clusterSize, label, options.now));
}

class TreeVolume implements FatTreeVolume {
  readonly plan: Fat32Plan;
  readonly size: number;
  readonly sectorSize: number;
  readonly usedBytes: number;
  readonly #placed: FatTreePlan;
  readonly #boot: Uint8Array;
  readonly #contentsOf: (folder: PlacedFolder, clusterSize: number) => Uint8Array;
  readonly #clusterSize: number;
  readonly #fatAt: number;
  readonly #fatLength: number;
  readonly #dataAt: number;
  /** The last cluster of each file and folder, in order: where a chain ends. */
  readonly #ends: Uint32Array;
  /** Folders and files in order of their clusters. */
  readonly #nodes: readonly (PlacedFolder | PlacedFile)[];
  readonly #files = new OpenFiles();
  #lastFolder: { readonly folder: PlacedFolder; readonly bytes: Uint8Array } | null = null;

  constructor(plan: Fat32Plan, placed: FatTreePlan, boot: Uint8Array, contentsOf: (folder: PlacedFolder, clusterSize: number) => Uint8Array) {
    this.plan = plan;
    this.#placed = placed;
    this.#boot = boot;
    this.#contentsOf = contentsOf;
    this.sectorSize = plan.sectorSize;
    this.size = plan.totalSectors * plan.sectorSize;
    this.#clusterSize = plan.sectorsPerCluster * plan.sectorSize;
    this.#fatAt = plan.reservedSectors * plan.sectorSize;
    this.#fatLength = plan.fatSectors * plan.sectorSize;
    this.#dataAt = this.#fatAt + 2 * this.#fatLength;
    this.usedBytes = this.#dataAt + placed.usedClusters * this.#clusterSize;
    this.#nodes = [...placed.folders, ...placed.files];
    this.#ends = Uint32Array.from(this.#nodes, ({ cluster, clusters }) => cluster + clusters - 1);
  }

  pathAt(offset: number): string | null {
    if (offset < this.#dataAt || offset >= this.usedBytes) return null;
    return this.#nodeAt(offset)?.entry?.path ?? null;
  }

  *files(): Iterable<{ readonly path: string; readonly offset: number; readonly length: number }> {
    for (const { entry, cluster } of this.#placed.files) yield { path: entry.path, offset: this.#dataAt + (cluster - ROOT_CLUSTER) * this.#clusterSize, length: entry.size };
    // Those with nothing in them lie nowhere.
    for (const folder of this.#placed.folders) for (const { entry, clusters } of folder.files) if (clusters === 0) yield { path: entry.path, offset: this.usedBytes, length: 0 };
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange('fat32', offset, buffer.length, this.size);
    for (let done = 0; done < buffer.length; ) {
      const at = offset + done;
      const rest = buffer.subarray(done);
      if (at < this.#fatAt) done += this.#readReserved(at, rest.subarray(0, this.#fatAt - at));
      else if (at < this.#dataAt) {
        const within = (at - this.#fatAt) % this.#fatLength;
        done += this.#readFat(within, rest.subarray(0, this.#fatLength - within));
      } else done += await this.#readData(at, rest);
    }
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #readReserved(at: number, target: Uint8Array): number {
    target.fill(0);
    for (const start of [0, BACKUP_SECTOR * this.sectorSize]) copyOverlap(this.#boot, start, target, at);
    return target.length;
  }

  /** Entry by entry: each cluster in use leads to the next one, but for the last of each file. Bytes from any offset. */
  #readFat(at: number, target: Uint8Array): number {
    const first = Math.floor(at / 4);
    const last = Math.ceil((at + target.length) / 4);
    const entries = new Uint8Array((last - first) * 4);
    const view = new DataView(entries.buffer);
    const limit = ROOT_CLUSTER + this.#placed.usedClusters;
    let end = lowerBound(this.#ends, Math.max(first, ROOT_CLUSTER));
    for (let cluster = first; cluster < Math.min(last, limit); cluster++) {
      let value = cluster + 1;
      if (cluster === 0) value = 0x0fffff00 | MEDIA_FIXED;
      else if (cluster === 1) value = END_OF_CHAIN;
      else if (cluster === this.#ends[end]) {
        value = END_OF_CHAIN;
        end++;
      }
      view.setUint32((cluster - first) * 4, value, true);
    }
    target.set(entries.subarray(at - first * 4, at - first * 4 + target.length));
    return target.length;
  }

  /** What lies in one file or folder from `at` on, or zeros behind all of them. */
  async #readData(at: number, rest: Uint8Array): Promise<number> {
    const node = at < this.usedBytes ? this.#nodeAt(at) : undefined;
    if (!node) {
      rest.fill(0);
      return rest.length;
    }
    const start = this.#dataAt + (node.cluster - ROOT_CLUSTER) * this.#clusterSize;
    const target = rest.subarray(0, Math.min(rest.length, start + node.clusters * this.#clusterSize - at));
    if ('folders' in node) copyOverlap(this.#folder(node), start, target, at);
    else {
      const length = Math.max(0, Math.min(target.length, start + node.entry.size - at));
      if (length > 0) await this.#files.read(node.entry, at - start, target.subarray(0, length));
      target.fill(0, length);
    }
    return target.length;
  }

  #folder(folder: PlacedFolder): Uint8Array {
    if (this.#lastFolder?.folder !== folder) this.#lastFolder = { folder, bytes: this.#contentsOf(folder, this.#clusterSize) };
    return this.#lastFolder.bytes;
  }

  #nodeAt(offset: number): PlacedFolder | PlacedFile | undefined {
    return this.#nodes[lowerBound(this.#ends, ROOT_CLUSTER + Math.floor((offset - this.#dataAt) / this.#clusterSize))];
  }
}

/** Copies what `bytes`, lying at `start`, has in common with `target`, lying at `at`. */
function copyOverlap(bytes: Uint8Array, start: number, target: Uint8Array, at: number): void {
  const from = Math.max(start, at);
  const to = Math.min(endOf({ offset: start, length: bytes.length }), at + target.length);
  if (to > from) target.set(bytes.subarray(from - start, to - start), from - at);
}

/** Index of the first value that is not less than `wanted`. */
function lowerBound(values: Uint32Array, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

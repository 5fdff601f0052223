import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import {
  compressedOffsetBits, FLAG_COPIED, L2_COMPRESSED, L2_ZERO, MAX_BACKING_NAME, MAX_L1_BYTES, MAX_REFCOUNT_TABLE_BYTES, QCOW2_COMPRESSION, QCOW2_EXTENSION,
  QCOW2_INCOMPATIBLE, QCOW2_MAGIC, Qcow2Header, Qcow2HeaderExtension,
} from './structs.ts';

/** Values of {@link StoredClusters.lengths} that are no length of packed data. */
export const STORED = {
  /** Nothing: the cluster reads from the backing file, or as zeros where there is none. */
  none: 0,
  /** The whole cluster as it is, at an offset that is a multiple of the cluster size. */
  plain: 0xffff_fffe,
  /** Reads as zeros, whatever the backing file holds. */
  zero: 0xffff_ffff,
} as const;

/** Where the clusters of a disk were put in the file. */
export interface StoredClusters {
  /** Numbers of clusters of the disk, ascending. */
  readonly clusters: Float64Array;
  /** For each, the byte offset in the file. */
  readonly offsets: Float64Array;
  /** For each, the bytes of its packed data, or one of {@link STORED}. */
  readonly lengths: Uint32Array;
}

export interface Qcow2Description {
  /** Of the disk, bytes. */
  readonly virtualSize: number;
  readonly clusterBits: number;
  readonly stored: StoredClusters;
  /** End of the data in the file, bytes; the tables follow. */
  readonly dataEnd: number;
  /** 16 bytes. */
  readonly imageId: Uint8Array;
  readonly backing: { readonly name: string; readonly format: 'qcow2' | 'raw' } | null;
}

/** An L2 table's entries are 8 bytes, a refcount 2. */
const ENTRY_BYTES = 8;
const REFCOUNT_BYTES = 2;

/**
 * Writes the tables and the header of a qcow2 version 3 image (QEMU, docs/interop/qcow2.txt) whose data clusters are
 * in place, the header last: until then the file is no image. Holds one L2 table and the refcounts in memory.
 * @returns the size of the file in bytes
 * @throws EngineError `disk-too-large` when the disk has more clusters than QEMU opens
 */
export async function writeQcow2Index(description: Qcow2Description, write: (offset: number, data: Uint8Array) => Promise<void> | void): Promise<number> {
  const { virtualSize, clusterBits, stored } = description;
  const clusterSize = 2 ** clusterBits;
  const perL2 = clusterSize / ENTRY_BYTES;
  const l1Size = Math.max(1, Math.ceil(Math.ceil(virtualSize / clusterSize) / perL2));
  if (l1Size * ENTRY_BYTES > MAX_L1_BYTES) throw tooLarge(virtualSize, (MAX_L1_BYTES / ENTRY_BYTES) * perL2 * clusterSize);

  const tables = l2Ranges(stored.clusters, perL2);
  let next = alignUp(description.dataEnd, clusterSize) / clusterSize;
  const l2At = next;
  next += tables.length;
  const l1At = next;
  next += Math.ceil((l1Size * ENTRY_BYTES) / clusterSize);
  const refcountsAt = next;
  const perBlock = clusterSize / REFCOUNT_BYTES;
  // The refcounts count themselves.
  let blocks = 0;
  let tableClusters = 0;
  for (let before = -1; before !== blocks + tableClusters; ) {
    before = blocks + tableClusters;
    blocks = Math.ceil((refcountsAt + before) / perBlock);
    tableClusters = Math.ceil((blocks * ENTRY_BYTES) / clusterSize);
  }
  if (tableClusters * clusterSize > Math.max(MAX_REFCOUNT_TABLE_BYTES, clusterSize)) throw tooLarge(virtualSize, virtualSize);
  const refcountTableAt = refcountsAt + blocks;
  const end = refcountTableAt + tableClusters;

  const refcounts = new Uint16Array(blocks * perBlock);
  refcounts[0] = 1;
  refcounts.fill(1, l2At, end);
  const l1 = new Uint8Array(alignUp(l1Size * ENTRY_BYTES, clusterSize));
  const l1View = new DataView(l1.buffer);
  for (const [index, table] of tables.entries()) {
    await write((l2At + index) * clusterSize, l2Table(stored, table, perL2, clusterBits, refcounts));
    l1View.setBigUint64(table.number * ENTRY_BYTES, FLAG_COPIED | BigInt((l2At + index) * clusterSize));
  }
  await write(l1At * clusterSize, l1);

  const counts = new Uint8Array(refcounts.buffer);
  if (littleEndian) swapPairs(counts);
  await write(refcountsAt * clusterSize, counts);
  const table = new Uint8Array(tableClusters * clusterSize);
  const tableView = new DataView(table.buffer);
  for (let i = 0; i < blocks; i++) tableView.setBigUint64(i * ENTRY_BYTES, BigInt((refcountsAt + i) * clusterSize));
  await write(refcountTableAt * clusterSize, table);

  await write(0, header(description, l1Size, l1At * clusterSize, refcountTableAt * clusterSize, tableClusters));
  return end * clusterSize;
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

interface L2Range {
  /** Index in the L1 table. */
  readonly number: number;
  /** Half-open range of the list of stored clusters. */
  readonly from: number;
  readonly to: number;
}

/** The L2 tables that hold anything. */
function l2Ranges(clusters: Float64Array, perL2: number): L2Range[] {
  const ranges: L2Range[] = [];
  for (let from = 0; from < clusters.length; ) {
    const number = Math.floor(clusters[from]! / perL2);
    let to = from + 1;
    while (to < clusters.length && clusters[to]! < (number + 1) * perL2) to++;
    ranges.push({ number, from, to });
    from = to;
  }
  return ranges;
}

function l2Table({ clusters, offsets, lengths }: StoredClusters, range: L2Range, perL2: number, clusterBits: number, refcounts: Uint16Array): Uint8Array {
  const clusterSize = 2 ** clusterBits;
  const sectorShift = BigInt(compressedOffsetBits(clusterBits));
  const table = new Uint8Array(perL2 * ENTRY_BYTES);
  const view = new DataView(table.buffer);
  for (let i = range.from; i < range.to; i++) {
    const length = lengths[i]!;
    if (length === STORED.none) continue;
    const at = (clusters[i]! - range.number * perL2) * ENTRY_BYTES;
    const offset = offsets[i]!;
    if (length === STORED.zero) {
      view.setBigUint64(at, L2_ZERO);
    } else if (length === STORED.plain) {
      view.setBigUint64(at, FLAG_COPIED | BigInt(offset));
      refcounts[offset / clusterSize] = 1;
    } else {
      const firstSector = Math.floor(offset / 512);
      const lastSector = Math.floor((offset + length - 1) / 512);
      view.setBigUint64(at, L2_COMPRESSED | (BigInt(lastSector - firstSector) << sectorShift) | BigInt(offset));
      // Each packed cluster counts once in every host cluster that its sectors touch.
      const last = Math.floor((lastSector * 512) / clusterSize);
      for (let host = Math.floor((firstSector * 512) / clusterSize); host <= last; host++) refcounts[host] = refcounts[host]! + 1;
    }
  }
  return table;
}

function header(description: Qcow2Description, l1Size: number, l1Offset: number, refcountTableOffset: number, refcountTableClusters: number): Uint8Array {
  const clusterSize = 2 ** description.clusterBits;
  const { backing } = description;
  const name = backing ? new TextEncoder().encode(backing.name) : new Uint8Array(0);
  if (name.length > MAX_BACKING_NAME) throw new EngineError('image-name-invalid', { name: backing?.name ?? '', reason: `name-too-long ${MAX_BACKING_NAME}` });
  const out = new Uint8Array(clusterSize);
  let at = Qcow2Header.size;
  const extension = (type: number, data: Uint8Array): void => {
    Qcow2HeaderExtension.write({ type, length: data.length }, out, at);
    out.set(data, at + Qcow2HeaderExtension.size);
    at += Qcow2HeaderExtension.size + alignUp(data.length, 8);
  };
  if (backing) extension(QCOW2_EXTENSION.backingFormat, new TextEncoder().encode(backing.format));
  extension(QCOW2_EXTENSION.imageId, description.imageId);
  extension(QCOW2_EXTENSION.end, new Uint8Array(0));
  out.set(name, at);
  Qcow2Header.write(
    {
      magic: QCOW2_MAGIC, version: 3, backingFileOffset: BigInt(backing ? at : 0), backingFileSize: name.length, clusterBits: description.clusterBits,
      size: BigInt(description.virtualSize), cryptMethod: 0, l1Size, l1TableOffset: BigInt(l1Offset), refcountTableOffset: BigInt(refcountTableOffset),
      refcountTableClusters, nbSnapshots: 0, snapshotsOffset: 0n, incompatibleFeatures: QCOW2_INCOMPATIBLE.compressionType, compatibleFeatures: 0n,
      autoclearFeatures: 0n, refcountOrder: 4, headerLength: Qcow2Header.size, compressionType: QCOW2_COMPRESSION.zstd, padding: new Uint8Array(7),
    },
    out,
  );
  return out;
}

function swapPairs(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i += 2) {
    const first = bytes[i]!;
    bytes[i] = bytes[i + 1]!;
    bytes[i + 1] = first;
  }
}

const tooLarge = (size: number, maximum: number): EngineError => new EngineError('disk-too-large', { size, maximum });

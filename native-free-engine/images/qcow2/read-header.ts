import type { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import {
  MAX_BACKING_NAME, MAX_CLUSTER_BITS, MAX_L1_BYTES, MAX_REFCOUNT_TABLE_BYTES, MIN_CLUSTER_BITS, QCOW2_COMPRESSION, QCOW2_EXTENSION,
  QCOW2_INCOMPATIBLE, QCOW2_MAGIC, Qcow2Header, Qcow2HeaderExtension, Qcow2HeaderV2,
} from './structs.ts';

export interface Qcow2Info {
  readonly version: 2 | 3;
  /** Bytes. */
  readonly clusterSize: number;
  /** Of the disk, bytes. */
  readonly virtualSize: number;
  /** How clusters that are compressed are; says nothing about whether any is. */
  readonly compression: 'deflate' | 'zstd';
  /** `format` is null when the image does not say. */
  readonly backing: { readonly name: string; readonly format: string | null } | null;
  /** Header extensions by their type. */
  readonly extensions: ReadonlyMap<number, Uint8Array>;
  /** In the file, bytes. */
  readonly l1Offset: number;
  readonly l1Entries: number;
}

const MAX_EXTENSIONS = 64;

/**
 * What the first cluster of a qcow2 file says, checked against itself and the file's size.
 * Costs one small read, whatever the size of the image.
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported`
 */
export async function readQcow2Header(file: BlockSource, path: string): Promise<Qcow2Info> {
  const head = await readBytes(file, 0, Math.min(file.size, 4096));
  const corrupt = (detail: string): EngineError => imageCorrupt('qcow2', path, detail);
  if (head.length < Qcow2HeaderV2.size) throw imageTruncated('qcow2', path, 'header');
  const common = Qcow2HeaderV2.read(head);
  if (common.magic !== QCOW2_MAGIC) throw corrupt('magic');
  const { version, clusterBits } = common;
  if (version !== 2 && version !== 3) throw imageUnsupported(path, `qcow version ${version}`);
  if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) throw corrupt('cluster_bits');
  if (common.cryptMethod !== 0) throw imageUnsupported(path, 'encryption');
  const clusterSize = 2 ** clusterBits;
  const first = clusterSize <= head.length ? head.subarray(0, clusterSize) : await readBytes(file, 0, Math.min(file.size, clusterSize));

  const v3 = version === 3 ? readVersion3(first, path) : null;
  const extensionsAt = v3?.headerLength ?? Qcow2HeaderV2.size;
  const backingAt = common.backingFileOffset;
  if (backingAt !== 0n && (backingAt < BigInt(extensionsAt) || backingAt > BigInt(clusterSize))) throw corrupt('backing_file_offset');
  const extensions = readExtensions(first.subarray(0, backingAt === 0n ? first.length : Number(backingAt)), extensionsAt, path);
  if (v3) checkFeatures(v3.incompatible, extensions, path);
  const compression = compressionOf(v3, path);
  const backing = backingAt === 0n ? null : { name: readName(first, Number(backingAt), common.backingFileSize, path), format: textOf(extensions.get(QCOW2_EXTENSION.backingFormat)) };

  const offset = (value: bigint, length: number, field: string): number => {
    if (value % BigInt(clusterSize) !== 0n || value === 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(field);
    if (Number(value) + length > file.size) throw imageTruncated('qcow2', path, field);
    return Number(value);
  };
  if (common.size > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt('size');
  const virtualSize = Number(common.size);
  const perL1Entry = clusterSize * (clusterSize / 8);
  const l1Entries = Math.ceil(virtualSize / perL1Entry);
  if (common.l1Size < l1Entries || common.l1Size * 8 > MAX_L1_BYTES) throw corrupt('l1_size');
  if (common.refcountTableClusters === 0 || common.refcountTableClusters * clusterSize > MAX_REFCOUNT_TABLE_BYTES) throw corrupt('refcount_table_clusters');
  const refcountsBytes = common.refcountTableClusters * clusterSize;
  const refcountsOffset = offset(common.refcountTableOffset, refcountsBytes, 'refcount_table_offset');
  const l1Offset = common.l1Size === 0 ? 0 : offset(common.l1TableOffset, common.l1Size * 8, 'l1_table_offset');
  // Taken for one another they would make a disk of nonsense without any fault.
  if (l1Offset < refcountsOffset + refcountsBytes && refcountsOffset < l1Offset + common.l1Size * 8) throw corrupt('l1_table_offset');
  return { version, clusterSize, virtualSize, compression, backing, extensions, l1Offset, l1Entries };
}

interface Version3 {
  readonly incompatible: bigint;
  readonly headerLength: number;
  readonly compressionType: number;
}

function readVersion3(first: Uint8Array, path: string): Version3 {
  if (first.length < Qcow2Header.size) throw imageTruncated('qcow2', path, 'header');
  const { incompatibleFeatures, refcountOrder, headerLength, compressionType } = Qcow2Header.read(first);
  if (headerLength < 104 || headerLength % 8 !== 0 || headerLength > first.length) throw imageCorrupt('qcow2', path, 'header_length');
  if (refcountOrder > 6) throw imageCorrupt('qcow2', path, 'refcount_order');
  return { incompatible: incompatibleFeatures, headerLength, compressionType: headerLength > 104 ? compressionType : QCOW2_COMPRESSION.deflate };
}

function compressionOf(v3: Version3 | null, path: string): 'deflate' | 'zstd' {
  if (!v3) return 'deflate';
  const flagged = (v3.incompatible & QCOW2_INCOMPATIBLE.compressionType) !== 0n;
  if (flagged !== (v3.compressionType !== QCOW2_COMPRESSION.deflate)) throw imageCorrupt('qcow2', path, 'compression_type');
  if (!flagged) return 'deflate';
  if (v3.compressionType !== QCOW2_COMPRESSION.zstd) throw imageUnsupported(path, `compression type ${v3.compressionType}`);
  return 'zstd';
}

/** What a reader that only reads must know. */
const HARMLESS = QCOW2_INCOMPATIBLE.dirty | QCOW2_INCOMPATIBLE.compressionType;

function checkFeatures(incompatible: bigint, extensions: ReadonlyMap<number, Uint8Array>, path: string): void {
  if (incompatible & QCOW2_INCOMPATIBLE.corrupt) throw imageCorrupt('qcow2', path, 'marked corrupt');
  if (incompatible & QCOW2_INCOMPATIBLE.externalDataFile) throw imageUnsupported(path, 'an external data file');
  if (incompatible & QCOW2_INCOMPATIBLE.extendedL2) throw imageUnsupported(path, 'extended L2 entries');
  const unknown = incompatible & ~HARMLESS;
  for (let bit = 0; bit < 64; bit++) {
    if (unknown & (1n << BigInt(bit))) throw imageUnsupported(path, featureName(bit, extensions.get(QCOW2_EXTENSION.featureNames)) ?? `incompatible feature ${bit}`);
  }
}

/** From the table of names that an image may carry: 1 byte type (0 incompatible), 1 byte bit number, 46 bytes name. */
function featureName(bit: number, table: Uint8Array | undefined): string | null {
  for (let at = 0; table && at + 48 <= table.length; at += 48) {
    if (table[at] === 0 && table[at + 1] === bit) return textOf(table.subarray(at + 2, at + 48))?.replace(/[^\x20-\x7e]/g, '') || null;
  }
  return null;
}

function readExtensions(head: Uint8Array, from: number, path: string): ReadonlyMap<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  let at = from;
  for (let count = 0; at + Qcow2HeaderExtension.size <= head.length; count++) {
    const { type, length } = Qcow2HeaderExtension.read(head, at);
    if (type === QCOW2_EXTENSION.end) break;
    at += Qcow2HeaderExtension.size;
    if (count === MAX_EXTENSIONS || length > head.length - at) throw imageCorrupt('qcow2', path, 'header extension');
    extensions.set(type, head.slice(at, at + length));
    at += alignUp(length, 8);
  }
  return extensions;
}

function readName(first: Uint8Array, at: number, length: number, path: string): string {
  if (length === 0 || length > MAX_BACKING_NAME || at + length > first.length) throw imageCorrupt('qcow2', path, 'backing_file_size');
  return new TextDecoder().decode(first.subarray(at, at + length));
}

function textOf(data: Uint8Array | undefined): string | null {
  if (!data) return null;
  const zero = data.indexOf(0);
  return new TextDecoder().decode(zero < 0 ? data : data.subarray(0, zero));
}

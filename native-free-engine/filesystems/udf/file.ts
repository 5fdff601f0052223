import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { checkRange } from '../../io/bounds.ts';
import { extentsSource, type FilePiece } from '../../io/extents-source.ts';
import { memoryDevice } from '../../io/memory.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { placeOf, type UdfAddress } from './address.ts';
import { UDF_EXTENT, UDF_TAG, UdfAllocationExtent, UdfExtendedFileEntryRest, UdfFileEntry, UdfFileEntryRest } from './structs.ts';
import { expectTag } from './tag.ts';
import { udfDate } from './timestamp.ts';
import type { UdfVolume } from './volume.ts';

/** What a file entry says. */
export interface UdfFile {
  readonly type: number;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: Date | null;
  readonly contents: BlockSource;
  /** The byte of the disc where the contents begin. */
  readonly place: number;
  /** Allocation descriptors that were read for it. */
  readonly descriptors: number;
}

/** Of one file: a terabyte in extents of 1 GiB takes 1024; what is torn into more was not made by any writer of discs. */
const MAX_DESCRIPTORS = 65_536;
const ICB_STRATEGY_DIRECT = 4;

/**
 * The file or folder whose entry lies at `icb`, ready to be read.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`, `disc-feature-unsupported`
 */
export async function readUdfFile(source: BlockSource, volume: UdfVolume, icb: UdfAddress): Promise<UdfFile> {
  const place = placeOf(volume, icb, volume.blockSize);
  const data = await readBytes(source, place, volume.blockSize);
  const id = expectTag(data, place, UDF_TAG.fileEntry, UDF_TAG.extendedFileEntry);
  const entry = UdfFileEntry.read(data);
  if (entry.strategy !== ICB_STRATEGY_DIRECT) throw new EngineError('disc-feature-unsupported', { feature: `UDF ICB ${entry.strategy}` });
  const Rest = id === UDF_TAG.fileEntry ? UdfFileEntryRest : UdfExtendedFileEntryRest;
  const rest = Rest.read(data);
  const size = toSafeInt(entry.size, 'UdfFileEntry.size');
  const start = Rest.size + rest.attributesLength;
  const end = start + rest.allocationLength;
  if (end > data.length) throw invalid('allocationLength', rest.allocationLength);

  const common = { type: entry.fileType, size, modifiedAt: udfDate(rest.modified) };
  const form = entry.icbFlags & 7;
  if (form === 3) {
    if (size > end - start) throw invalid('size', size);
    return { ...common, contents: memoryDevice(data.slice(start, start + size)), place: place + start, descriptors: 0 };
  }
  if (form > 2) throw invalid('icbFlags', form);
  const { pieces, descriptors } = await readPieces(source, volume, icb, data.subarray(start, end), form, size);
  const first = pieces.find(({ offset }) => offset !== null);
  return { ...common, contents: extentsSource(source, pieces, size), place: first?.offset ?? place, descriptors };
}

function invalid(field: string, value: number): EngineError {
  return new EngineError('struct-invalid', { struct: UdfFileEntry.name, field, value });
}

/** Bytes of a short, a long and an extended allocation descriptor (ECMA-167 4/14.14). */
const DESCRIPTOR_BYTES = [8, 16, 20];
const MAX_EXTENT_BYTES = 0x3fffffff;

async function readPieces(
  source: BlockSource, volume: UdfVolume, icb: UdfAddress, first: Uint8Array, form: number, size: number,
): Promise<{ pieces: readonly FilePiece[]; descriptors: number }> {
  const step = DESCRIPTOR_BYTES[form] ?? 8;
  const pieces: FilePiece[] = [];
  const chained = new Set<number>();
  let covered = 0;
  let count = 0;
  for (let area: Uint8Array | null = first; area && covered < size; ) {
    let next: UdfAddress | null = null;
    for (let at = 0; at + step <= area.length && covered < size && !next; at += step) {
      const { kind, length, stored, address } = descriptorAt(area, at, form, icb.partition);
      if (++count > MAX_DESCRIPTORS) throw invalid('allocationLength', count);
      if (length === 0) {
        area = null;
        break;
      }
      if (kind === UDF_EXTENT.next) {
        next = address;
        continue;
      }
      const useful = Math.min(length, size - covered);
      // What is allocated but was never recorded reads as zeros, like a hole.
      const offset = kind === UDF_EXTENT.recorded ? placeOf(volume, address, useful) : null;
      if (offset !== null) checkRange('disc', offset, useful, source.size);
      if (stored !== length) throw invalid('recordedLength', stored);
      pieces.push({ offset, length: useful });
      covered += useful;
    }
    area = null;
    if (next) {
      const place = placeOf(volume, next, volume.blockSize);
      if (chained.has(place)) throw invalid('allocationExtent', next.block);
      chained.add(place);
      const block = await readBytes(source, place, volume.blockSize);
      expectTag(block, place, UDF_TAG.allocationExtent);
      const { allocationLength } = UdfAllocationExtent.read(block);
      if (UdfAllocationExtent.size + allocationLength > block.length) throw invalid('allocationLength', allocationLength);
      area = block.subarray(UdfAllocationExtent.size, UdfAllocationExtent.size + allocationLength);
    }
  }
  if (covered < size) throw invalid('size', size);
  return { pieces, descriptors: count };
}

function descriptorAt(
  area: Uint8Array, at: number, form: number, partition: number,
): { kind: number; length: number; stored: number; address: UdfAddress } {
  const view = new DataView(area.buffer, area.byteOffset + at);
  const word = view.getUint32(0, true);
  const kind = word >>> 30;
  const length = word & MAX_EXTENT_BYTES;
  if (form === 0) return { kind, length, stored: length, address: { block: view.getUint32(4, true), partition } };
  if (form === 1) return { kind, length, stored: length, address: { block: view.getUint32(4, true), partition: view.getUint16(8, true) } };
  // Extended: how much is recorded, how much it is when unpacked, then where.
  const recorded = view.getUint32(4, true) & MAX_EXTENT_BYTES;
  const information = view.getUint32(8, true);
  const address = { block: view.getUint32(12, true), partition: view.getUint16(16, true) };
  return { kind, length: kind === UDF_EXTENT.next ? length : information, stored: kind === UDF_EXTENT.recorded ? recorded : information, address };
}

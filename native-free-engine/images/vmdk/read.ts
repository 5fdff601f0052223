import { EngineError } from '../../base/errors.ts';
import { ExtentBuilder } from '../../base/extent-builder.ts';
import type { ExtentSet } from '../../base/extent.ts';
import { checkRange } from '../../io/bounds.ts';
import { rangedSource } from '../../io/ranged.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText, utf8Text } from '../../struct/index.ts';
import type { DiskImage } from '../disk-image.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import { MAX_DESCRIPTOR_BYTES, parseDescriptor, type VmdkDescriptor, type VmdkExtentLine } from './descriptor.ts';
import { openSparseExtent } from './read-sparse.ts';
import { SECTOR, VMDK_MAGIC } from './structs.ts';

/** Opens a file that lies beside the image; null when there is none. */
export type OpenVmdkFile = (name: string) => Promise<{ readonly source: BlockSource; readonly path: string } | null>;

/** Those whose extents are ordinary files. */
const SPLIT_TYPES = ['monolithicFlat', 'twoGbMaxExtentFlat', 'twoGbMaxExtentSparse', 'monolithicSparse', 'streamOptimized', 'vmfs'];

/**
 * A VMDK: one sparse file, plain or stream-optimised, or a descriptor with flat or sparse extents in the same folder.
 * An extent whose name leads out of that folder is refused: it may name any file of this computer.
 * @param file is closed with the image
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-part-missing`, `image-feature-unsupported`;
 *   while reading also `image-cluster-corrupt`
 */
export async function openVmdk(file: BlockSource, path: string, openBeside: OpenVmdkFile): Promise<DiskImage> {
  const head = await readBytes(file, 0, Math.min(file.size, SECTOR));
  if (hasText(head, 0, 'COWD')) throw imageUnsupported(path, 'the sparse format of old ESX servers');
  if (!hasText(head, 0, VMDK_MAGIC)) return openDescriptor(file, path, openBeside);
  const extent = await openSparseExtent(file, path);
  // Without a descriptor it is one extent of several.
  if (extent.descriptor === null) throw imageUnsupported(path, 'an extent without its descriptor');
  const { createType, extents } = parseDescriptor(extent.descriptor, path);
  if (extents.length > 1 || extents[0]!.type !== 'SPARSE') throw imageUnsupported(path, `the type ${createType}`);
  return assemble(path, extent.compressed ? 'stream-optimised' : 'monolithic sparse', [{ start: 0, length: extent.size, path, source: extent, used: () => extent.usedExtents() }]);
}

interface Piece {
  /** On the disk, bytes. */
  readonly start: number;
  readonly length: number;
  readonly path: string;
  /** Null: zeros. */
  readonly source: BlockSource | null;
  used(): Promise<ExtentSet>;
}

async function openDescriptor(file: BlockSource, path: string, openBeside: OpenVmdkFile): Promise<DiskImage> {
  if (file.size > MAX_DESCRIPTOR_BYTES) throw imageCorrupt('VMDK', path, 'descriptor');
  const text = utf8Text(await readBytes(file, 0, file.size));
  if (!/^# *Disk DescriptorFile/i.test(text)) throw imageCorrupt('VMDK', path, 'descriptor');
  const descriptor = parseDescriptor(text, path);
  if (!SPLIT_TYPES.includes(descriptor.createType)) throw imageUnsupported(path, `the type ${descriptor.createType}`);
  const pieces: Piece[] = [];
  try {
    let start = 0;
    for (const line of descriptor.extents) {
      pieces.push(await openExtent(line, start, path, openBeside));
      start += line.sectors * SECTOR;
      if (!Number.isSafeInteger(start)) throw imageCorrupt('VMDK', path, 'extents');
    }
  } catch (error) {
    await closeAll(pieces, null);
    throw error;
  }
  return { ...assemble(path, variantOf(descriptor), pieces), files: [path, ...pieces.flatMap((piece) => (piece.source ? [piece.path] : []))], close: () => closeAll(pieces, file) };
}

const variantOf = (descriptor: VmdkDescriptor): string =>
  ({ monolithicFlat: 'flat', vmfs: 'flat', twoGbMaxExtentFlat: 'split flat', twoGbMaxExtentSparse: 'split sparse' })[descriptor.createType] ?? descriptor.createType;

async function openExtent(line: VmdkExtentLine, start: number, path: string, openBeside: OpenVmdkFile): Promise<Piece> {
  const length = line.sectors * SECTOR;
  if (line.type === 'ZERO') return { start, length, path, source: null, used: () => Promise.resolve([]) };
  if (!['FLAT', 'SPARSE', 'VMFS'].includes(line.type)) throw imageUnsupported(path, `an extent of type ${line.type}`);
  if (line.file === '' || line.file === '.' || line.file === '..' || /[/\\\0:]/.test(line.file)) throw imageUnsupported(path, 'an extent in another folder');
  const found = await openBeside(line.file);
  if (!found) throw new EngineError('image-part-missing', { path, part: line.file });
  try {
    if (line.type === 'SPARSE') {
      const extent = await openSparseExtent(found.source, found.path);
      if (extent.size < length) throw imageTruncated('VMDK', found.path, 'extent');
      return { start, length, path: found.path, source: extent, used: () => extent.usedExtents() };
    }
    if (line.offset * SECTOR + length > found.source.size) throw imageTruncated('VMDK', found.path, 'extent');
    const flat = rangedSource(found.source, { offset: line.offset * SECTOR, length });
    return { start, length, path: found.path, source: { ...flat, close: () => found.source.close() }, used: () => Promise.resolve([{ offset: 0, length }]) };
  } catch (error) {
    await found.source.close();
    throw error;
  }
}

async function closeAll(pieces: readonly Piece[], file: BlockSource | null): Promise<void> {
  for (const piece of pieces) await piece.source?.close();
  await file?.close();
}

function assemble(path: string, variant: string, pieces: readonly Piece[]): DiskImage {
  const last = pieces.at(-1)!;
  const size = last.start + last.length;
  return {
    format: 'vmdk',
    variant,
    location: path,
    files: [path],
    ordered: false,
    volumeOnly: false,
    size,
    sectorSize: SECTOR,
    async readInto(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      let index = pieces.findLastIndex((piece) => piece.start <= offset);
      for (let at = 0; at < buffer.length; index++) {
        const piece = pieces[index]!;
        const within = offset + at - piece.start;
        const part = buffer.subarray(at, at + Math.min(buffer.length - at, piece.length - within));
        if (piece.source) await piece.source.readInto(within, part);
        else part.fill(0);
        at += part.length;
      }
    },
    async usedExtents() {
      const builder = new ExtentBuilder();
      for (const piece of pieces) {
        for (const { offset, length } of await piece.used()) if (offset < piece.length) builder.add(piece.start + offset, Math.min(length, piece.length - offset));
      }
      return builder.build();
    },
    close: () => closeAll(pieces, null),
  };
}

import { checkRange } from '../../io/bounds.ts';
import { streamRange } from '../../io/stream-range.ts';
import type { BlockSource, ByteStream } from '../../io/types.ts';
import type { DiskImage } from '../disk-image.ts';
import { imageCorrupt, imageTruncated } from '../faults.ts';
import { readPartcloneHead, type PartcloneHead } from './header.ts';
import { Strips } from './strips.ts';
import { PARTCLONE_FORMAT } from './structs.ts';
import { FileUnits, StreamUnits, type Units } from './units.ts';

/** A volume in a partclone image. */
export interface PartcloneImage extends DiskImage {
  /** As partclone calls the file system: `NTFS`, `EXTFS`, `FAT32`. */
  readonly fs: string;
  /** Blocks that its map covers, present or not: what it takes of memory, in bits. */
  readonly blocks: number;
  /** Closes what is open of a packed image; the next read starts it again. */
  release(): Promise<void>;
}

export interface OpenPartcloneStreamOptions {
  /** The files it is made of; default: `path` alone. */
  readonly files?: readonly string[];
  /** Refuse an image whose map has more blocks. */
  readonly maxBlocks?: number;
}

/**
 * Opens a partclone image, version 0001 or 0002, that is not packed. Checksums are verified as blocks are read:
 * `image-cluster-corrupt`. The image closes `file`.
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported`, `struct-invalid`, `number-unsafe`
 */
export async function openPartclone(file: BlockSource, path: string): Promise<PartcloneImage> {
  const head = await readPartcloneHead(streamRange(file), path);
  const strips = new Strips(head);
  if (strips.end > file.size) throw imageTruncated(PARTCLONE_FORMAT, path, 'blocks');
  if (strips.end < file.size) throw imageCorrupt(PARTCLONE_FORMAT, path, 'data behind the last block');
  // A strip too large to be read at once for a few bytes of it is read as a stream.
  const stream = (): Promise<ByteStream> => Promise.resolve(streamRange(file));
  const units = strips.separable ? new FileUnits(file, head, strips, path) : new StreamUnits(stream, head, strips, path);
  return image(head, strips, units, path, [path], () => file.close());
}

/**
 * Opens a partclone image that comes as a stream. Reads should ascend: one that goes back starts the stream again.
 * @param open gives the image from its start; called again for a read that goes back
 * @throws as {@link openPartclone}, and whatever the stream throws
 */
export async function openPartcloneStream(open: () => Promise<ByteStream>, path: string, options: OpenPartcloneStreamOptions = {}): Promise<PartcloneImage> {
  const stream = await open();
  let head: PartcloneHead;
  try {
    head = await readPartcloneHead(stream, path, options.maxBlocks);
  } finally {
    await stream.close();
  }
  const strips = new Strips(head);
  return image(head, strips, new StreamUnits(open, head, strips, path), path, options.files ?? [path], () => Promise.resolve());
}

function image(head: PartcloneHead, strips: Strips, units: Units, path: string, files: readonly string[], close: () => Promise<void>): PartcloneImage {
  const { blockSize, present, size } = head;
  const ordered = units instanceof StreamUnits;
  let turn: Promise<unknown> = Promise.resolve();

  const readInto = async (offset: number, buffer: Uint8Array): Promise<void> => {
    buffer.fill(0);
    const end = Math.min(offset + buffer.length, present.total * blockSize);
    let block = Math.floor(offset / blockSize);
    let rank = present.rank(block);
    while (block * blockSize < end) {
      if (!present.has(block)) {
        block++;
        continue;
      }
      const unit = strips.unitOf(rank);
      const place = strips.place(unit);
      // Blocks that follow each other on the volume follow each other in the image.
      let run = 1;
      const limit = place.firstRank + place.blocks - rank;
      while (run < limit && (block + run) * blockSize < end && present.has(block + run)) run++;
      const blocks = await units.load(unit, Math.max(offset, block * blockSize));
      const from = Math.max(offset, block * blockSize);
      const to = Math.min(end, (block + run) * blockSize);
      const start = (rank - place.firstRank) * blockSize + (from - block * blockSize);
      buffer.set(blocks.subarray(start, start + (to - from)), from - offset);
      block += run;
      rank += run;
    }
  };

  return {
    format: 'partclone',
    variant: `v${head.version} ${head.fs}`,
    fs: head.fs,
    blocks: present.total,
    location: path,
    files,
    ordered,
    volumeOnly: true,
    size,
    sectorSize: 512,
    usedExtents: () => Promise.resolve(present.extents(blockSize, size)),
    async readInto(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      if (!ordered) return readInto(offset, buffer);
      // One stream, one reader.
      const mine = turn.then(() => readInto(offset, buffer));
      turn = mine.catch(() => undefined);
      return mine;
    },
    release: () => units.release(),
    async close() {
      await units.release();
      await close();
    },
  };
}

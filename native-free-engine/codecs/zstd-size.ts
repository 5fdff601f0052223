import type { BlockSource } from '../io/types.ts';
import { MAX_FRAME_HEADER_BYTES, parseFrameHeader, parseSeekTable, SEEK_FOOTER_BYTES, seekTableLength, zstdMagic } from './zstd-format.ts';

/** Blocks that are walked through at most: of the largest, they hold 4 GiB packed or not. */
const MAX_STEPS = 32_768;

/**
 * The unpacked size in bytes: from the seek table at the end where there is
 * one, else from the headers of all frames, or null when a frame does not say
 * its size or there are too many. What is wrong with the file is for the
 * decoder to say.
 */
export async function zstdUnpackedSize(source: BlockSource): Promise<number | null> {
  try {
    return (await fromSeekTable(source)) ?? (await fromFrames(source));
  } catch {
    return null;
  }
}

async function fromSeekTable(source: BlockSource): Promise<number | null> {
  if (source.size < SEEK_FOOTER_BYTES) return null;
  const length = seekTableLength(await bytesAt(source, source.size - SEEK_FOOTER_BYTES, SEEK_FOOTER_BYTES));
  if (length === null || length > source.size) return null;
  const table = parseSeekTable(await bytesAt(source, source.size - length, length));
  return table && table.packed + length === source.size ? table.unpacked : null;
}

async function fromFrames(source: BlockSource): Promise<number | null> {
  let at = 0;
  let total = 0;
  for (let steps = 0; at < source.size; ) {
    const bytes = await bytesAt(source, at, Math.min(MAX_FRAME_HEADER_BYTES, source.size - at));
    const kind = zstdMagic(bytes);
    if (kind === 'skippable') {
      at += 8 + new DataView(bytes.buffer).getUint32(4, true);
      if (++steps > MAX_STEPS) return null;
      continue;
    }
    const header = kind === 'frame' ? parseFrameHeader(bytes) : 'invalid';
    if (header === 'invalid' || header === 'short' || header.contentSize === null) return null;
    total += header.contentSize;
    at += header.length;
    for (let last = false; !last; ) {
      if (++steps > MAX_STEPS) return null;
      const [low = 0, middle = 0, high = 0] = await bytesAt(source, at, 3);
      const size = (low >> 3) | (middle << 5) | (high << 13);
      at += 3 + ((low & 6) === 2 ? 1 : size);
      last = (low & 1) === 1;
    }
    if (header.hasChecksum) at += 4;
  }
  return at === source.size && Number.isSafeInteger(total) ? total : null;
}

async function bytesAt(source: BlockSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await source.readInto(offset, bytes);
  return bytes;
}

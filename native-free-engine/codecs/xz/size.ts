import type { BlockSource } from '../../io/types.ts';
import { STREAM_HEADER_BYTES, parseStreamFooter, parseStreamHeader, readVarint } from './format.ts';

/** An index larger than this is left to the decoder; 16 MiB describe a million blocks. */
const MAX_INDEX_BYTES = 16 << 20;
const MAX_STREAMS = 1000;

/**
 * The unpacked size in bytes, from the indexes at the end of each stream (The
 * .xz File Format, section 4), or null when they cannot be had. What is wrong
 * with the file is for the decoder to say.
 */
export async function xzUnpackedSize(source: BlockSource): Promise<number | null> {
  let end = source.size;
  let total = 0;
  try {
    for (let streams = 0; end > 0; streams++) {
      if (streams >= MAX_STREAMS || end < 2 * STREAM_HEADER_BYTES) return null;
      const tail = await bytesAt(source, end - 4, 4);
      if (tail.every((byte) => byte === 0)) {
        end -= 4;
        continue;
      }
      const stream = await lastStream(source, end);
      if (!stream) return null;
      total += stream.unpacked;
      end -= stream.packed;
    }
    return Number.isSafeInteger(total) ? total : null;
  } catch {
    return null;
  }
}

async function lastStream(source: BlockSource, end: number): Promise<{ packed: number; unpacked: number } | null> {
  const footer = await bytesAt(source, end - STREAM_HEADER_BYTES, STREAM_HEADER_BYTES);
  const flags = { flags: footer[9] ?? 0, check: 'none', checkLength: 0 } as const;
  const indexSize = parseStreamFooter(footer, flags);
  if (indexSize > MAX_INDEX_BYTES) return null;
  const index = await bytesAt(source, end - STREAM_HEADER_BYTES - indexSize, indexSize);
  let [count, at] = readVarint(index, 1);
  let unpacked = 0;
  let blocks = 0;
  for (; count > 0; count--) {
    const [unpadded, next] = readVarint(index, at);
    const [size, after] = readVarint(index, next);
    blocks += Math.ceil(unpadded / 4) * 4;
    unpacked += size;
    at = after;
  }
  const packed = 2 * STREAM_HEADER_BYTES + indexSize + blocks;
  parseStreamHeader(await bytesAt(source, end - packed, STREAM_HEADER_BYTES));
  return { packed, unpacked };
}

async function bytesAt(source: BlockSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await source.readInto(offset, bytes);
  return bytes;
}

import type { WimCompression } from '../../codecs/wim-chunk.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { isDataFault } from '../../struct/index.ts';
import { checkChunkSize } from './header.ts';
import { wimInvalid, wimTooLarge } from './faults.ts';
import { isSolid, type Resource } from './resource.ts';
import { SOLID_COMPRESSION, WimSolidHeader } from './structs.ts';
import type { WimFile } from './types.ts';

/** Where the chunks of a packed resource lie. */
export interface ChunkMap {
  readonly compression: WimCompression;
  /** Bytes of each chunk before packing; the last one may hold less. */
  readonly chunkSize: number;
  readonly count: number;
  /** Bytes of the whole resource before packing. */
  readonly size: number;
  /** Where each chunk begins, from the start of the file, and behind them where the last one ends. */
  readonly starts: Float64Array;
}

/** Chunk tables above this many bytes belong to no resource that anybody has. */
const MAX_TABLE_BYTES = 64 << 20;
/** A chunk has to be in memory twice, packed and not. */
const MAX_CHUNK_BYTES = 128 << 20;

/**
 * The chunk table in front of a packed resource's data: offsets of all chunks but the first, 8 bytes wide from 4 GiB on;
 * in a solid resource a header and the stored size of every chunk.
 * @throws EngineError `wim-invalid`, `wim-unsupported`, `wim-too-large`, and what the file's source throws
 */
export async function readChunkMap(file: WimFile, resource: Resource): Promise<ChunkMap> {
  const { path, header } = file;
  const solid = isSolid(resource);
  const shape = solid ? await readSolidHeader(file, resource) : { size: resource.size, chunkSize: header.chunkSize, compression: header.compression, bytes: 0 };
  const { size, chunkSize, compression } = shape;
  if (Math.min(chunkSize, size) > MAX_CHUNK_BYTES) throw wimTooLarge(path, 'chunk', Math.min(chunkSize, size));
  const count = Math.ceil(size / chunkSize);
  const width = !solid && size >= 2 ** 32 ? 8 : 4;
  const entries = solid ? count : Math.max(0, count - 1);
  const tableBytes = entries * width;
  if (shape.bytes + tableBytes > resource.storedSize) throw wimInvalid(path, `${count} chunks in ${resource.storedSize} bytes`);
  if (tableBytes > MAX_TABLE_BYTES) throw wimTooLarge(path, 'chunk table', tableBytes);

  const table = await readBytes(file.source, resource.offset + shape.bytes, tableBytes);
  const view = new DataView(table.buffer);
  const starts = new Float64Array(count + 1);
  const first = resource.offset + shape.bytes + tableBytes;
  const end = resource.offset + resource.storedSize;
  starts[0] = first;
  for (let i = 0; i < entries; i++) {
    if (solid) starts[i + 1] = starts[i]! + view.getUint32(i * 4, true);
    else starts[i + 1] = first + (width === 8 ? Number(view.getBigUint64(i * 8, true)) : view.getUint32(i * 4, true));
  }
  if (!solid) starts[count] = end;
  for (let i = 0; i < count; i++) {
    const stored = starts[i + 1]! - starts[i]!;
    // A chunk that packing would not have made smaller is stored as it was; a larger one is a lie.
    if (stored <= 0 || stored > Math.min(chunkSize, size - i * chunkSize) || starts[i + 1]! > end) throw wimInvalid(path, `chunk ${i} of ${stored} bytes at ${starts[i]!}`);
  }
  return { compression, chunkSize, count, size, starts };
}

export const chunkSizeAt = (map: ChunkMap, index: number): number => Math.min(map.chunkSize, map.size - index * map.chunkSize);

async function readSolidHeader(file: WimFile, resource: Resource): Promise<{ size: number; chunkSize: number; compression: WimCompression; bytes: number }> {
  if (resource.storedSize < WimSolidHeader.size) throw wimInvalid(file.path, `solid resource of ${resource.storedSize} bytes`);
  try {
    const raw = WimSolidHeader.read(await readBytes(file.source, resource.offset, WimSolidHeader.size));
    const compression = SOLID_COMPRESSION[raw.compression as 0 | 1 | 2 | 3];
    if (compression === 'none') {
      if (raw.chunkSize === 0) throw wimInvalid(file.path, 'solid resource with chunks of 0 bytes');
    } else checkChunkSize(compression, raw.chunkSize, file.path);
    return { size: toSafeInt(raw.size, 'WimSolidHeader.size'), chunkSize: raw.chunkSize, compression, bytes: WimSolidHeader.size };
  } catch (error) {
    if (isDataFault(error)) throw wimInvalid(file.path, error.message, error);
    throw error;
  }
}

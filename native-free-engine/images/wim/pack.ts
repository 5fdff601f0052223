import { createChunkCompressor, type ChunkCompressor, type WimCompression } from '../../codecs/wim-chunk.ts';

/** How new resources of a WIM are packed. LZMS is read only. */
export type WimPacking = Exclude<WimCompression, 'lzms'>;

/** Packs chunks; null for one that would not be smaller. Several at once, each array untouched afterwards. */
export interface Packer {
  readonly packing: WimPacking;
  /** Bytes; 0 when nothing is packed. */
  readonly chunkSize: number;
  pack(chunks: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]>;
  close(): Promise<void>;
}

/** What Windows and wimlib write by default, bytes. */
export const CHUNK_BYTES = 32_768;

/** Packs in the caller's thread. */
export function packHere(packing: WimPacking, chunkSize: number): Packer {
  let compressor: ChunkCompressor | null = null;
  return {
    packing,
    chunkSize: packing === 'none' ? 0 : chunkSize,
    async pack(chunks) {
      if (packing === 'none') return chunks.map(() => null);
      const made = (compressor ??= createChunkCompressor(packing, chunkSize));
      // What a compressor returns may lie in memory that it uses again.
      return chunks.map((chunk) => made.compress(chunk)?.slice() ?? null);
    },
    close: () => Promise.resolve(),
  };
}

/** The chunk table in front of a packed resource: offsets of all chunks but the first, from the end of the table. */
export function chunkTable(storedSizes: readonly number[], size: number): Uint8Array {
  const width = size >= 2 ** 32 ? 8 : 4;
  const table = new Uint8Array(tableBytes(storedSizes.length, size));
  const view = new DataView(table.buffer);
  let offset = 0;
  for (const [i, stored] of storedSizes.slice(0, -1).entries()) {
    offset += stored;
    if (width === 8) view.setBigUint64(i * 8, BigInt(offset), true);
    else view.setUint32(i * 4, offset, true);
  }
  return table;
}

/** @param count of chunks @param size of the resource before packing, bytes */
export const tableBytes = (count: number, size: number): number => Math.max(0, count - 1) * (size >= 2 ** 32 ? 8 : 4);

/** `data` as a packed resource with its chunk table, or null when it would not be smaller. */
export async function packWhole(data: Uint8Array, packer: Packer): Promise<Uint8Array | null> {
  if (packer.packing === 'none' || data.length === 0) return null;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += packer.chunkSize) chunks.push(data.subarray(at, at + packer.chunkSize));
  const packed = (await packer.pack(chunks)).map((chunk, i) => chunk ?? chunks[i]!);
  const table = chunkTable(packed.map(({ length }) => length), data.length);
  const size = packed.reduce((sum, { length }) => sum + length, table.length);
  if (size >= data.length) return null;
  const whole = new Uint8Array(size);
  whole.set(table);
  let at = table.length;
  for (const chunk of packed) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

import { toSafeInt } from '../../base/safe-int.ts';
import { unpackLznt1 } from '../../codecs/lznt1.ts';
import { createChunkDecompressor, type WimCompression } from '../../codecs/wim-chunk.ts';
import { checkRange } from '../../io/bounds.ts';
import { reject, rejectPacked } from './faults.ts';
import type { NtfsStream } from './stream.ts';
import { WOF, WofReparse } from './structs.ts';

/** What of a file is packed by itself, and read as a whole. */
export interface PackedFile {
  readonly size: number;
  readInto(offset: number, buffer: Uint8Array): Promise<void>;
}

/** Sixteen clusters of 4 KiB: NTFS compresses nothing on volumes with larger ones. */
const MAX_UNIT = 64 * 1024;

/**
 * A file that NTFS compressed: each unit of it lies there as it is, is a hole of zeros, or is packed in fewer clusters than it has, with a
 * hole behind them.
 * @throws EngineError `struct-invalid` for units that NTFS does not make; reading: the same, and what reading the volume throws
 */
export function compressedFile(stream: NtfsStream): PackedFile {
  const unit = stream.unitBytes;
  if (unit === 0 || unit > MAX_UNIT) throw reject('NtfsNonResidentHeader', 'compressionUnit');
  return inUnits(stream.size, unit, async (index, out) => {
    const stored = await stream.stored(index * unit, unit);
    if (stored.length === unit) out.set(stored.subarray(0, out.length));
    else rejectPacked('NtfsNonResidentHeader', 'LZNT1', () => unpackLznt1(stored, out));
  }, stream.initialized);
}

/** By `algorithm` of the reparse point, [MS-FSCC] section 2.1.2.5 and wimlib: as the chunks of a WIM file. */
const WAYS: readonly { readonly compression: WimCompression; readonly chunk: number }[] = [
  { compression: 'xpress', chunk: 4096 }, { compression: 'lzx', chunk: 32_768 }, { compression: 'xpress', chunk: 8192 }, { compression: 'xpress', chunk: 16_384 },
];

/**
 * A file that Windows packed by CompactOS or `compact /exe`: its contents are a hole, and lie packed in a stream beside it.
 * @param reparse the file's reparse point
 * @param size of what it holds, bytes
 * @returns null for a reparse point of another kind
 * @throws EngineError `struct-invalid`; reading: the same, and what reading the volume throws
 */
export function compactFile(reparse: Uint8Array, size: number, packed: NtfsStream | null): PackedFile | null {
  if (reparse.length < WofReparse.size) return null;
  const { tag, version, provider, fileVersion, algorithm } = WofReparse.read(reparse);
  const way = WAYS[algorithm];
  if (tag !== WOF.tag || version !== WOF.version || provider !== WOF.file || fileVersion !== WOF.version || !way) return null;
  if (!packed || packed.encoded) throw reject('WofReparse', 'WofCompressedData');
  const { compression, chunk } = way;
  const count = Math.ceil(size / chunk);
  const width = size >= 2 ** 32 ? 8 : 4;
  const table = Math.max(0, count - 1) * width;
  if (table > packed.size) throw reject('WofReparse', 'WofCompressedData');
  const decompressor = createChunkDecompressor(compression, chunk);
  /** Where chunk `index` begins, from the end of the table, in which the first one is not listed. */
  const startOf = async (index: number): Promise<number> => {
    if (index === 0) return 0;
    if (index === count) return packed.size - table;
    const entry = await packed.read((index - 1) * width, width);
    const view = new DataView(entry.buffer, entry.byteOffset, width);
    return width === 8 ? toSafeInt(view.getBigUint64(0, true), 'WofCompressedData') : view.getUint32(0, true);
  };
  return inUnits(size, chunk, async (index, out) => {
    const [start, end] = [await startOf(index), await startOf(index + 1)];
    if (start >= end || end - start > out.length || table + end > packed.size) throw reject('WofCompressedData', 'offset');
    const stored = await packed.read(table + start, end - start);
    rejectPacked('WofCompressedData', compression, () => decompressor.decompress(stored, out));
  });
}

/** Reads by units, keeping the last: who reads a hive asks for the neighbours next. */
function inUnits(size: number, unit: number, unpack: (index: number, out: Uint8Array) => Promise<void>, written: number = size): PackedFile {
  let kept: { readonly index: number; readonly bytes: Uint8Array } | null = null;
  const unitAt = async (index: number): Promise<Uint8Array> => {
    if (kept?.index === index) return kept.bytes;
    const bytes = new Uint8Array(Math.min(unit, size - index * unit));
    await unpack(index, bytes);
    bytes.fill(0, Math.max(0, written - index * unit));
    kept = { index, bytes };
    return bytes;
  };
  return {
    size,
    async readInto(offset, buffer) {
      checkRange('packed file', offset, buffer.length, size);
      for (let done = 0; done < buffer.length; ) {
        const index = Math.floor((offset + done) / unit);
        const piece = (await unitAt(index)).subarray(offset + done - index * unit);
        buffer.set(piece.subarray(0, buffer.length - done), done);
        done += Math.min(piece.length, buffer.length - done);
      }
    },
  };
}

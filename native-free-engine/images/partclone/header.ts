import { toSafeInt } from '../../base/safe-int.ts';
import { crc32 } from '../../codecs/checksums.ts';
import type { ByteStream } from '../../io/types.ts';
import { trimText } from '../../struct/index.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import { PresentBlocks } from './present-blocks.ts';
import {
  BITMAP_MAGIC, BITMAP_MODE, CHECKSUM_MODE, CRC_BYTES, LITTLE_ENDIAN, PARTCLONE_FORMAT, PARTCLONE_MAGIC, PartcloneHeaderV1, PartcloneHeaderV2, PartcloneStart,
} from './structs.ts';

/** Blocks whose map is kept in memory: 128 MiB of bits, a volume of 4 TiB at 4 KiB a block. */
export const MAX_BLOCKS = 2 ** 30;
const MAX_BLOCK_BYTES = 16 << 20;
const PIECE_BYTES = 1 << 20;

/** How the blocks are guarded. */
export interface Checksums {
  /** `first-byte`: version 1 sums the first byte of each block, as often as the block has bytes, a mistake that stayed. */
  readonly mode: 'none' | 'crc32' | 'first-byte';
  /** Blocks in front of each checksum. */
  readonly blocks: number;
  /** Each begins anew; else it goes on from the one before. */
  readonly reseed: boolean;
}

/** All that stands in front of the blocks. */
export interface PartcloneHead {
  readonly version: 1 | 2;
  /** As partclone calls the file system. */
  readonly fs: string;
  /** Bytes. */
  readonly blockSize: number;
  /** Of the volume, in bytes. */
  readonly size: number;
  readonly checksums: Checksums;
  readonly present: PresentBlocks;
  /** Where the blocks begin, in bytes. */
  readonly dataOffset: number;
}

type Fields = Omit<PartcloneHead, 'present' | 'dataOffset'> & { readonly totalBlocks: number };

/**
 * Reads header and map from the start of an image.
 * @param maxBlocks more than these would take too much memory
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported`, `struct-invalid`, `number-unsafe`
 */
export async function readPartcloneHead(stream: ByteStream, path: string, maxBlocks = MAX_BLOCKS): Promise<PartcloneHead> {
  const start = await take(stream, PartcloneStart.size, path);
  const { magic, version } = PartcloneStart.read(start);
  if (magic !== PARTCLONE_MAGIC) throw imageCorrupt(PARTCLONE_FORMAT, path, 'magic');
  if (version === '0001') {
    const fields = parseV1(joined(start, await take(stream, PartcloneHeaderV1.size - start.length, path)), path);
    const present = await readByteMap(stream, path, checkedTotal(fields, path, maxBlocks));
    return { ...fields, present, dataOffset: PartcloneHeaderV1.size + fields.totalBlocks + BITMAP_MAGIC.length };
  }
  if (version !== '0002') throw imageUnsupported(path, `partclone image format ${version.replace(/[^ -~]/g, '?')}`);
  const bytes = joined(start, await take(stream, PartcloneHeaderV2.size - start.length, path));
  const header = PartcloneHeaderV2.read(bytes);
  if (header.endianness !== LITTLE_ENDIAN) throw imageUnsupported(path, 'big-endian numbers');
  if (header.crc !== register(bytes.subarray(0, -CRC_BYTES))) throw imageCorrupt(PARTCLONE_FORMAT, path, 'header CRC');
  const fields = parseV2(header, path);
  const total = checkedTotal(fields, path, maxBlocks);
  const present = header.bitmapMode === BITMAP_MODE.none ? new PresentBlocks(total, null) : await readBitMap(stream, path, total);
  if (BigInt(present.count) !== header.usedBitmap) throw imageCorrupt(PARTCLONE_FORMAT, path, 'used blocks');
  const mapBytes = header.bitmapMode === BITMAP_MODE.none ? 0 : Math.ceil(total / 8) + CRC_BYTES;
  return { ...fields, present, dataOffset: PartcloneHeaderV2.size + mapBytes };
}

/** partclone's CRC-32 is the register itself: started at all ones, not inverted at its end. */
export const register = (data: Uint8Array, before = 0xffffffff): number => ~crc32(data, ~before >>> 0) >>> 0;

function parseV1(bytes: Uint8Array, path: string): Fields {
  const header = PartcloneHeaderV1.read(bytes);
  return {
    version: 1,
    fs: printable(header.fs),
    ...volumeOf(header, path),
    checksums: { mode: 'first-byte', blocks: 1, reseed: false },
  };
}

function parseV2(header: ReturnType<typeof PartcloneHeaderV2.read>, path: string): Fields {
  if (header.imageVersion !== 2 || header.featureSize !== 18) throw imageUnsupported(path, `partclone image options ${header.imageVersion}`);
  if (header.bitmapMode === BITMAP_MODE.byte || (header.bitmapMode !== BITMAP_MODE.none && header.bitmapMode !== BITMAP_MODE.bit)) {
    throw imageUnsupported(path, `bitmap mode ${header.bitmapMode}`);
  }
  const none = header.checksumMode === CHECKSUM_MODE.none;
  if (!none && header.checksumMode !== CHECKSUM_MODE.crc32) throw imageUnsupported(path, `checksum mode ${header.checksumMode}`);
  if (!none && (header.checksumSize !== CRC_BYTES || header.blocksPerChecksum === 0)) throw imageCorrupt(PARTCLONE_FORMAT, path, 'checksums');
  return {
    version: 2,
    fs: printable(header.fs),
    ...volumeOf(header, path),
    checksums: none ? { mode: 'none', blocks: 0, reseed: true } : { mode: 'crc32', blocks: header.blocksPerChecksum, reseed: header.reseedChecksum === 1 },
  };
}

function volumeOf(header: { readonly blockSize: number; readonly deviceSize: bigint; readonly totalBlock: bigint }, path: string): Pick<Fields, 'blockSize' | 'size' | 'totalBlocks'> {
  const { blockSize } = header;
  const size = toSafeInt(header.deviceSize, 'partclone.deviceSize');
  const totalBlocks = toSafeInt(header.totalBlock, 'partclone.totalBlock');
  if (blockSize === 0 || blockSize > MAX_BLOCK_BYTES || blockSize % 512 !== 0) throw imageCorrupt(PARTCLONE_FORMAT, path, 'block size');
  // The last block may reach past the volume's end; more than that is no volume of this size.
  if (size === 0 || totalBlocks === 0 || totalBlocks * blockSize >= size + blockSize) throw imageCorrupt(PARTCLONE_FORMAT, path, 'device size');
  return { blockSize, size, totalBlocks };
}

function checkedTotal({ totalBlocks }: Fields, path: string, maxBlocks: number): number {
  if (totalBlocks > maxBlocks) throw imageUnsupported(path, `more than ${maxBlocks} blocks`);
  return totalBlocks;
}

async function readBitMap(stream: ByteStream, path: string, total: number): Promise<PresentBlocks> {
  const bits = await take(stream, Math.ceil(total / 8), path);
  const crc = await take(stream, CRC_BYTES, path);
  if (new DataView(crc.buffer).getUint32(0, true) !== register(bits)) throw imageCorrupt(PARTCLONE_FORMAT, path, 'bitmap CRC');
  return new PresentBlocks(total, bits);
}

async function readByteMap(stream: ByteStream, path: string, total: number): Promise<PresentBlocks> {
  const bits = new Uint8Array(Math.ceil(total / 8));
  for (let done = 0; done < total; ) {
    const piece = await take(stream, Math.min(PIECE_BYTES, total - done), path);
    // Values other than 0 and 1 occur; partclone takes them for absent.
    for (let i = 0; i < piece.length; i++) if (piece[i] === 1) bits[(done + i) >>> 3]! |= 1 << ((done + i) & 7);
    done += piece.length;
  }
  const magic = await take(stream, BITMAP_MAGIC.length, path);
  if (String.fromCharCode(...magic) !== BITMAP_MAGIC) throw imageCorrupt(PARTCLONE_FORMAT, path, 'bitmap magic');
  return new PresentBlocks(total, bits);
}

/** The next `length` bytes of a stream. */
export async function take(stream: ByteStream, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  if ((await stream.read(bytes)) < length) throw imageTruncated(PARTCLONE_FORMAT, path, 'end of the stream');
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

const printable = (text: string): string => trimText(text).replace(/[^ -~]/g, '?');

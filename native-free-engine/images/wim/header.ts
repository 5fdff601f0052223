import type { WimCompression } from '../../codecs/wim-chunk.ts';
import { isDataFault } from '../../struct/index.ts';
import { EngineError } from '../../base/errors.ts';
import { wimInvalid, wimTruncated, wimUnsupported } from './faults.ts';
import { readResourceHeader, writeResourceHeader, type Resource } from './resource.ts';
import { PIPABLE_MAGIC, WIM_FLAG, WIM_HEADER_BYTES, WIM_MAGIC, WIM_VERSION, WimHeader as HeaderStruct } from './structs.ts';

/** What the first 208 bytes of a WIM say. */
export interface WimHeader {
  /** {@link WIM_VERSION}: solid WIMs have a number of their own. */
  readonly version: number;
  /** {@link WIM_FLAG}. */
  readonly flags: number;
  readonly compression: WimCompression;
  /** Bytes before packing; 0 where nothing is packed. */
  readonly chunkSize: number;
  /** The same in all parts of a split WIM. */
  readonly guid: string;
  /** From 1. */
  readonly partNumber: number;
  readonly partCount: number;
  readonly imageCount: number;
  /** The image that boots, from 1; 0: none. */
  readonly bootIndex: number;
  readonly lookupTable: Resource;
  readonly xmlData: Resource;
  readonly bootMetadata: Resource;
  readonly integrity: Resource;
}

/** Chunk sizes that a compression has, as powers of two: those that wimlib and Windows agree on. */
const CHUNK_BITS: Readonly<Record<Exclude<WimCompression, 'none'>, readonly [number, number]>> = { xpress: [12, 16], lzx: [15, 21], lzms: [15, 30] };
const MAX_IMAGES = 4096;

/**
 * @param data at least 208 bytes
 * @param part index that the resources shall carry
 * @throws EngineError `wim-truncated`, `wim-invalid`, `wim-pipable`, `wim-unsupported`
 */
export function readHeader(data: Uint8Array, path: string, part = 0): WimHeader {
  const magic = String.fromCharCode(...data.subarray(0, 8));
  if (magic === PIPABLE_MAGIC) throw new EngineError('wim-pipable', { path });
  if (data.length < WIM_HEADER_BYTES) throw wimTruncated(path, 'header');
  if (magic !== WIM_MAGIC) throw new EngineError('wim-not-one', { path });
  try {
    const raw = HeaderStruct.read(data);
    if (raw.version !== WIM_VERSION.plain && raw.version !== WIM_VERSION.solid) throw wimUnsupported(path, `version 0x${raw.version.toString(16)}`);
    const compression = compressionOf(raw.flags, path);
    if (compression !== 'none') checkChunkSize(compression, raw.chunkSize, path);
    if (raw.partCount === 0 || raw.partNumber === 0 || raw.partNumber > raw.partCount) throw wimInvalid(path, `part ${raw.partNumber} of ${raw.partCount}`);
    if (raw.imageCount > MAX_IMAGES) throw wimInvalid(path, `${raw.imageCount} images`);
    if (raw.bootIndex > raw.imageCount) throw wimInvalid(path, `boot index ${raw.bootIndex} of ${raw.imageCount}`);
    return {
      version: raw.version,
      flags: raw.flags,
      compression,
      chunkSize: raw.chunkSize,
      guid: raw.guid,
      partNumber: raw.partNumber,
      partCount: raw.partCount,
      imageCount: raw.imageCount,
      bootIndex: raw.bootIndex,
      lookupTable: readResourceHeader(raw.lookupTable, part),
      xmlData: readResourceHeader(raw.xmlData, part),
      bootMetadata: readResourceHeader(raw.bootMetadata, part),
      integrity: readResourceHeader(raw.integrity, part),
    };
  } catch (error) {
    if (isDataFault(error)) throw wimInvalid(path, error.message, error);
    throw error;
  }
}

export function writeHeader(header: Omit<WimHeader, 'compression'>): Uint8Array {
  return HeaderStruct.write({
    magic: WIM_MAGIC,
    headerSize: WIM_HEADER_BYTES,
    version: header.version,
    flags: header.flags,
    chunkSize: header.chunkSize,
    guid: header.guid,
    partNumber: header.partNumber,
    partCount: header.partCount,
    imageCount: header.imageCount,
    bootIndex: header.bootIndex,
    lookupTable: writeResourceHeader(header.lookupTable),
    xmlData: writeResourceHeader(header.xmlData),
    bootMetadata: writeResourceHeader(header.bootMetadata),
    integrity: writeResourceHeader(header.integrity),
  });
}

/** Header flags that say how a WIM is packed. */
export function compressionFlags(compression: WimCompression): number {
  return compression === 'none' ? 0 : WIM_FLAG.compressed | WIM_FLAG[compression];
}

/** @throws EngineError `wim-unsupported` */
export function checkChunkSize(compression: Exclude<WimCompression, 'none'>, chunkSize: number, path: string): void {
  const [min, max] = CHUNK_BITS[compression];
  const bits = Math.log2(chunkSize);
  if (!Number.isInteger(bits) || bits < min || bits > max) throw wimUnsupported(path, `${compression} chunks of ${chunkSize} bytes`);
}

function compressionOf(flags: number, path: string): WimCompression {
  if ((flags & WIM_FLAG.compressed) === 0) return 'none';
  if (flags & (WIM_FLAG.xpress | WIM_FLAG.xpress2)) return 'xpress';
  if (flags & WIM_FLAG.lzx) return 'lzx';
  if (flags & WIM_FLAG.lzms) return 'lzms';
  throw wimUnsupported(path, `compression flags 0x${flags.toString(16)}`);
}

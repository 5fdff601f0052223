import { toSafeInt } from '../../base/safe-int.ts';
import { RESOURCE_FLAG, WimResourceHeader } from './structs.ts';

/** Bytes of a WIM that hold one thing: a file's stream, a table, the metadata of an image, or many streams packed as one. */
export interface Resource {
  /** Index of the file in a split WIM, from 0. */
  readonly part: number;
  /** From the start of that file, bytes. */
  readonly offset: number;
  /** As it lies there, its chunk table included. */
  readonly storedSize: number;
  /** Unpacked. */
  readonly size: number;
  /** {@link RESOURCE_FLAG}. */
  readonly flags: number;
}

export const NO_RESOURCE: Resource = { part: 0, offset: 0, storedSize: 0, size: 0, flags: 0 };

export const isPacked = (resource: Resource): boolean => (resource.flags & (RESOURCE_FLAG.compressed | RESOURCE_FLAG.solid)) !== 0;
export const isSolid = (resource: Resource): boolean => (resource.flags & RESOURCE_FLAG.solid) !== 0;

/** @throws EngineError `number-unsafe` */
export function readResourceHeader(data: Uint8Array, part: number): Resource {
  const raw = WimResourceHeader.read(data);
  return {
    part,
    offset: toSafeInt(raw.offset, 'WimResourceHeader.offset'),
    storedSize: toSafeInt((raw.storedSizeHighAndFlags & 0xff_ffff) * 2 ** 32 + raw.storedSizeLow, 'WimResourceHeader.storedSize'),
    size: toSafeInt(raw.size, 'WimResourceHeader.size'),
    flags: raw.storedSizeHighAndFlags >>> 24,
  };
}

export function writeResourceHeader(resource: Omit<Resource, 'part'>): Uint8Array {
  return WimResourceHeader.write({
    storedSizeLow: resource.storedSize % 2 ** 32,
    storedSizeHighAndFlags: (Math.floor(resource.storedSize / 2 ** 32) | (resource.flags << 24)) >>> 0,
    offset: BigInt(resource.offset),
    size: BigInt(resource.size),
  });
}

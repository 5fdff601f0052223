import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { crc32c } from '../../../../native-free-engine/codecs/crc32c.ts';
import { openVhdx } from '../../../../native-free-engine/images/vhdx/index.ts';
import { EngineError, memoryDevice, type BlockSource } from '../../../../native-free-engine/index.ts';

export const MIB = 1 << 20;

/** All of a source's bytes, read in steps that fit no boundary. */
export async function readWhole(source: BlockSource, step = 777_777): Promise<Buffer> {
  const bytes = Buffer.alloc(source.size);
  for (let at = 0; at < bytes.length; at += step) await source.readInto(at, bytes.subarray(at, Math.min(at + step, bytes.length)));
  return bytes;
}

/** A file that is zero except for some stretches, so that it takes no room. */
export function sparseDisk(path: string, size: number, stretches: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(size);
  for (const [offset, length] of stretches) randomBytes(length).copy(bytes, offset);
  writeFileSync(path, bytes);
  return bytes;
}

let scratch = Buffer.alloc(0);

/** The disk in a VHDX given as bytes (good until the next call), or the code of the named error. Anything else fails the test. */
export async function outcome(bytes: Uint8Array): Promise<Buffer | string> {
  try {
    const image = await openVhdx(memoryDevice(bytes), 'x.vhdx');
    await image.usedExtents();
    if (image.size > 80 * MIB) {
      await image.readInto(0, new Uint8Array(MIB));
      return 'size';
    }
    scratch = scratch.length < image.size ? Buffer.alloc(image.size) : scratch;
    const whole = scratch.subarray(0, image.size);
    await image.readInto(0, whole);
    return whole;
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'unexpected') return error.code;
    throw error;
  }
}

export const sealed = (bytes: Buffer, length: number): Buffer => {
  bytes.writeUInt32LE(0, 4);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, length)), 4);
  return bytes;
};

/** One change for {@link logEntry}. */
export type Change = { readonly offset: number; readonly data: Buffer } | { readonly offset: number; readonly zeros: number };

/** A log entry, laid out after [MS-VHDX] 2.3.1 independently of the reader. */
export function logEntry(guid: Buffer, sequence: number, tail: number, changes: readonly Change[], fileSize: number): Buffer {
  const descriptorBytes = Math.ceil((64 + changes.length * 32) / 4096) * 4096;
  const sectors = changes.filter((change) => 'data' in change).length;
  const entry = Buffer.alloc(descriptorBytes + sectors * 4096);
  entry.write('loge', 0, 'latin1');
  entry.writeUInt32LE(entry.length, 8);
  entry.writeUInt32LE(tail, 12);
  entry.writeBigUInt64LE(BigInt(sequence), 16);
  entry.writeUInt32LE(changes.length, 24);
  guid.copy(entry, 32);
  entry.writeBigUInt64LE(BigInt(fileSize), 48);
  entry.writeBigUInt64LE(BigInt(fileSize), 56);
  let sector = descriptorBytes;
  changes.forEach((change, i) => {
    const at = 64 + i * 32;
    entry.writeBigUInt64LE(BigInt(change.offset), at + 16);
    entry.writeBigUInt64LE(BigInt(sequence), at + 24);
    if ('zeros' in change) {
      entry.write('zero', at, 'latin1');
      entry.writeBigUInt64LE(BigInt(change.zeros), at + 8);
      return;
    }
    entry.write('desc', at, 'latin1');
    change.data.copy(entry, at + 4, 4092, 4096);
    change.data.copy(entry, at + 8, 0, 8);
    entry.write('data', sector, 'latin1');
    change.data.copy(entry, sector + 8, 8, 4092);
    entry.writeUInt32LE(sequence, sector + 4092);
    sector += 4096;
  });
  return sealed(entry, entry.length);
}

/** Names a log in both headers, as a program does before it writes to the log. */
export function nameLog(file: Buffer, guid: Buffer): void {
  for (const offset of [64 << 10, 128 << 10]) {
    const header = file.subarray(offset, offset + 4096);
    guid.copy(header, 48);
    sealed(header, 4096);
  }
}

/** Where the log lies, by the first header. */
export const logOffset = (file: Buffer): number => Number(file.readBigUInt64LE((64 << 10) + 72));

/** Offset of a region, by its GUID's first bytes. */
export function regionOffset(file: Buffer, guid: 'bat' | 'metadata'): number {
  const first = { bat: 0x2dc27766, metadata: 0x8b7ca206 }[guid];
  for (let at = (192 << 10) + 16; ; at += 32) if (file.readUInt32LE(at) === first) return Number(file.readBigUInt64LE(at + 16));
}

export const load = (path: string): Buffer => readFileSync(path);

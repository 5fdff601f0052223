import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { EngineError, errnoOf } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { alignDown, alignUp } from '../base/safe-int.ts';
import { alignedBuffer } from './aligned-buffer.ts';
import { checkRange } from './bounds.ts';
import { openDirectFile, type DirectFile } from './node-direct-file.ts';
import type { BlockDevice } from './types.ts';

export interface DeviceOptions {
  readonly write: boolean;
  /** Bytes; needed where the system does not tell for a device node (Windows, macOS). */
  readonly size?: number;
  /** Logical sector size in bytes. */
  readonly sectorSize?: number;
  /** What is not written is known to read as zeros, because the caller made it so. */
  readonly readsZero?: boolean;
  /** Fail while a file system on it is mounted. */
  readonly exclusive?: boolean;
  /** The system reads whole sectors only, as raw devices of Windows and macOS do: round every read outwards. */
  readonly wholeSectors?: boolean;
}

/**
 * A disk: a block device, a physical drive, or a file that stands for one.
 * Everything aligned goes past the page cache, so that reading back reads the device.
 * @throws EngineError `rights-needed`, `target-in-use`, `target-gone`, `target-read-only`;
 *   while working `target-write-failed`, `target-read-failed`, `target-flush-failed`, `target-gone`
 */
export async function openDevice(path: string, options: DeviceOptions): Promise<BlockDevice & { readonly direct: boolean }> {
  const file = await openDirectFile(path, { write: options.write, direct: true, exclusive: options.exclusive ?? false }).catch((error: unknown) => {
    throw nameError(path, error, 'target-read-failed', {});
  });
  try {
    const size = options.size ?? (await sizeOf(path, file));
    const sectorSize = options.sectorSize ?? (await sectorSizeOf(path));
    const wholeSectors = options.wholeSectors ?? process.platform !== 'linux';
    return new Device(path, file, size, sectorSize, options.readsZero ?? false, wholeSectors);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class Device implements BlockDevice {
  readonly size: number;
  readonly sectorSize: number;
  readonly ordered = false;
  readonly readsZero: boolean;
  readonly #path: string;
  readonly #file: DirectFile;
  readonly #wholeSectors: boolean;

  constructor(path: string, file: DirectFile, size: number, sectorSize: number, readsZero: boolean, wholeSectors: boolean) {
    this.#path = path;
    this.#file = file;
    this.size = size;
    this.sectorSize = sectorSize;
    this.readsZero = readsZero;
    this.#wholeSectors = wholeSectors;
  }

  get direct(): boolean {
    return this.#file.direct !== null;
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange(this.#path, offset, buffer.length, this.size);
    const start = alignDown(offset, this.sectorSize);
    const end = alignUp(offset + buffer.length, this.sectorSize);
    if (this.#wholeSectors && end - start !== buffer.length && end <= this.size) {
      const rounded = alignedBuffer(end - start);
      await this.readInto(start, rounded);
      buffer.set(rounded.subarray(offset - start, offset - start + buffer.length));
      return;
    }
    let done: number;
    try {
      done = await this.#file.read(offset, buffer);
    } catch (error) {
      throw nameError(this.#path, error, 'target-read-failed', { offset });
    }
    if (done < buffer.length) throw new EngineError('target-read-failed', { path: this.#path, offset: offset + done, errno: 'end-of-device' });
  }

  async writeAt(offset: number, data: Uint8Array): Promise<void> {
    checkRange(this.#path, offset, data.length, this.size);
    try {
      await this.#file.write(offset, data);
    } catch (error) {
      throw nameError(this.#path, error, 'target-write-failed', { offset });
    }
  }

  async flush(): Promise<void> {
    try {
      await this.#file.handle.sync();
    } catch (error) {
      throw nameError(this.#path, error, 'target-flush-failed', {});
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export const DEVICE_ERRORS: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'rights-needed',
  EPERM: 'rights-needed',
  EBUSY: 'target-in-use',
  EROFS: 'target-read-only',
  ENOENT: 'target-gone',
  ENODEV: 'target-gone',
  ENXIO: 'target-gone',
  ENOMEDIUM: 'target-gone',
};

function nameError(path: string, error: unknown, otherwise: ErrorCode, params: Readonly<Record<string, number>>): EngineError {
  const errno = errnoOf(error) || 'unknown';
  // A disk pulled in mid-write answers with whatever is at hand (Linux: ENOSPC, then EIO); its node is what tells.
  const gone = process.platform !== 'win32' && !existsSync(path);
  const code = gone ? 'target-gone' : (DEVICE_ERRORS[errno] ?? otherwise);
  return new EngineError(code, { path, errno, ...params }, { cause: error });
}

async function sizeOf(path: string, file: DirectFile): Promise<number> {
  const stats = await file.handle.stat();
  if (stats.isFile()) return stats.size;
  const sectors = await sysfs(path, 'size');
  if (sectors === null) throw new EngineError('target-read-failed', { path, offset: 0, errno: 'no size' });
  // sysfs counts in units of 512 bytes whatever the sector size.
  return sectors * 512;
}

async function sectorSizeOf(path: string): Promise<number> {
  // A partition has no queue of its own; its disk's stands one level up.
  return (await sysfs(path, 'queue/logical_block_size')) ?? (await sysfs(path, '../queue/logical_block_size')) ?? 512;
}

async function sysfs(path: string, attribute: string): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  try {
    const node = basename(await realpath(path));
    const directory = await realpath(`/sys/class/block/${node}`);
    return Number((await readFile(`${directory}/${attribute}`, 'utf8')).trim());
  } catch {
    return null;
  }
}

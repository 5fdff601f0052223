import { closeSync, constants, existsSync, openSync, readSync, writeSync } from 'node:fs';
import { EngineError, errnoOf } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { alignDown, alignUp } from '../base/safe-int.ts';
import { alignedBuffer, BUFFER_ALIGNMENT, isAligned } from './aligned-buffer.ts';
import { checkRange } from './bounds.ts';
import { DEVICE_ERRORS } from './node-device.ts';

/** See node-direct-file.ts: Node names the flag on Linux only. */
const DIRECT_FLAG = process.platform === 'win32' ? 0x02000000 : (constants.O_DIRECT ?? 0);
const SMALLEST_SECTOR = 512;

/** The `errno` of errors for a disk that ends before the size it was opened with. */
export const END_OF_DEVICE = 'END';

/** A disk for a thread that has nothing else to do: every call blocks until it is done. */
export interface SyncDevice {
  /** Fills the whole of `buffer`. @throws EngineError `target-read-failed`, `target-gone` */
  readSync(offset: number, buffer: Uint8Array): void;
  /** @throws EngineError `target-write-failed`, `target-read-only`, `target-gone` */
  writeSync(offset: number, data: Uint8Array): void;
  close(): void;
}

export interface SyncDeviceOptions {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The system reads whole sectors only, as raw devices of Windows and macOS do. */
  readonly wholeSectors: boolean;
  /** Logical, bytes. */
  readonly sectorSize: number;
}

/** @throws EngineError `rights-needed`, `target-in-use`, `target-gone`, `target-read-failed` */
export function openSyncDevice(device: SyncDeviceOptions, options: { readonly write: boolean }): SyncDevice {
  const { path, size, sectorSize } = device;
  const access = options.write ? constants.O_RDWR : constants.O_RDONLY;
  const opened = (flags: number): number => {
    try {
      return openSync(path, flags);
    } catch (error) {
      if (flags !== access && errnoOf(error) === 'EINVAL') return -1;
      throw named(path, error, 'target-read-failed', 0);
    }
  };
  const cached = opened(access);
  let direct = DIRECT_FLAG ? opened(access | DIRECT_FLAG) : -1;

  /** Moves all of `buffer`, directly where it fits. */
  const move = (offset: number, buffer: Uint8Array, act: (fd: number, at: number, done: number) => number): void => {
    const fits = isAligned(buffer) && offset % SMALLEST_SECTOR === 0 && buffer.length % SMALLEST_SECTOR === 0;
    let done = 0;
    while (done < buffer.length) {
      const straight = fits && direct >= 0 && done % BUFFER_ALIGNMENT === 0;
      let moved: number;
      try {
        moved = act(straight ? direct : cached, offset + done, done);
      } catch (error) {
        if (!straight || errnoOf(error) !== 'EINVAL') throw error;
        // A request that fits no 4096-byte sector may be refused for that alone; any other refusal is for good.
        if (offset % BUFFER_ALIGNMENT === 0 && buffer.length % BUFFER_ALIGNMENT === 0) {
          closeSync(direct);
          direct = -1;
        }
        moved = act(cached, offset + done, done);
      }
      if (moved === 0) throw Object.assign(new Error('end of device'), { code: END_OF_DEVICE });
      done += moved;
    }
  };

  const result: SyncDevice = {
    readSync(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      const start = alignDown(offset, sectorSize);
      const end = alignUp(offset + buffer.length, sectorSize);
      if (device.wholeSectors && end - start !== buffer.length && end <= size) {
        const rounded = alignedBuffer(end - start);
        result.readSync(start, rounded);
        buffer.set(rounded.subarray(offset - start, offset - start + buffer.length));
        return;
      }
      try {
        move(offset, buffer, (fd, at, done) => readSync(fd, buffer, done, buffer.length - done, at));
      } catch (error) {
        throw named(path, error, 'target-read-failed', offset);
      }
    },
    writeSync(offset, data) {
      checkRange(path, offset, data.length, size);
      try {
        move(offset, data, (fd, at, done) => writeSync(fd, data, done, data.length - done, at));
      } catch (error) {
        throw named(path, error, 'target-write-failed', offset);
      }
    },
    close() {
      if (direct >= 0) closeSync(direct);
      closeSync(cached);
    },
  };
  return result;
}

function named(path: string, error: unknown, otherwise: ErrorCode, offset: number): EngineError {
  if (error instanceof EngineError) return error;
  const errno = errnoOf(error) || 'unknown';
  // As in node-device.ts: a disk pulled in mid-write answers with whatever is at hand; its node is what tells.
  const gone = process.platform !== 'win32' && !existsSync(path);
  return new EngineError(gone ? 'target-gone' : (DEVICE_ERRORS[errno] ?? otherwise), { path, errno, offset }, { cause: error });
}

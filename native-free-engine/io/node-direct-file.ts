import { constants, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { errnoOf } from '../base/errors.ts';
import { BUFFER_ALIGNMENT, isAligned } from './aligned-buffer.ts';

/**
 * The flag that takes a file past the page cache. Node names it on Linux only;
 * on Windows libuv takes its own UV_FS_O_DIRECT for FILE_FLAG_NO_BUFFERING.
 * macOS has no flag: its raw devices (/dev/rdiskN) are never cached.
 */
const DIRECT_FLAG = process.platform === 'win32' ? 0x02000000 : (constants.O_DIRECT ?? 0);

/** Direct I/O moves whole sectors; 512 bytes are the smallest there are. */
const SMALLEST_SECTOR = 512;

/**
 * A file opened twice where the system allows: once directly, for aligned
 * buffers, and once through the page cache, for tails and odd offsets.
 */
export interface DirectFile {
  readonly handle: FileHandle;
  /** Null where direct I/O cannot be had: everything goes through `handle`. */
  readonly direct: FileHandle | null;
  /** Reads up to the whole buffer; less only at the end of the file. */
  read(offset: number, buffer: Uint8Array): Promise<number>;
  /** The same in the caller's thread, for threads that have nothing else to do. */
  readBlocking(offset: number, buffer: Uint8Array): number;
  /** Writes the whole buffer. */
  write(offset: number, data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface DirectFileOptions {
  readonly write: boolean;
  /** Try direct I/O; files on some file systems (FUSE, some network drives) cannot. */
  readonly direct: boolean;
  /** On a block device: fail with EBUSY while anybody else has claimed it (a mounted file system has). */
  readonly exclusive?: boolean;
}

/** @throws the system's own error; callers know what the file was for and name it */
export async function openDirectFile(path: string, options: DirectFileOptions): Promise<DirectFile> {
  const access = options.write ? constants.O_RDWR : constants.O_RDONLY;
  const handle = await open(path, access | (options.exclusive ? constants.O_EXCL : 0));
  let direct: FileHandle | null = null;
  if (options.direct && DIRECT_FLAG !== 0) {
    try {
      direct = await open(path, access | DIRECT_FLAG);
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL') {
        await handle.close();
        throw error;
      }
    }
  }
  return new DirectFileImpl(handle, direct);
}

class DirectFileImpl implements DirectFile {
  readonly handle: FileHandle;
  direct: FileHandle | null;

  constructor(handle: FileHandle, direct: FileHandle | null) {
    this.handle = handle;
    this.direct = direct;
  }

  async read(offset: number, buffer: Uint8Array): Promise<number> {
    let done = 0;
    while (done < buffer.length) {
      const part = buffer.subarray(done);
      const { bytesRead } = await this.#run(offset + done, part, (file) => file.read(part, 0, part.length, offset + done));
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  readBlocking(offset: number, buffer: Uint8Array): number {
    let done = 0;
    while (done < buffer.length) {
      const part = buffer.subarray(done);
      const direct = this.#directFor(offset + done, part);
      let read: number;
      try {
        read = readSync((direct ?? this.handle).fd, part, 0, part.length, offset + done);
      } catch (error) {
        this.#refused(direct, error, offset + done, part);
        read = readSync(this.handle.fd, part, 0, part.length, offset + done);
      }
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const part = data.subarray(done);
      const { bytesWritten } = await this.#run(offset + done, part, (file) => file.write(part, 0, part.length, offset + done));
      // A device that takes nothing and names no error would keep us here for ever.
      if (bytesWritten === 0) throw Object.assign(new Error('wrote nothing'), { code: 'EIO' });
      done += bytesWritten;
    }
  }

  async close(): Promise<void> {
    await this.direct?.close();
    await this.handle.close();
  }

  /** Direct where offset, length and memory allow. */
  async #run<T>(offset: number, buffer: Uint8Array, act: (file: FileHandle) => Promise<T>): Promise<T> {
    const direct = this.#directFor(offset, buffer);
    try {
      return await act(direct ?? this.handle);
    } catch (error) {
      this.#refused(direct, error, offset, buffer);
      return act(this.handle);
    }
  }

  #directFor(offset: number, buffer: Uint8Array): FileHandle | null {
    return isAligned(buffer) && offset % SMALLEST_SECTOR === 0 && buffer.length % SMALLEST_SECTOR === 0 ? this.direct : null;
  }

  /** A file system that refuses direct I/O (EINVAL) is not asked again; any other error is thrown on. */
  #refused(direct: FileHandle | null, error: unknown, offset: number, buffer: Uint8Array): void {
    if (!direct || errnoOf(error) !== 'EINVAL') throw error;
    // A request that fits no 4096-byte sector may be refused for that alone; any other refusal is for good.
    const fits = offset % BUFFER_ALIGNMENT === 0 && buffer.length % BUFFER_ALIGNMENT === 0;
    if (!fits || this.direct !== direct) return;
    this.direct = null;
    void direct.close().catch(() => undefined);
  }
}

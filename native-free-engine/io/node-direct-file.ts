import { constants, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { errnoOf } from '../base/errors.ts';
import { alignDown, alignUp } from '../base/safe-int.ts';
import { alignedBuffer, BUFFER_ALIGNMENT, isAligned } from './aligned-buffer.ts';

/**
 * The flag that takes a file past the page cache. Node names it on Linux only;
 * on Windows libuv takes its own UV_FS_O_DIRECT for FILE_FLAG_NO_BUFFERING.
 * macOS has no flag: its raw devices (/dev/rdiskN) are never cached.
 */
const DIRECT_FLAG = process.platform === 'win32' ? 0x02000000 : (constants.O_DIRECT ?? 0);

/** Direct I/O moves whole sectors; 512 bytes are the smallest there are. */
const SMALLEST_SECTOR = 512;

/** Reads of this size and more go past the page cache whatever their alignment: a copy of our own takes a fraction of what filling the cache does. */
const WORTH_A_COPY = 1 << 20;
/** What is read for such a copy at once, bytes. */
const COPY_BYTES = 4 << 20;
/** Buffers for such copies that are kept for the next one, of all files. */
const MAX_SPARE = 4;
const spare: Uint8Array[] = [];

/**
 * A file opened twice where the system allows: once directly, for aligned
 * buffers and large reads, and once through the page cache, for tails and odd offsets.
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
  /** Node closes a file once nothing of it is outstanding any more, which a silent disk never lets happen: then it is let go of unclosed. */
  close(): Promise<void>;
}

/** A disk that keeps a request is waited for no longer than this when it is let go of. Milliseconds. */
const LET_GO_MS = 5000;

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
      const rest = buffer.subarray(done);
      const straight = straightPart(offset + done, rest);
      const copied = straight.length === 0 && this.direct !== null && buffer.length >= WORTH_A_COPY;
      const read = await (copied ? this.#readCopy(offset + done, rest) : this.#readPart(offset + done, straight.length > 0 ? straight : rest));
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  readBlocking(offset: number, buffer: Uint8Array): number {
    let done = 0;
    while (done < buffer.length) {
      const rest = buffer.subarray(done);
      const straight = straightPart(offset + done, rest);
      const part = straight.length > 0 ? straight : rest;
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
    const closed = Promise.all([this.direct?.close(), this.handle.close()]);
    closed.catch(() => undefined);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LET_GO_MS)));
    await Promise.race([closed, late]).finally(() => clearTimeout(timer));
  }

  async #readPart(offset: number, part: Uint8Array): Promise<number> {
    return (await this.#run(offset, part, (file) => file.read(part, 0, part.length, offset))).bytesRead;
  }

  /** Reads whole blocks around what is wanted, as far as one buffer holds it. Returns the bytes of `target` that were filled. */
  async #readCopy(offset: number, target: Uint8Array): Promise<number> {
    const start = alignDown(offset, BUFFER_ALIGNMENT);
    const scratch = spare.pop() ?? alignedBuffer(COPY_BYTES);
    try {
      const blocks = scratch.subarray(0, Math.min(COPY_BYTES, alignUp(offset + target.length, BUFFER_ALIGNMENT) - start));
      const read = await this.#readPart(start, blocks);
      const found = scratch.subarray(offset - start, Math.min(read, offset - start + target.length));
      target.set(found);
      return found.length;
    } finally {
      if (spare.length < MAX_SPARE) spare.push(scratch);
    }
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
    return straightPart(offset, buffer).length === buffer.length ? this.direct : null;
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

/** As much of `buffer`, from its start, as direct I/O can move: all of it, all but a tail, or nothing. */
function straightPart(offset: number, buffer: Uint8Array): Uint8Array {
  if (!isAligned(buffer) || offset % SMALLEST_SECTOR !== 0) return buffer.subarray(0, 0);
  return buffer.length % SMALLEST_SECTOR === 0 ? buffer : buffer.subarray(0, alignDown(buffer.length, BUFFER_ALIGNMENT));
}

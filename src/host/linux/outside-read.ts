import { spawn } from 'node:child_process';
import { EngineError, type BlockSource } from '../../../native-free-engine/index.ts';
import { toolEnvironment } from '../command.ts';

/** Small reads next to each other become one. Bytes. */
const BLOCK_BYTES = 128 * 1024;
/** Enough for the tables and the starts of the partitions that are looked at together. */
const KEPT_BLOCKS = 32;
const NO_RIGHTS = /permission denied|not permitted/i;

/**
 * A disk looked at through `dd`, a process of its own, past the page cache.
 *
 * A read of a disk that does not answer cannot be interrupted, not even by
 * SIGKILL: made in this process it would take a thread away from all other
 * disks and keep the program from ending for as long as the disk hangs. Here
 * it holds up nobody but that one `dd`, which ends when the disk lets it.
 * @throws EngineError `rights-needed`, `target-read-failed`
 */
export function outsideSource(disk: { readonly path: string; readonly size: number; readonly logicalSectorSize: number }): BlockSource {
  const { path, size, logicalSectorSize } = disk;
  const blocks = new Map<number, Promise<Buffer>>();

  const block = (start: number): Promise<Buffer> => {
    const known = blocks.get(start);
    if (known) return known;
    const [oldest] = blocks.keys();
    if (blocks.size >= KEPT_BLOCKS && oldest !== undefined) blocks.delete(oldest);
    const read = readOutside(path, start, Math.min(BLOCK_BYTES, size - start));
    blocks.set(start, read);
    return read;
  };

  return {
    size,
    sectorSize: logicalSectorSize,
    async readInto(offset, buffer) {
      if (offset < 0 || offset + buffer.length > size) throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${buffer.length}`, available: size });
      const aligned = offset % logicalSectorSize === 0 && buffer.length % logicalSectorSize === 0;
      if (aligned && buffer.length > BLOCK_BYTES) {
        buffer.set(await readOutside(path, offset, buffer.length));
        return;
      }
      for (let done = 0; done < buffer.length; ) {
        const from = (offset + done) % BLOCK_BYTES;
        const piece = (await block(offset + done - from)).subarray(from, from + buffer.length - done);
        buffer.set(piece, done);
        done += piece.length;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Offset and length in bytes, in whole sectors. */
function readOutside(path: string, offset: number, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('dd', [`if=${path}`, `bs=${length}`, 'count=1', `skip=${offset}`, 'iflag=direct,skip_bytes,fullblock', 'status=none'], {
      env: toolEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const parts: Buffer[] = [];
    let complaint = '';
    const failed = (errno: string): EngineError =>
      NO_RIGHTS.test(errno) ? new EngineError('rights-needed', { path }) : new EngineError('target-read-failed', { path, offset, errno });
    child.stdout.on('data', (data: Buffer) => void parts.push(data));
    child.stderr.on('data', (data: Buffer) => {
      if (complaint.length < 500) complaint += data.toString();
    });
    child.on('error', (error) => reject(failed(error.message)));
    child.on('close', () => {
      const data = Buffer.concat(parts);
      if (data.length === length) resolve(data);
      else reject(failed(complaint.trim() || 'end-of-device'));
    });
  });
}

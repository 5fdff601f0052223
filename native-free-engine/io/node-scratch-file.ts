import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../base/errors.ts';
import { checkRange } from './bounds.ts';
import { destinationError } from './destination-error.ts';
import type { BlockDevice } from './types.ts';

/** Space that is left free for everybody else. */
const RESERVE_BYTES = 256 << 20;

/** A file in the making that nobody else sees; `size` is how far it was written. */
export type ScratchFile = Pick<BlockDevice, 'size' | 'sectorSize' | 'readInto' | 'writeAt' | 'flush' | 'close'>;

/**
 * A temporary file without a name: it is removed from its folder as soon as it is open, so that nothing of it is left when it is
 * closed, when the program dies or the power goes. Where a system does not bear that, it goes when it is closed.
 * @throws EngineError `destination-unwritable`; while writing `destination-full` before the file system is
 */
export async function scratchFile(folder: string): Promise<ScratchFile> {
  const path = join(folder, `werkbank-${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(path, 'wx+', 0o600).catch(unwritable(folder));
  let named = !(await rm(path).then(() => true, () => false));
  let end = 0;
  return {
    get size() {
      return end;
    },
    sectorSize: 512,
    async readInto(offset, buffer) {
      checkRange('scratch file', offset, buffer.length, end);
      for (let done = 0; done < buffer.length; ) {
        const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done).catch(unwritable(folder));
        if (bytesRead === 0) throw new EngineError('struct-out-of-bounds', { wanted: `${offset}+${buffer.length}`, available: end });
        done += bytesRead;
      }
    },
    async writeAt(offset, data) {
      const { bavail, bsize } = await statfs(folder).catch(unwritable(folder));
      if (offset + data.length > end && bavail * bsize < data.length + RESERVE_BYTES) throw new EngineError('destination-full', { path: folder });
      for (let done = 0; done < data.length; ) {
        done += (await file.write(data, done, data.length - done, offset + done).catch(unwritable(folder))).bytesWritten;
      }
      end = Math.max(end, offset + data.length);
    },
    // It has not to outlive this program.
    flush: () => Promise.resolve(),
    async close() {
      await file.close().catch(() => undefined);
      if (named) await rm(path, { force: true });
      named = false;
    },
  };
}

const unwritable = (path: string) => (error: unknown): never => {
  throw destinationError(path, error);
};

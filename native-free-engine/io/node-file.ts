import { stat } from 'node:fs/promises';
import { EngineError, errnoOf } from '../base/errors.ts';
import { checkRange } from './bounds.ts';
import { openDirectFile } from './node-direct-file.ts';
import type { BlockSource } from './types.ts';

/**
 * An ordinary file as a source, read past the page cache where aligned buffers allow.
 * @param options `blocking`: reads block the thread, for those that have nothing else to do: quicker than a turn through the pool
 * @throws EngineError `image-not-found`, `image-unreadable`, and while reading `image-changed`, `image-unreadable`
 */
export async function openFileSource(path: string, options: { readonly sectorSize?: number; readonly blocking?: boolean } = {}): Promise<BlockSource> {
  const unreadable = (error: unknown): EngineError =>
    errnoOf(error) === 'ENOENT'
      ? new EngineError('image-not-found', { path }, { cause: error })
      : new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });

  const before = await stat(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  if (!before.isFile()) throw new EngineError('image-unreadable', { path, errno: before.isDirectory() ? 'EISDIR' : 'not a file' });
  const file = await openDirectFile(path, { write: false, direct: true }).catch((error: unknown) => {
    throw unreadable(error);
  });
  const size = before.size;
  return {
    size,
    sectorSize: options.sectorSize ?? 512,
    async readInto(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      let done: number;
      try {
        done = options.blocking ? file.readBlocking(offset, buffer) : await file.read(offset, buffer);
      } catch (error) {
        throw unreadable(error);
      }
      if (done < buffer.length) throw new EngineError('image-changed', { path, was: size, is: offset + done });
    },
    close: () => file.close(),
  };
}

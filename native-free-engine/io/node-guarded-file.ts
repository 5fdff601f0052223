import { stat } from 'node:fs/promises';
import { EngineError, errnoOf } from '../base/errors.ts';
import { openFileSource } from './node-file.ts';
import type { BlockSource } from './types.ts';

/** Whoever reads with a thread of its own looks at the file again after this many bytes: looking takes longer than a read there. */
const CHECK_EVERY_BYTES = 64 << 20;

/**
 * A file as a source, which says so when the file becomes another one: when
 * its size or its time of change is not what it was when it was opened. Looked at behind every read: of what lies in a disc the last
 * byte is never the file's last, and what was read of it is then of one file alone.
 * @throws EngineError `image-not-found`, `image-unreadable`, and while reading `image-changed`
 */
export async function openGuardedFile(path: string, options: { readonly blocking?: boolean } = {}): Promise<BlockSource> {
  const source = await openFileSource(path, options);
  const before = await stat(path).catch(() => null);
  let unchecked = 0;
  const check = async (): Promise<void> => {
    unchecked = 0;
    const now = await stat(path).catch((error: unknown) => {
      throw new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
    });
    if (now.size !== source.size || now.mtimeMs !== before?.mtimeMs || now.ino !== before.ino) {
      throw new EngineError('image-changed', { path });
    }
  };
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    async readInto(offset, buffer) {
      await source.readInto(offset, buffer);
      unchecked += buffer.length;
      if (!options.blocking || unchecked >= CHECK_EVERY_BYTES || offset + buffer.length === source.size) await check();
    },
    close: () => source.close(),
  };
}

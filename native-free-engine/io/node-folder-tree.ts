import { isUtf8 } from 'node:buffer';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink, stat, type FileHandle } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { EngineError, errnoOf } from '../base/errors.ts';
import { checkRange } from './bounds.ts';
import type { FileTimes } from './file-times.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { BlockSource } from './types.ts';

/** What stands for bytes that are no text. */
const REPLACEMENT = '\ufffd';

/** POSIX: the owner, the group or others may execute it. */
const ANY_EXECUTE = 0o111n;

/** What a file was when its folder was listed: it must still be that when it is read. */
interface Seen {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ino: bigint;
}

/**
 * A folder of this computer as a tree, in the order of its names. Symbolic
 * links are not followed: they and devices, pipes and sockets are left out.
 * @throws EngineError `file-unreadable`, `tree-name-not-text`, `tree-too-large`, `tree-too-deep`, and while a file is read `file-changed`; AbortError
 */
export async function folderTree(folder: string, options: { readonly label?: string; readonly signal?: AbortSignal | undefined } = {}): Promise<FileTree> {
  const root = resolve(folder);
  const builder = new TreeBuilder();
  const list = async (inside: string): Promise<void> => {
    throwIfAborted(options.signal);
    const names = await namesIn(join(root, inside)).catch(unreadable(join(root, inside)));
    // By code units: the same on every computer, whatever its language.
    for (const name of names.sort()) {
      const path = builder.join(inside, name);
      const place = join(root, path);
      const stats = await lstat(place, { bigint: true }).catch(unreadable(place));
      const times = timesOf(stats);
      const common = { path, modifiedAt: stats.mtime, times, attributes: 0 };
      if (stats.isFile()) {
        const linked = stats.nlink > 1n ? { sameFile: `${stats.dev}:${stats.ino}` } : {};
        const executable = (stats.mode & ANY_EXECUTE) !== 0n ? { executable: true } : {};
        builder.add({ ...common, ...linked, ...executable, kind: 'file', size: Number(stats.size), open: () => openSeen(place, stats) });
      } else if (stats.isDirectory()) {
        builder.add({ ...common, kind: 'folder', size: 0, open: () => Promise.reject(new EngineError('file-unreadable', { path: place, errno: 'EISDIR' })) });
        await list(path);
      } else {
        builder.leaveOut(stats.isSymbolicLink() ? { path, times, ...(await linkAt(place)) } : { path, why: 'special', target: '' });
      }
    }
  };
  const times = timesOf(await stat(root, { bigint: true }).catch(unreadable(root)));
  await list('');
  return builder.build(options.label ?? basename(root), times);
}

/**
 * What is in a folder. Node makes U+FFFD of bytes that are no text, and such a name is not there any more, or is another file's.
 * @throws EngineError `tree-name-not-text`
 */
async function namesIn(place: string): Promise<string[]> {
  const names = await readdir(place);
  if (!names.some((name) => name.includes(REPLACEMENT))) return names;
  for (const name of await readdir(place, { encoding: 'buffer' })) {
    if (!isUtf8(name)) throw new EngineError('tree-name-not-text', { path: join(place, bytesInText(name)) });
  }
  return names;
}

/** As `ls -b` shows it: what is not ASCII as its bytes. */
const bytesInText = (name: Uint8Array): string => Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');

/** One file of this computer as an entry of a tree. @param path where it stands in the tree @throws EngineError `file-unreadable` */
export async function fileEntry(place: string, path: string): Promise<TreeEntry> {
  const stats = await lstat(place, { bigint: true }).catch(unreadable(place));
  if (!stats.isFile()) throw new EngineError('file-unreadable', { path: place, errno: 'EISDIR' });
  return { path, kind: 'file', size: Number(stats.size), modifiedAt: stats.mtime, attributes: 0, open: () => openSeen(place, stats) };
}

const timesOf = ({ birthtimeNs, atimeNs, mtimeNs }: BigIntStats): FileTimes => ({ created: birthtimeNs > 0n ? birthtimeNs : mtimeNs, accessed: atimeNs, modified: mtimeNs });

async function linkAt(place: string): Promise<{ why: 'link'; target: string; ofFolder: boolean }> {
  const bytes = await readlink(place, { encoding: 'buffer' }).catch(() => null);
  // One that is no text would lead elsewhere once it was written down.
  const target = bytes && isUtf8(bytes) ? bytes.toString() : '';
  const ofFolder = await stat(place).then((behind) => behind.isDirectory(), () => false);
  return { why: 'link', target, ofFolder };
}

const unreadable = (path: string) => (error: unknown): never => {
  if (error instanceof EngineError) throw error;
  throw new EngineError('file-unreadable', { path, errno: errnoOf(error) }, { cause: error });
};

/** Opens a file that must be what was seen: not a link put in its place, not another size. */
async function openSeen(path: string, seen: Seen): Promise<BlockSource> {
  // Windows knows no O_NOFOLLOW; there the number of the file tells.
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(unreadable(path));
  try {
    await check(file, path, seen);
  } catch (error) {
    await file.close();
    throw error;
  }
  const size = Number(seen.size);
  return {
    size,
    sectorSize: 512,
    async readInto(offset, buffer) {
      checkRange(path, offset, buffer.length, size);
      for (let done = 0; done < buffer.length; ) {
        const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done).catch(unreadable(path));
        if (bytesRead === 0) throw new EngineError('file-changed', { path });
        done += bytesRead;
      }
      // Whoever reads to the end has read all of one file, not parts of two.
      if (offset + buffer.length === size) await check(file, path, seen);
    },
    close: () => file.close(),
  };
}

async function check(file: FileHandle, path: string, seen: Seen): Promise<void> {
  const now = await file.stat({ bigint: true }).catch(unreadable(path));
  if (now.size !== seen.size || now.mtimeNs !== seen.mtimeNs || now.ino !== seen.ino) throw new EngineError('file-changed', { path });
}

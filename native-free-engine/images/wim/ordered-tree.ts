import { WimCrew } from '../../codecs/node-wim-crew.ts';
import { checkRange } from '../../io/bounds.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { memoryDevice } from '../../io/memory.ts';
import type { BlockSource } from '../../io/types.ts';
import { contentsOf, walk } from './entry.ts';
import { checked, imageTree, type WimImage } from './image.ts';
import type { Wim } from './open.ts';
import { readInOrder, type StreamBytes } from './sequence.ts';
import { compareInFile } from './split.ts';
import type { Stream } from './types.ts';

/** Contents that are kept for the next file that has the same, bytes. */
const KEPT_BYTES = 4 << 20;

/**
 * {@link imageTree} for somebody who reads all of it: folders first, then the files in the order in which the WIM holds them, unpacked
 * on all cores while the ones before are written. Read in another order it gives the same, but slowly. Contents that are not what
 * their SHA-1 says end with `wim-checksum-mismatch` and the file's path before the last of them is given.
 * @returns the tree, and what ends its threads
 */
export function orderedTree(wim: Wim, image: WimImage, signal?: AbortSignal): { readonly tree: FileTree; close(): Promise<void> } {
  const tree = imageTree(wim, image);
  const hashes = new Map<string, string>();
  for (const { path, entry } of walk(image.root)) hashes.set(path, contentsOf(entry));
  const files: { entry: TreeEntry; stream: Stream }[] = [];
  const others: TreeEntry[] = [];
  for (const entry of tree.entries) {
    const stream = entry.kind === 'file' ? wim.table.streams.get(hashes.get(entry.path) ?? '') : undefined;
    if (stream && stream.size > 0) files.push({ entry, stream });
    else others.push(entry);
  }
  files.sort((a, b) => compareInFile(a.stream, b.stream));
  const crew = new WimCrew();
  const contents = new OrderedContents(wim, readInOrder(wim, [...new Set(files.map(({ stream }) => stream))], crew, signal));
  const ordered = files.map(({ entry, stream }): TreeEntry => ({ ...entry, open: async () => checked(wim, stream, await contents.open(stream), entry.path) }));
  return { tree: { ...tree, entries: [...others, ...ordered] }, close: () => crew.close() };
}

class OrderedContents {
  readonly #wim: Wim;
  readonly #bytes: AsyncGenerator<StreamBytes>;
  /** Bytes that came and were not taken yet. */
  #next: StreamBytes | null = null;
  #kept: { readonly stream: Stream; readonly data: Uint8Array } | null = null;

  constructor(wim: Wim, bytes: AsyncGenerator<StreamBytes>) {
    this.#wim = wim;
    this.#bytes = bytes;
  }

  async open(stream: Stream): Promise<BlockSource> {
    if (stream.size > KEPT_BYTES) {
      return {
        size: stream.size,
        sectorSize: 512,
        readInto: async (offset, buffer) => {
          checkRange('stream', offset, buffer.length, stream.size);
          if (!(await this.#take(stream, offset, buffer))) await this.#wim.resources.source(stream).readInto(offset, buffer);
        },
        close: () => Promise.resolve(),
      };
    }
    if (this.#kept?.stream !== stream) {
      const data = new Uint8Array(stream.size);
      if (!(await this.#take(stream, 0, data))) await this.#wim.resources.source(stream).readInto(0, data);
      this.#kept = { stream, data };
    }
    return memoryDevice(this.#kept.data);
  }

  /** Fills `buffer` with what comes next, when that is what is wanted. */
  async #take(stream: Stream, offset: number, buffer: Uint8Array): Promise<boolean> {
    for (let done = 0; done < buffer.length; ) {
      const next = (this.#next ??= ((await this.#bytes.next()) as IteratorResult<StreamBytes, undefined>).value ?? null);
      if (next?.stream !== stream || next.offset !== offset + done) {
        // Nothing was taken of what is somebody else's; what was taken of this is read again.
        return false;
      }
      const length = Math.min(next.data.length, buffer.length - done);
      buffer.set(next.data.subarray(0, length), done);
      done += length;
      this.#next = length === next.data.length ? null : { stream, offset: next.offset + length, data: next.data.subarray(length) };
    }
    return true;
  }
}

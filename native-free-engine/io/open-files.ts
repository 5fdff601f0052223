import type { TreeEntry } from './file-tree.ts';
import type { BlockSource } from './types.ts';

/** Files kept open at once; readers that are some way apart each have theirs. */
const MAX_OPEN = 8;

interface Opened {
  readonly source: Promise<BlockSource>;
  users: number;
}

/** Opens the files of a tree as they are read, and keeps the last few open: a large file is read in many pieces. */
export class OpenFiles {
  /** Least recently used first. */
  readonly #open = new Map<TreeEntry, Opened>();

  /** Fills `target` from byte `offset` of a file. @throws EngineError of opening and reading it */
  async read(entry: TreeEntry, offset: number, target: Uint8Array): Promise<void> {
    const opened = this.#open.get(entry) ?? { source: entry.open(), users: 0 };
    this.#open.delete(entry);
    this.#open.set(entry, opened);
    opened.users++;
    try {
      await (await opened.source).readInto(offset, target);
    } catch (error) {
      // What could not be opened is asked for anew the next time.
      if (this.#open.get(entry) === opened) this.#open.delete(entry);
      void close(opened);
      throw error;
    } finally {
      opened.users--;
    }
    for (const [oldest, candidate] of this.#open) {
      if (this.#open.size <= MAX_OPEN) break;
      if (candidate.users > 0) continue;
      this.#open.delete(oldest);
      await close(candidate);
    }
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(close));
  }
}

const close = (opened: Opened): Promise<void> => opened.source.then((source) => source.close()).catch(() => undefined);

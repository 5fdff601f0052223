import { EngineError } from '../base/errors.ts';
import type { FileTimes } from './file-times.ts';
import type { FileTree, LeftOut, TreeEntry } from './file-tree.ts';

/** Levels of folders; Windows and Linux both end near 4096 characters, some 250 levels with the shortest names that people use. */
const MAX_DEPTH = 256;
const MAX_ENTRIES = 1_000_000;

/** True for a name that stays in its folder on every system that we know, once it is checked for that system's own rules. */
export const isSafeName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);

/**
 * Collects a {@link FileTree} and keeps its promises: no name leads out of its
 * folder, no path occurs twice, nothing is deeper or more than a system can bear.
 */
export class TreeBuilder {
  readonly #entries: TreeEntry[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #paths = new Set<string>();
  readonly #limit: number;

  /** @param limit most entries, where what is read can hold only so many */
  constructor(limit = MAX_ENTRIES) {
    this.#limit = Math.min(limit, MAX_ENTRIES);
  }

  /**
   * The path of `name` in `folder` ('' for the root).
   * @throws EngineError `tree-name-unsafe`, `tree-too-deep`
   */
  join(folder: string, name: string): string {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!isSafeName(name)) throw new EngineError('tree-name-unsafe', { path });
    let depth = 1;
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth++;
    // One level more for the file in the deepest folder.
    if (depth > MAX_DEPTH + 1) throw new EngineError('tree-too-deep', { path: path.slice(0, 200), limit: MAX_DEPTH });
    return path;
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** @param entry with a path from {@link join} @throws EngineError `tree-name-twice`, `tree-too-large` */
  add(entry: TreeEntry): void {
    this.#take(entry.path);
    this.#entries.push(entry);
  }

  /** @throws EngineError as {@link add} */
  leaveOut(leftOut: LeftOut): void {
    this.#take(leftOut.path);
    this.#leftOut.push(leftOut);
  }

  /** @param times of the root itself, where they are known */
  build(label: string, times?: FileTimes): FileTree {
    return { label, ...(times ? { times } : {}), entries: this.#entries, leftOut: this.#leftOut };
  }

  #take(path: string): void {
    if (this.#paths.size >= this.#limit) throw new EngineError('tree-too-large', { limit: this.#limit });
    if (this.#paths.has(path)) throw new EngineError('tree-name-twice', { path });
    this.#paths.add(path);
  }
}

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EngineError, errnoOf } from '../../base/errors.ts';
import { checkRange } from '../../io/bounds.ts';
import { openFileSource } from '../../io/node-file.ts';
import type { BlockSource } from '../../io/types.ts';

/** Parts kept open: there may be hundreds, and a process has only so many files. */
const MAX_OPEN = 8;

export interface SplitFile {
  readonly source: BlockSource;
  /** The parts in order. */
  readonly files: readonly string[];
}

/** `NAME` of a part `NAME.001`, else null. */
export function splitNameOf(location: string): string | null {
  return /^(.+)\.\d{3}$/s.exec(location)?.[1] ?? null;
}

/**
 * The parts `NAME.001`, `NAME.002`, ... as the one file that they were.
 * @param name without the parts' numbers
 * @param expected how many parts there are, where something else tells
 * @returns null when there is no part at all
 * @throws EngineError `image-part-missing`, `image-unreadable`
 */
export async function openSplitFile(name: string, expected = 0): Promise<SplitFile | null> {
  const numbers = await partNumbers(name);
  if (numbers.size === 0) return null;
  const count = Math.max(expected, ...numbers);
  const files = Array.from({ length: count }, (_, i) => `${name}.${String(i + 1).padStart(3, '0')}`);
  const starts: number[] = [];
  let size = 0;
  for (const [i, file] of files.entries()) {
    if (!numbers.has(i + 1)) throw new EngineError('image-part-missing', { path: name, part: i + 1 });
    starts.push(size);
    size += await sizeOf(file);
  }
  return { source: new JoinedParts(name, files, starts, size), files };
}

async function partNumbers(name: string): Promise<Set<number>> {
  const own = `${basename(name)}.`;
  const entries = await readdir(dirname(name)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw new EngineError('image-unreadable', { path: name, errno: errnoOf(error) }, { cause: error });
  });
  const parts = entries.filter((entry) => entry.startsWith(own) && /^\d{3}$/.test(entry.slice(own.length)));
  return new Set(parts.map((entry) => Number(entry.slice(own.length))).filter((number) => number > 0));
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  }
}

interface OpenPart {
  readonly source: Promise<BlockSource>;
  users: number;
}

class JoinedParts implements BlockSource {
  readonly size: number;
  readonly sectorSize = 512;
  readonly #name: string;
  readonly #files: readonly string[];
  readonly #starts: readonly number[];
  /** In the order of last use. */
  readonly #open = new Map<number, OpenPart>();

  constructor(name: string, files: readonly string[], starts: readonly number[], size: number) {
    this.#name = name;
    this.#files = files;
    this.#starts = starts;
    this.size = size;
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange(this.#name, offset, buffer.length, this.size);
    let index = this.#starts.findLastIndex((start) => start <= offset);
    for (let at = 0; at < buffer.length; index++) {
      const start = this.#starts[index]!;
      const end = this.#starts[index + 1] ?? this.size;
      const length = Math.min(buffer.length - at, end - (offset + at));
      if (length > 0) await this.#readPart(index, offset + at - start, buffer.subarray(at, at + length));
      at += length;
    }
  }

  async close(): Promise<void> {
    const parts = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(parts.map(async ({ source }) => (await source).close()));
  }

  async #readPart(index: number, offset: number, buffer: Uint8Array): Promise<void> {
    const part = this.#open.get(index) ?? { source: openFileSource(this.#files[index]!), users: 0 };
    this.#open.delete(index);
    this.#open.set(index, part);
    part.users++;
    try {
      const source = await part.source.catch((error: unknown) => {
        this.#open.delete(index);
        throw error;
      });
      await source.readInto(offset, buffer);
    } finally {
      part.users--;
      await this.#closeIdle();
    }
  }

  async #closeIdle(): Promise<void> {
    for (const [index, part] of this.#open) {
      if (this.#open.size <= MAX_OPEN) return;
      if (part.users > 0) continue;
      this.#open.delete(index);
      await (await part.source).close();
    }
  }
}

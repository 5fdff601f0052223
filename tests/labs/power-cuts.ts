import { onFileStep, type FileStep } from './file-steps.ts';
import { closeSync, cpSync, existsSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** What a folder held when the power went. */
export interface PowerCut {
  /** Before which step, for people. */
  readonly at: string;
  /** The folder is as it was then. */
  restore(): void;
}

export interface Cuts {
  readonly cuts: readonly PowerCut[];
  readonly steps: readonly FileStep[];
  /** Rules of lasting that were broken, for people. */
  readonly careless: readonly string[];
}

const SECTOR = 512;
let count = 0;

/**
 * Does something to the files of a folder, and keeps what would be left there if the power had gone before each step of it that
 * changes something (a process that is killed leaves the same); for writes also what half of one leaves, and what is left when
 * that takes along all that was not yet put on stable storage. Where nothing has changed since the step before, that is not told again.
 * @param keep a folder elsewhere
 * @param wanted which steps count; all by default
 */
export async function powerCuts(folder: string, keep: string, act: () => Promise<unknown>, wanted: (step: FileStep) => boolean = () => true): Promise<Cuts> {
  const cuts: PowerCut[] = [];
  const steps: FileStep[] = [];
  let before = '';
  const root = resolve(folder);
  const memory = new Memory();
  const snapshot = (at: string, change: (copy: string) => void = () => undefined): void => {
    const copy = join(keep, `cut-${count++}`);
    copyTree(root, copy);
    change(copy);
    cuts.push({
      at,
      restore() {
        for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
        copyTree(copy, root);
      },
    });
  };
  const cut = (at: string): void => {
    const now = stateOf(root);
    if (now === before) return;
    before = now;
    snapshot(at);
    const lost = memory.lost();
    if (lost.length > 0) snapshot(`${at}, and what was in memory was lost`, (copy) => lost.forEach(({ path, size }) => truncateSync(join(copy, relative(root, path)), size)));
  };
  const stop = onFileStep((given) => {
    const step = { ...given, path: resolve(given.path), to: given.to === '' ? '' : resolve(given.to) };
    if (step.path !== root && !step.path.startsWith(`${root}/`)) return;
    const own = relative(root, step.path);
    const at = `${steps.length}: ${step.kind} ${own}${step.to === '' ? '' : ` -> ${relative(root, step.to)}`}`;
    if (wanted(step)) {
      cut(at);
      const { data } = step;
      if (step.kind === 'write' && data && data.length > SECTOR) {
        const half = Math.floor(data.length / 2 / SECTOR) * SECTOR;
        snapshot(`${at}, half of it`, (copy) => writeAt(join(copy, own), data.subarray(0, half), step.position));
      }
    }
    steps.push({ ...step, data: null });
    memory.note(step);
  });
  try {
    await act();
  } finally {
    stop();
  }
  cut('the end');
  return { cuts, steps, careless: carelessOf(steps, root) };
}

/** Of the files made in this run, how much of each is on stable storage: bytes from its start. */
class Memory {
  readonly #lasting = new Map<string, number>();

  /** What would be cut short, and to what size. */
  lost(): { readonly path: string; readonly size: number }[] {
    return [...this.#lasting].filter(([path, size]) => existsSync(path) && statSync(path).size > size).map(([path, size]) => ({ path, size }));
  }

  /** @param step that is about to be done */
  note({ kind, path, to }: FileStep): void {
    if (kind === 'open' && !existsSync(path)) this.#lasting.set(path, 0);
    if (kind === 'sync' && this.#lasting.has(path)) this.#lasting.set(path, statSync(path).size);
    if (kind === 'remove' || kind === 'rename') this.#move(path, kind === 'rename' ? to : null);
  }

  #move(path: string, to: string | null): void {
    if (to !== null) this.#lasting.delete(to);
    for (const [each, size] of [...this.#lasting].filter(([one]) => one === path || one.startsWith(`${path}/`))) {
      this.#lasting.delete(each);
      if (to !== null) this.#lasting.set(to + each.slice(path.length), size);
    }
  }
}

/** With hard links as such. */
function copyTree(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const first = new Map<number, string>();
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    const { ino, nlink } = lstatSync(join(from, name));
    const same = first.get(ino);
    if (nlink > 1 && same !== undefined) {
      rmSync(join(to, name));
      linkSync(join(to, same), join(to, name));
    } else if (nlink > 1 && lstatSync(join(from, name)).isFile()) first.set(ino, name);
  }
}

/** Changes with names and contents. */
function stateOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const { ino, size, mtimeNs } = lstatSync(join(folder, name), { bigint: true });
    return `${name}\0${ino}\0${size}\0${mtimeNs}`;
  }).join('\0');
}

function writeAt(path: string, data: Uint8Array, position: number | null): void {
  const file = openSync(path, 'r+');
  writeSync(file, data, 0, data.length, position ?? statSync(path).size);
  closeSync(file);
}

/** A name is given only to what is on stable storage, and the last name given lasts once the folder is there too. */
function carelessOf(steps: readonly FileStep[], root: string): string[] {
  const found: string[] = [];
  steps.forEach((step, index) => {
    if (step.kind !== 'rename') return;
    const written = steps.slice(0, index).findLastIndex(({ kind, path }) => (kind === 'write' || kind === 'truncate') && path === step.path);
    if (written >= 0 && !steps.slice(written, index).some(({ kind, path }) => kind === 'sync' && path === step.path)) found.push(`${relative(root, step.to)} is named before it lasts`);
    const later = steps.slice(index);
    const lasts = later.some(({ kind, path }) => (kind === 'sync' && path === dirname(step.to)) || (kind === 'remove' && path === step.to));
    if (!lasts) found.push(`the name ${relative(root, step.to)} does not last`);
  });
  return found;
}

/** A folder of its own for {@link powerCuts} to work on, and one to keep things in. */
export function cutFolders(folder: string): { readonly work: string; readonly keep: string } {
  const [work, keep] = [join(folder, 'work'), join(folder, 'kept')];
  for (const each of [work, keep]) mkdirSync(each, { recursive: true });
  return { work, keep };
}

import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

// Whoever uses this imports it before what is to be watched: some of that keeps functions of `node:fs` from its start on.

/** Something that changes files or folders, told before it is done. */
export interface FileStep {
  readonly kind: 'open' | 'write' | 'truncate' | 'sync' | 'rename' | 'link' | 'remove' | 'mkdir';
  readonly path: string;
  /** The new name, for `rename` and `link`. */
  readonly to: string;
  /** What is written where, for `write`; null: behind all that is there. */
  readonly data: Uint8Array | null;
  readonly position: number | null;
}

let listener: ((step: FileStep) => void) | null = null;

/** Tells of every step of this thread, through `node:fs` or `node:fs/promises`, until the returned function is called. */
export function onFileStep(told: (step: FileStep) => void): () => void {
  listener = (step) => {
    // What the listener itself does is none of theirs.
    const own = listener;
    listener = null;
    try {
      told(step);
    } finally {
      listener = own;
    }
  };
  return () => (listener = null);
}

/** The paths of open files. */
const paths = new Map<number, string>();

function tell(kind: FileStep['kind'], path: unknown, to: unknown = '', data: unknown = null, position: number | null = null): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data instanceof Uint8Array ? data : null;
  if (typeof path === 'string') listener?.({ kind, path, to: typeof to === 'string' ? to : '', data: bytes, position });
}

type Act = (this: unknown, ...args: never[]) => unknown;

/** Puts a function in the place of one of Node's, which does what that one does and says so before. */
function replace(owner: object, name: string, before: (args: readonly unknown[], self: unknown) => void, after: (result: unknown, args: readonly unknown[]) => void = () => undefined): void {
  const holder = owner as Record<string, Act>;
  const act = holder[name]!;
  holder[name] = function (...args) {
    before(args, this);
    const result = act.apply(this, args);
    if (result instanceof Promise) return result.then((value: unknown) => (after(value, args), value));
    after(result, args);
    return result;
  };
}

/** Whether opening makes a file or empties it. */
const changes = (flags: unknown): boolean =>
  typeof flags === 'number' ? (flags & (fs.constants.O_CREAT | fs.constants.O_TRUNC)) !== 0 : typeof flags === 'string' && /^[wa]/.test(flags);
const partOf = (data: unknown, offset: unknown, length: unknown): unknown =>
  data instanceof Uint8Array && typeof offset === 'number' ? data.subarray(offset, typeof length === 'number' ? offset + length : undefined) : data;
const positionOf = (position: unknown): number | null => (typeof position === 'number' ? position : null);

// Made of its steps: between them it can be cut off like any other.
fs.promises.writeFile = async (path, data, options) => {
  const { flag = 'w', mode = 0o666, flush = false } = typeof options === 'object' && options !== null ? options : {};
  const file = typeof path === 'object' && 'fd' in path ? null : await fs.promises.open(path, flag, mode);
  await (file ?? (path as FileHandle)).writeFile(data as Uint8Array);
  if (flush) await file?.sync();
  await file?.close();
};
for (const [name, kind] of [['rename', 'rename'], ['link', 'link'], ['symlink', 'link']] as const) {
  for (const [owner, called] of [[fs.promises, name], [fs, `${name}Sync`]] as const) replace(owner, called, ([from, to]) => tell(kind, kind === 'rename' ? from : to, to));
}
for (const [name, kind] of [['rm', 'remove'], ['rmdir', 'remove'], ['unlink', 'remove'], ['mkdir', 'mkdir'], ['truncate', 'truncate']] as const) {
  for (const [owner, called] of [[fs.promises, name], [fs, `${name}Sync`]] as const) replace(owner, called, ([path]) => tell(kind, path));
}
replace(fs.promises, 'open', ([path, flags]) => changes(flags) && tell('open', path), (handle, [path]) => paths.set((handle as FileHandle).fd, String(path)));
replace(fs, 'openSync', ([path, flags]) => changes(flags) && tell('open', path), (fd, [path]) => paths.set(fd as number, String(path)));
replace(fs, 'writeFileSync', ([path, data]) => tell('write', path, '', data, 0));
const pathOf = (fd: unknown): string | undefined => paths.get(fd as number);
for (const name of ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync']) replace(fs, name, ([fd]) => tell('sync', pathOf(fd)));
replace(fs, 'ftruncateSync', ([fd]) => tell('truncate', pathOf(fd)));
replace(fs, 'writeSync', ([fd, data, offset, length, position]) => tell('write', pathOf(fd), '', partOf(data, offset, length), positionOf(position)));

const handle = await fs.promises.open(process.execPath);
const handles = Object.getPrototypeOf(handle) as object;
await handle.close();
const pathIn = (self: unknown): string | undefined => pathOf((self as FileHandle).fd);
for (const name of ['sync', 'datasync']) replace(handles, name, (_, self) => tell('sync', pathIn(self)));
replace(handles, 'truncate', (_, self) => tell('truncate', pathIn(self)));
replace(handles, 'write', ([data, offset, length, position], self) => tell('write', pathIn(self), '', partOf(data, offset, length), positionOf(position)));
for (const name of ['writeFile', 'appendFile']) replace(handles, name, ([data], self) => tell('write', pathIn(self), '', data));
syncBuiltinESMExports();

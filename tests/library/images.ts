import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { manifestPath, readManifest, readSums, type FoundManifest } from '../../native-free-engine/index.ts';
import { capture, mapOf } from '../engine/pipeline/capturing.ts';
import { openLab } from '../labs/lab.ts';

const MIB = 1024 * 1024;
const SIZE = 8 * MIB;

/** Captures that the tests of one file share: `second` builds on `first`, `third` on `second`; `split` is in pieces. */
const KINDS = {
  first: { parent: null, partBytes: 0 },
  second: { parent: 'first', partBytes: 0 },
  third: { parent: 'second', partBytes: 0 },
  other: { parent: null, partBytes: 0 },
  split: { parent: null, partBytes: MIB },
} as const;
export type Kind = keyof typeof KINDS;

let stock: Promise<{ made: string; kept: string; disk: string }> | null = null;
const captured = new Map<Kind, Promise<FoundManifest>>();

/** Images are made in one folder and kept in another: where they were last seen, nothing is. */
function openStock(): NonNullable<typeof stock> {
  stock ??= (async () => {
    const root = await mkdtemp(join(tmpdir(), 'werkbank-images-'));
    const disk = join(root, 'source.raw');
    await writeFile(disk, Buffer.alloc(2 * MIB, 'x'));
    await truncate(disk, SIZE);
    for (const name of ['made', 'kept']) await mkdir(join(root, name));
    return { made: join(root, 'made'), kept: join(root, 'kept'), disk };
  })();
  return stock;
}

afterAll(async () => {
  if (stock) await rm(dirname((await stock).disk), { recursive: true });
});

function imageOf(kind: Kind): Promise<FoundManifest> {
  const made = captured.get(kind) ?? captureOne(kind);
  captured.set(kind, made);
  return made;
}

async function captureOne(kind: Kind): Promise<FoundManifest> {
  const { made, kept, disk } = await openStock();
  const { parent, partBytes } = KINDS[kind];
  const found = parent === null ? null : await imageOf(parent);
  const built = found && { found: { ...found, image: join(made, `${parent}.qcow2`) }, sums: await readSums(found) };
  const file = await open(disk, 'r+');
  await file.write(crypto.getRandomValues(Buffer.alloc(64 * 1024)), 0, 64 * 1024, captured.size * 256 * 1024);
  await file.close();
  await capture(disk, mapOf(SIZE, [{ offset: 0, length: 4 * MIB }]), join(made, `${kind}.qcow2`), { parent: built, partBytes, description: kind });
  for (const name of await readdir(made)) await rename(join(made, name), join(kept, name));
  return readManifest(manifestPath(join(kept, `${kind}.qcow2`)));
}

export interface ImageBench {
  readonly folder: string;
  /** A folder in it. */
  sub(name: string): Promise<string>;
  /** Puts an image and the files beside it at a path; returns its manifest there. */
  put(kind: Kind, path: string): Promise<FoundManifest>;
  /** Where it was when the one that builds on it was made. */
  lastSeen(kind: Kind): Promise<string>;
}

/** A folder of a test's own for images. */
export async function imageBench(): Promise<ImageBench> {
  const lab = await openLab();
  onTestFinished(() => lab.close());
  const folder = join(lab.folder, 'images');
  await mkdir(folder);
  return {
    folder,
    async sub(name) {
      await mkdir(join(folder, name), { recursive: true });
      return join(folder, name);
    },
    async put(kind, path) {
      await imageOf(kind);
      const { kept } = await openStock();
      const own = `${kind}.qcow2`;
      for (const name of await readdir(kept)) if (name.startsWith(own)) await copyFile(join(kept, name), join(dirname(path), basename(path) + name.slice(own.length)));
      return readManifest(manifestPath(path));
    },
    lastSeen: async (kind) => join((await openStock()).made, `${kind}.qcow2`),
  };
}

/** A file of zeros of a claimed size that takes no room. */
export async function sparseFile(path: string, size: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, size);
}

export const textOf = (path: string): Promise<string> => readFile(path, 'utf8');

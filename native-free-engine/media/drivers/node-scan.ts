import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { throwIfAborted } from '../../base/abort.ts';
import { EngineError, errnoOf, toEngineError, type PlainError } from '../../base/errors.ts';
import { MAX_INF_BYTES } from './inf-text.ts';
import { parseInf } from './inf.ts';
import type { DriverPackage } from './package.ts';

const MAX_ENTRIES = 500_000;
const MAX_DEPTH = 40;

export interface DriverScan {
  readonly packages: readonly DriverPackage[];
  /** INF files that could not be read, with why. */
  readonly unreadable: readonly { readonly path: string; readonly error: PlainError }[];
  /** INF files that install no device. */
  readonly ignored: readonly string[];
}

/** A folder's files, by their names in lower case. */
type Listing = ReadonlyMap<string, string>;

/**
 * Looks for driver packages in folders and whatever lies below them. Links are not followed.
 * @throws EngineError `driver-folder-missing`, `driver-folder-too-large`; AbortError
 */
export async function scanDrivers(folders: readonly string[], options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (infs: number) => void } = {}): Promise<DriverScan> {
  const packages: DriverPackage[] = [];
  const unreadable: { path: string; error: PlainError }[] = [];
  const ignored: string[] = [];
  let entries = 0;
  let infs = 0;
  const listings = new Map<string, Promise<Listing>>();
  const seen = new Set<string>();

  const look = async (folder: string, top: string, depth: number): Promise<void> => {
    throwIfAborted(options.signal);
    if (seen.has(folder)) return;
    seen.add(folder);
    const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      const missing = new EngineError('driver-folder-missing', { path: folder }, { cause: error });
      // A folder inside that may not be read is named; one that the user named has to be there.
      if (depth === 0) throw missing;
      unreadable.push({ path: folder, error: missing.toPlain() });
      return [];
    });
    entries += found.length;
    if (entries > MAX_ENTRIES || depth > MAX_DEPTH) throw new EngineError('driver-folder-too-large', { path: top, limit: MAX_ENTRIES });
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    listings.set(folder, Promise.resolve(new Map(found.map(({ name }) => [name.toLowerCase(), name]))));
    for (const entry of found) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await look(path, top, depth + 1);
      else if (entry.isFile() && /\.inf$/i.test(entry.name)) {
        throwIfAborted(options.signal);
        try {
          const read = await readPackage(path, listings);
          if (read) packages.push(read);
          else ignored.push(path);
        } catch (error) {
          unreadable.push({ path, error: toEngineError(error).toPlain() });
        }
        options.onProgress?.(++infs);
      }
    }
  };
  for (const folder of folders) await look(resolve(folder), folder, 0);
  return { packages, unreadable, ignored };
}

async function readPackage(path: string, listings: Map<string, Promise<Listing>>): Promise<DriverPackage | null> {
  const bytes = await readInf(path);
  const inf = parseInf(bytes, path);
  if (!inf) return null;
  const missing: string[] = [];
  const present = new Map<string, string>();
  for (const file of inf.files) {
    const found = await find(dirname(path), file, listings);
    if (found === null) missing.push(file);
    else present.set(file, found);
  }
  return {
    ...inf,
    path,
    infName: basename(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    catalog: inf.catalogs.length === 0 ? 'none' : inf.catalogs.some((name) => present.has(name)) ? 'present' : 'missing',
    present: [...new Set(present.values())],
    // An unsigned package is a package still.
    missing: missing.filter((file) => !inf.catalogs.includes(file)),
  };
}

/** Read no further than an INF may be long, whatever the file system says of its size. */
async function readInf(path: string): Promise<Uint8Array> {
  const unreadable = (error: unknown): never => {
    throw error instanceof EngineError ? error : new EngineError('file-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  };
  const file = await open(path, 'r').catch(unreadable);
  try {
    const { size } = await file.stat();
    if (size > MAX_INF_BYTES) throw new EngineError('inf-too-large', { path, size, limit: MAX_INF_BYTES });
    const buffer = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(buffer, at, size - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return buffer.subarray(0, at);
  } catch (error) {
    return unreadable(error);
  } finally {
    await file.close();
  }
}

/**
 * A file by the name that it has on the disk, relative to the package's folder: Windows knows no case in names, the folder of a
 * Linux share does. A compressed file (`.sy_`) stands for its own.
 */
async function find(folder: string, file: string, listings: Map<string, Promise<Listing>>): Promise<string | null> {
  const real: string[] = [];
  const parts = file.split('/');
  for (const [index, part] of parts.entries()) {
    const place = join(folder, ...real);
    let listing = listings.get(place);
    if (!listing) {
      listing = readdir(place).then((names) => new Map(names.map((name) => [name.toLowerCase(), name])), () => new Map<string, string>());
      listings.set(place, listing);
    }
    const names = await listing;
    const name = part.toLowerCase();
    const found = names.get(name) ?? (index === parts.length - 1 ? names.get(name.replace(/.$/, '_')) : undefined);
    if (found === undefined) return null;
    real.push(found);
  }
  return real.join('/');
}

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(ROOT, '.cache/labs');

/**
 * The path of something slow to make, kept between runs under `name` (put into
 * the name whatever the thing depends on). `make` writes it to the path given;
 * a half-made thing is never kept.
 */
export async function cached(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  return withLock(`cache-${name}`, async () => {
    if (existsSync(path)) return path;
    const draft = `${path}.${process.pid}.draft`;
    await mkdir(folder, { recursive: true });
    try {
      await make(draft);
      await rename(draft, path);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return path;
  });
}

/** Changes with what is built from these folders of the project, and with what builds it. Tests themselves are built into nothing. */
export function digestOf(folders: readonly string[], files: RegExp): string {
  const hash = createHash('sha256').update(process.execPath).update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const source of folders) {
    const entries = readdirSync(join(ROOT, source), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
    for (const name of entries.filter((path) => files.test(path) && !path.endsWith('.test.ts')).sort()) hash.update(name).update(readFileSync(join(ROOT, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

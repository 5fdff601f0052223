import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.ts';

const folder = fileURLToPath(new URL('../../.cache/labs/', import.meta.url));

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

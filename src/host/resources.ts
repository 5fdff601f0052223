import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of the program's `resources` folder, from a checkout, a build, or a packaged program; null when it is not there. */
export function resourcePath(...parts: readonly string[]): string | null {
  const packaged = (process as { resourcesPath?: string }).resourcesPath;
  if (packaged) {
    const path = join(packaged, ...parts);
    if (existsSync(path)) return path;
  }
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'resources', ...parts);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return null;
  }
}

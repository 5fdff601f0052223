/** Where a Chromium is, on this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first program of that name on the PATH, or null. */
export function findOnPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && isExecutable(path)) return path;
  }
  return null;
}

/** `$WERKBANK_CHROMIUM`, else the first known name on the PATH; null when there is none. */
export function findChromium(): string | null {
  const named = process.env['WERKBANK_CHROMIUM'];
  if (named) return isExecutable(named) ? named : null;
  for (const name of NAMES) {
    const path = findOnPath(name);
    if (path) return path;
  }
  return null;
}

/** The user's own folders, by the names their desktop gave them (xdg-user-dirs). */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const KEYS = { documents: ['XDG_DOCUMENTS_DIR', 'Documents'], downloads: ['XDG_DOWNLOAD_DIR', 'Downloads'], desktop: ['XDG_DESKTOP_DIR', 'Desktop'] } as const;

export function userFolder(name: keyof typeof KEYS): string {
  const [key, usual] = KEYS[name];
  try {
    const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
    const [, path] = new RegExp(`^${key}="(.+)"$`, 'm').exec(readFileSync(join(config, 'user-dirs.dirs'), 'utf8')) ?? [];
    if (path !== undefined) return path.replace(/^\$HOME/, homedir());
  } catch {
    // Not every system has the file; the usual name is used then.
  }
  return join(homedir(), usual);
}

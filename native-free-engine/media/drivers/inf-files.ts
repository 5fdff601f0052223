import { EngineError } from '../../base/errors.ts';
import type { InfSections } from './inf-sections.ts';
import type { Expand } from './inf-strings.ts';

const MAX_FILES = 20_000;
/** Sections that say which files the package brings: for all architectures, or for one. */
const FILES = /^sourcedisksfiles(?:\.(?:x86|amd64|arm64|arm|ia64))?$/;
const DISKS = /^sourcedisksnames(?:\.(?:x86|amd64|arm64|arm|ia64))?$/;

/**
 * The files of a package besides the INF, relative to its folder with `/` between the parts (INF SourceDisksFiles Section).
 * @throws EngineError `inf-invalid` for a name that leads out of the folder
 */
export function infFiles(sections: InfSections, expand: Expand, path: string): string[] {
  const folders = new Map<string, string>();
  for (const [name, lines] of sections) {
    if (!DISKS.test(name)) continue;
    for (const { key, values } of lines) folders.set(expand(key), expand(values[3] ?? ''));
  }
  const files = new Map<string, string>();
  const add = (...parts: string[]): void => {
    const file = safePath(parts.join('\\'), path);
    if (file !== '' && files.size < MAX_FILES) files.set(file.toLowerCase(), file);
  };
  for (const [name, lines] of sections) {
    if (!FILES.test(name)) continue;
    for (const { key, values } of lines) add(folders.get(expand(values[0] ?? '')) ?? '', expand(values[1] ?? ''), expand(key));
  }
  for (const { key, values } of sections.get('version') ?? []) if (/^catalogfile(?:\..+)?$/i.test(key)) add(expand(values[0] ?? ''));
  return [...files.values()];
}

function safePath(name: string, path: string): string {
  const parts = name.split(/[\\/]/).map((part) => part.trim()).filter((part) => part !== '' && part !== '.');
  if (parts.some((part) => part === '..' || /[\0-\x1f:*?"<>|]/.test(part))) throw new EngineError('inf-invalid', { path, reason: `odd-file-name ${name.slice(0, 80)}` });
  return parts.join('/');
}

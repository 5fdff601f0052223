import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '../..');

/** The sample disk of resources/practice, unpacked once for all specs. */
export function inflatePracticeDisk(): string {
  const folder = join(ROOT, '.cache', 'e2e');
  const path = join(folder, 'practice-disk.img');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, gunzipSync(readFileSync(join(ROOT, 'resources', 'practice', 'practice-disk.img.gz'))));
  }
  return path;
}

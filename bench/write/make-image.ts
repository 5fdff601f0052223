import { createWriteStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { noise } from '../../tests/support/fake-image.ts';

const BLOCK = 4 << 20;

/**
 * `size` bytes of mixed data, as a system image holds: half of it files of this
 * very system (programs, libraries, texts), a quarter incompressible, a quarter
 * short repeating patterns; made once.
 */
export async function makeImage(path: string, size: number): Promise<void> {
  if (existsSync(path) && statSync(path).size === size) return;
  const out = createWriteStream(path);
  const files = blocksOfFiles(['/usr/lib', '/usr/bin', '/usr/share']);
  for (let offset = 0, index = 0; offset < size; offset += BLOCK, index++) {
    const block = index % 4 === 1 ? noise(BLOCK, index) : index % 4 === 3 ? pattern(index) : (files.next().value ?? noise(BLOCK, index));
    if (!out.write(block.subarray(0, Math.min(BLOCK, size - offset)))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

function pattern(index: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  for (let position = 0, line = 0; position < BLOCK; line++) position += block.write(`record ${index} line ${line} value ${(line * 2654435761) >>> 0}\n`, position);
  return block;
}

function* blocksOfFiles(folders: readonly string[]): Generator<Uint8Array, undefined> {
  let parts: Uint8Array[] = [];
  let filled = 0;
  for (const path of filesUnder(folders)) {
    const content = readFileSync(path);
    parts.push(content);
    filled += content.length;
    while (filled >= BLOCK) {
      const joined = Buffer.concat(parts);
      yield joined.subarray(0, BLOCK);
      parts = [joined.subarray(BLOCK)];
      filled = joined.length - BLOCK;
    }
  }
  return undefined;
}

function* filesUnder(folders: readonly string[]): Generator<string> {
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* filesUnder([path]);
      else if (entry.isFile() && statSync(path).size > 0) yield path;
    }
  }
}

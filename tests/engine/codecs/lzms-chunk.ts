import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labFolder, run } from '../lab.ts';

const scratch = labFolder();

/** `content` as wimlib packs it with LZMS: nothing here does. Taken from a WIM of one chunk. */
export function lzmsChunk(content: Uint8Array, chunkSize: number): Buffer {
  const folder = join(scratch, 'tree');
  const path = join(scratch, 'one.wim');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), content);
  run('wimlib-imagex', ['capture', folder, path, '--compress=lzms', `--chunk-size=${chunkSize}`]);
  const blob = run('wimlib-imagex', ['info', path, '--blobs']).split('Hash').find((text) => text.includes(`= ${content.length} bytes`))!;
  const field = (name: string): number => Number(new RegExp(`${name} += (\\d+)`).exec(blob)![1]);
  return readFileSync(path).subarray(field('Offset in WIM'), field('Offset in WIM') + field('Compressed size'));
}

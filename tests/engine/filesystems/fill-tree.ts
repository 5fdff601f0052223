import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../../support/seeded.ts';
import { run } from '../lab.ts';

const POOL = seeded(1).bytes(1 << 18);

/** Fills a mounted file system so that its free space is torn: many small files, every other one gone, holes, large files. */
export function fillTree(folder: string, seed: number, files = 600): void {
  const random = seeded(seed);
  const bytes = (length: number): Buffer => {
    const from = random.below(POOL.length - length);
    return POOL.subarray(from, from + length);
  };
  const small = join(folder, 'small');
  mkdirSync(small);
  for (let i = 0; i < files; i++) writeFileSync(join(small, `file ${i}`), bytes(random.below(9000)));
  // On the disk before half of it goes: else it would never have been allocated.
  run('sync', ['-f', folder]);
  for (let i = 0; i < files; i += 2) rmSync(join(small, `file ${i}`));
  writeFileSync(join(folder, 'large.bin'), Buffer.concat(Array.from({ length: 24 }, () => bytes(1 << 17))));
  symlinkSync('large.bin', join(folder, 'link'));
  const sparse = openSync(join(folder, 'sparse.bin'), 'w');
  ftruncateSync(sparse, 12 << 20);
  for (let i = 0; i < 20; i++) writeSync(sparse, bytes(5000), 0, 5000, random.below(11 << 20));
  fsyncSync(sparse);
  closeSync(sparse);
}

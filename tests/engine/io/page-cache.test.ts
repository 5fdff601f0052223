import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { alignedBuffer, openFileSource } from '../../../native-free-engine/index.ts';
import { noise } from '../../support/fake-image.ts';
import { need } from '../../support/need.ts';
import { labFolder } from '../lab.ts';

const SIZE = 9 * 1024 * 1024 + 1234;
const folder = labFolder();

need({ linux: true, tools: ['fincore', 'sync', 'dd'] })('large reads leave the page cache alone, wherever they begin and end', async () => {
  const path = join(folder, 'file');
  const content = noise(SIZE, 5);
  writeFileSync(path, content);
  execFileSync('sync', [path]);
  const source = await openFileSource(path);
  const cachedAfter = async (offset: number, buffer: Uint8Array): Promise<number> => {
    execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
    expect(Number(execFileSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path]))).toBe(0);
    await source.readInto(offset, buffer);
    expect(Buffer.compare(buffer, content.subarray(offset, offset + buffer.length))).toBe(0);
    return Number(execFileSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path]));
  };
  for (const [offset, length] of [[0, SIZE], [1, SIZE - 1], [4096, SIZE - 4096], [777, 1024 * 1024], [SIZE - 2_000_000, 2_000_000]] as const) {
    expect(await cachedAfter(offset, alignedBuffer(length)), `aligned, ${offset}+${length}`).toBe(0);
    expect(await cachedAfter(offset, new Uint8Array(length)), `${offset}+${length}`).toBe(0);
  }
  await source.close();
});

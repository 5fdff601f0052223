import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openFileSource, type RestoreRequest } from '../../../native-free-engine/index.ts';
import { mapDisk } from '../../../native-free-engine/layout/map-disk.ts';
import { need } from '../../support/need.ts';
import { seeded } from '../../support/seeded.ts';
import { blankFile, labFolder, run, tryRun } from '../lab.ts';
import { mapOf as bareMap } from './capturing.ts';
import { addressOf, mapOf, MIB, planFor, restore, usedDisk, type Captured } from './restoring.ts';

const folder = labFolder();
const withSgdisk = need({ tools: ['sgdisk', 'sfdisk'] });

/** Restores a disk from a raw image of itself to a fresh one. Returns the new disk. */
async function copy(source: string, name: string, size: number, more: Partial<RestoreRequest> = {}, map?: Captured['map']): Promise<string> {
  const of: Captured = { image: source, id: name, map: map ?? (await mapOf(source)), sums: null };
  const target = addressOf(await usedDisk(folder, name, size), size);
  const { targets } = await restore(of, [{ address: target, layout: await planFor(of, source, target, more) }], { verify: false });
  expect(targets).toMatchObject([{ state: 'done', error: null }]);
  return target.path;
}

/** What sgdisk says of a disk, its size and free space apart. */
const entriesOf = (path: string): string[] => run('sgdisk', ['-p', path]).split('\n').filter((line) => /^ +\d+ /.test(line) || /identifier|Partition table holds/.test(line));

withSgdisk('a table of 256 entries keeps them, number 200 among them', async () => {
  const source = blankFile(folder, 'many.img', 8 * MIB);
  run('sgdisk', ['-S', '256', '-n', '200:2048:+1M', '-c', '200:last but not least', '-n', '3:0:+1M', source]);
  const target = await copy(source, 'many-restored.img', 12 * MIB);
  expect(run('sgdisk', ['-v', target])).toContain('No problems found');
  expect(entriesOf(target)).toEqual(entriesOf(source));
  expect(entriesOf(target).join()).toContain('holds up to 256');
});

withSgdisk('what old tools left in an entry behind its name stays; a table that starts at sector 34 too', async () => {
  const source = blankFile(folder, 'odd.img', 8 * MIB);
  run('sgdisk', ['-a', '1', '-n', '1:34:2047', '-t', '1:ef02', '-n', '2:2048:+2M', source]);
  const target = await copy(source, 'odd-restored.img', 8 * MIB);
  expect(readFileSync(target).equals(readFileSync(source))).toBe(false);
  const [before, after] = [readFileSync(source), readFileSync(target)];
  expect(after.subarray(0, MIB).equals(before.subarray(0, MIB))).toBe(true);
  expect(after.subarray(-33 * 512).equals(before.subarray(-33 * 512))).toBe(true);
  expect(entriesOf(target)).toEqual(entriesOf(source));
});

withSgdisk('a hybrid MBR follows its partitions', async () => {
  const source = blankFile(folder, 'hybrid.img', 12 * MIB);
  run('sgdisk', ['-n', '1:2048:+2M', '-n', '2:0:+2M', '-n', '3:0:+2M', source]);
  run('sgdisk', ['-h', '2:3', source]);
  const target = await copy(source, 'hybrid-restored.img', 7 * MIB, { selected: [1, 3] });
  const lines = run('sfdisk', ['-d', '-Y', 'dos', target]).split('\n').filter((line) => line.includes('start='));
  expect(lines.map((line) => Number(/start= *(\d+)/.exec(line)?.[1]))).toEqual([1, 4096 + 2048]);
  expect(tryRun('sgdisk', ['-v', target]).output).toContain('No problems found');
});

withSgdisk('the copy that was chosen is the one that both become', async () => {
  const source = blankFile(folder, 'disagree.img', 8 * MIB);
  run('sgdisk', ['-n', '1:2048:+2M', '-c', '1:good', source]);
  const good = readFileSync(source).subarray(-33 * 512);
  run('sgdisk', ['-c', '1:bad', '-t', '1:8200', source]);
  const file = await open(source, 'r+');
  await file.write(good, 0, good.length, 8 * MIB - good.length);
  await file.close();
  const disk = await openFileSource(source);
  const map = await mapDisk(disk, { partitions: null, leaveOutSwapFiles: true, gptCopy: 'backup' });
  await disk.close();
  const target = await copy(source, 'agreed.img', 8 * MIB, {}, map);
  expect(run('sgdisk', ['-v', target])).toContain('No problems found');
  expect(run('sgdisk', ['-i', '1', target])).toContain("'good'");
  expect(run('sgdisk', ['-i', '1', target])).toContain('0FC63DAF-8483-4772-8E79-3D69D8477DE4');
});

test('a disk smaller than the part that is written last', async () => {
  const size = 720 * 1024;
  const source = blankFile(folder, 'floppy.img', size);
  const file = await open(source, 'r+');
  await file.write(seeded(5).bytes(size), 0, size, 0);
  await file.close();
  const target = await copy(source, 'floppy-restored.img', size + 64 * 1024, { rest: 'zero' }, bareMap(size, [{ offset: 0, length: size }]));
  expect(readFileSync(target).subarray(0, size).equals(readFileSync(source))).toBe(true);
  expect(readFileSync(target).subarray(size).every((byte) => byte === 0)).toBe(true);
});

test('a disk that holds nothing', async () => {
  const source = blankFile(folder, 'empty.img', 4 * MIB);
  const target = await copy(source, 'empty-restored.img', 4 * MIB, { rest: 'zero' }, bareMap(4 * MIB, []));
  expect(readFileSync(target).every((byte) => byte === 0)).toBe(true);
});

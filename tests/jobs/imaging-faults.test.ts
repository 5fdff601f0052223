import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { findOwners, intersect, manifestPath, openFileSource, rangedSource, readManifest, readSums } from '../../native-free-engine/index.ts';
import type { JobProgress } from '../../src/contract/index.ts';
import { reportText } from '../../src/jobs/report-text.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { openBench, type Bench } from './imaging-disks.ts';

const MIB = 1 << 20;
const SIZE = 128 * MIB;
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.clear());

/** A place in a file of a volume of the sample disk, with the file's name. */
async function placeInFile(disk: string, image: string, kind: string, wanted: RegExp): Promise<{ offset: number; path: string; partition: number }> {
  const found = await readManifest(manifestPath(image));
  const { used } = await readSums(found);
  const partition = found.manifest.layout.partitions.find(({ fileSystem }) => fileSystem?.kind === kind)!;
  const source = await openFileSource(disk);
  try {
    const volume = rangedSource(source, { offset: partition.offset, length: partition.length });
    for (const { offset, length } of intersect(used, [partition])) {
      for (let at = Math.ceil(offset / 4096) * 4096; at + 4096 <= offset + length; at += 4096) {
        const [owner] = (await findOwners(volume, kind, [{ offset: at - partition.offset, length: 4096 }])) ?? [];
        if (owner && wanted.test(owner.path)) return { offset: at, path: owner.path, partition: partition.number };
      }
    }
  } finally {
    await source.close();
  }
  throw new Error(`no file found in ${kind}`);
}

need(FAULTY_NEEDS)('bad sectors: the image is made, the report says so and names the files, and the restore repeats it', async () => {
  const lab = await testLab();
  const plain = await bench.jobs.practiceCreate({ name: 'plain', size: SIZE, sample: true });
  await bench.run(await bench.jobs.planCapture(bench.captureRequest(plain.id, 'plain.qcow2')));
  const places = [await placeInFile(plain.path, bench.image('plain.qcow2'), 'ntfs', /^\/?\$LogFile/), await placeInFile(plain.path, bench.image('plain.qcow2'), 'ext4', /^\/[^<]+$/)];
  const target = await attachFaulty(lab, { size: SIZE });
  await tool('dd', [`if=${plain.path}`, `of=${target.path}`, 'bs=1M', 'conv=fsync', 'status=none']);

  const plan = await bench.jobs.planCapture(bench.captureRequest(target.path, 'holes.qcow2'));
  await target.setFaults(...places.map(({ offset }) => ({ on: 'read', fromByte: offset, toByte: offset + 4096, error: 'EIO' }) as const));
  const { job } = bench.jobs.start(plan, {});
  const seen: JobProgress[] = [];
  job.onProgress((progress) => seen.push(progress));
  const report = await job.result;
  expect(report).toMatchObject({ outcome: 'partly', error: { code: 'source-bad-sectors', params: { bytes: 8192 } } });
  expect(report.imaging?.bad).toMatchObject({
    bytes: 8192, count: 2, places: places.map(({ offset, path, partition }) => ({ offset, length: 4096, partition, files: [path] })).sort((a, b) => a.offset - b.offset),
  });
  expect(Math.max(...seen.map(({ badBytes }) => badBytes))).toBe(8192);
  for (const { path } of places) expect(reportText(report, 'en')).toContain(path);

  await target.setFaults();
  // What is there is good all the same.
  expect(await bench.run(await bench.jobs.planVerify({ image: bench.image('holes.qcow2'), folders: [], share: 1, memory: 'low' }))).toMatchObject({ outcome: 'done' });
  copyFileSync(plain.path, join(bench.practice, 'target.img'));
  const restore = await bench.jobs.planRestore(bench.restoreRequest('holes.qcow2', [`file:${join(bench.practice, 'target.img')}`]));
  expect(restore.notes).toContainEqual({ code: 'image-has-holes', params: { bytes: 8192 } });
});

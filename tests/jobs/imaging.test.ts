import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import { buildGpt } from '../../native-free-engine/partitions/gpt/index.ts';
import { diskImageSchema, libraryListingSchema, planSchema, reportSchema, type JobProgress, type Report } from '../../src/contract/index.ts';
import { reportHtml } from '../../src/jobs/report-html.ts';
import { reportText } from '../../src/jobs/report-text.ts';
import { openBench, type Bench } from './imaging-disks.ts';

const MIB = 1 << 20;
const SIZE = 128 * MIB;
let bench: Bench;
/** A practice disk with a GPT, and FAT, NTFS and ext4 on it. */
let source = '';
let first: Report;
/** A copy of an image with all that lies beside it, out of the sight of its library. */
function copyOf(name: string, as: string): string {
  const folder = join(bench.folder, 'copies');
  mkdirSync(folder, { recursive: true });
  for (const suffix of ['', '.json', '.sums']) copyFileSync(bench.image(`${name}${suffix}`), join(folder, `${as}${suffix}`));
  return join(folder, as);
}

beforeAll(async () => {
  bench = await openBench();
  source = (await bench.jobs.practiceCreate({ name: 'source', size: SIZE, sample: true })).id;
  first = await bench.run(await bench.jobs.planCapture(bench.captureRequest(source, 'first.qcow2', { description: 'before the repair', purpose: 'test' })));
});
afterAll(() => bench.clear());

let count = 0;
const target = async (size = SIZE): Promise<string> => (await bench.jobs.practiceCreate({ name: `target-${++count}`, size, sample: false })).id;
const pathOf = (disk: string): string => disk.slice('file:'.length);

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
}

describe('capture', () => {
  test('from plan to report; plan and report cross a process border unchanged', async () => {
    const plan = await bench.jobs.planCapture(bench.captureRequest(source, 'border.qcow2', { partitions: [1, 4] }));
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(plan.partitions.map(({ number, method, hold }) => [number, method, hold])).toEqual([[1, 'used', null], [2, 'none', null], [3, 'none', null], [4, 'used', null]]);
    expect(plan.notes.map(({ code }) => code)).toEqual(['not-chosen']);
    const { job } = bench.jobs.start(plan, {});
    const seen: JobProgress[] = [];
    job.onProgress((progress) => seen.push(progress));
    const report = await job.result;
    expect(seen.map(({ phase }) => phase)).toContain('capturing');
    expect(seen.at(-1)).toMatchObject({ phase: 'finishing', stored: report.imaging?.storedBytes, retrying: false, badBytes: 0 });
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({ outcome: 'done', error: null, imaging: { bad: { bytes: 0, count: 0, places: [] }, overridden: [], resumed: false, chain: [] } });
    expect(report.imaging?.usedBytes).toBe(plan.usedBytes);
  });

  test('what is odd about the partition table is said by the plan', async () => {
    const path = join(bench.folder, 'odd.img');
    copyFileSync(pathOf(source), path);
    const file = openSync(path, 'r+');
    // A disk that was cloned to a larger one: its backup does not lie at the end.
    writeSync(file, Buffer.alloc(512), 0, 512, 64 * MIB - 512);
    closeSync(file);
    const plan = await bench.jobs.planCapture(bench.captureRequest(`file:${path}`, 'odd.qcow2', {}));
    expect(plan.notes.map(({ code }) => code)).toEqual(['gpt-backup-damaged']);

    const guid = '00000000-0000-4000-8000-000000000001';
    const { start, end, endOffset } = buildGpt({ diskGuid: guid, partitions: [{ offset: MIB, length: 4 * MIB, type: guid, id: guid, name: '' }] }, SIZE, 4096);
    const bytes = Buffer.alloc(SIZE);
    bytes.set(start);
    bytes.set(end, endOffset);
    writeFileSync(path, bytes);
    expect((await bench.jobs.planCapture(bench.captureRequest(`file:${path}`, 'odd.qcow2', {}))).notes).toContainEqual({ code: 'gpt-sector-size-differs', params: { table: 4096, disk: 512 } });
  });

  test('what the report and the manifest say is what the image is', async () => {
    const info = await bench.jobs.describe(bench.image('first.qcow2'), []);
    expect(diskImageSchema.parse(JSON.parse(JSON.stringify(info)))).toEqual(info);
    expect(info).toMatchObject({
      format: 'qcow2', size: SIZE, sectorSize: 512, table: 'gpt', chain: [], files: [bench.image('first.qcow2')], usedBytes: first.imaging?.usedBytes, storedBytes: first.imaging?.storedBytes,
      identity: { id: first.imaging?.imageId, description: 'before the repair', purpose: 'test', manifestSha256: first.imaging?.manifestSha256, source: { system: 'Windows', machine: '', size: SIZE } },
    });
    for (const language of ['en', 'nl'] as const) {
      expect(reportText(first, language)).toContain(first.imaging?.manifestSha256);
      expect(reportHtml(first, language)).toContain(first.imaging?.imageId);
    }
  });

  test.each([
    ['a partition that is not there', { partitions: [9] }, 'partition-not-found'],
    ['pieces so small that nobody could count them', { partBytes: 1000 }, 'split-too-small'],
    ['a name that is none of an image', { destination: '/tmp/disk.img' }, 'image-name-invalid'],
    ['a name that leaves no room for those of the files beside it', { destination: `/tmp/${'n'.repeat(245)}.qcow2` }, 'image-name-invalid'],
    ['a parent that is not there', { parent: '/tmp/nothing.qcow2' }, 'image-manifest-missing'],
  ])('%s is refused', async (_what, more, code) => {
    expect(await codeOf(bench.jobs.planCapture(bench.captureRequest(source, 'refused.qcow2', more)))).toBe(code);
  });

  test('an image that exists is replaced only when that was said', async () => {
    expect(await codeOf(bench.jobs.planCapture(bench.captureRequest(source, 'first.qcow2')))).toBe('destination-exists');
    expect(await bench.jobs.planCapture(bench.captureRequest(source, 'first.qcow2', { overwrite: true }))).toMatchObject({ overwrite: true });
  });

  test('the source itself is no place for its image', async () => {
    const disk = join(bench.practice, 'as-image.qcow2');
    copyFileSync(pathOf(source), disk);
    expect(await codeOf(bench.jobs.planCapture(bench.captureRequest(`file:${disk}`, '', { destination: disk, overwrite: true })))).toBe('destination-on-source');
  });

  test('two captures into one file, by whatever path: the second is refused by name', async () => {
    symlinkSync(join(bench.folder, 'images'), join(bench.folder, 'linked'));
    const other = await target();
    const requests = [
      bench.captureRequest(source, 'twice.qcow2', { bytesPerSecond: 1 }),
      bench.captureRequest(other, '', { destination: join(bench.folder, 'linked', 'twice.qcow2'), bytesPerSecond: 1 }),
    ];
    const plans = [];
    for (const request of requests) plans.push(await bench.jobs.planCapture(request));
    const started = plans.map((plan) => bench.jobs.start(plan, {}));
    expect((await Promise.race(started.map(({ job }) => job.result))).error?.code).toBe('disk-busy');
    for (const { jobId } of started) bench.jobs.limit(jobId, 0);
    const reports = await Promise.all(started.map(({ job }) => job.result));
    expect(reports.map((report) => report.error?.code ?? report.outcome).sort()).toEqual(['disk-busy', 'done']);
  });

  test.each(['mapping', 'capturing'])('cancelled before its first byte (%s), it leaves nothing and promises nothing', async (at) => {
    const { jobId, job } = bench.jobs.start(await bench.jobs.planCapture(bench.captureRequest(source, `early-${at}.qcow2`, { bytesPerSecond: 1 })), {});
    job.onProgress(({ phase }) => phase === at && bench.jobs.cancel(jobId));
    const report = await job.result;
    expect(report).toMatchObject({ outcome: 'cancelled' });
    expect(reportText(report, 'en')).not.toContain('resumed');
    expect(readdirSync(join(bench.folder, 'images')).filter((name) => name.startsWith(`early-${at}`))).toEqual([]);
    expect(await bench.jobs.unfinished(bench.image(`early-${at}.qcow2`))).toBeNull();
  });

  test('cancelled, it says so and can be gone on with, faster when the limit is lifted', async () => {
    const request = bench.captureRequest(source, 'resumed.qcow2', { bytesPerSecond: 1_000_000 });
    const { jobId, job } = bench.jobs.start(await bench.jobs.planCapture(request), {});
    job.onProgress((progress) => {
      if (progress.phase === 'capturing' && progress.bytesDone > 0) bench.jobs.cancel(jobId);
    });
    await job.result.catch(() => undefined);
    expect(bench.jobs.list().find((state) => state.jobId === jobId)?.report).toMatchObject({ outcome: 'cancelled' });
    expect(existsSync(bench.image('resumed.qcow2'))).toBe(false);
    expect(await bench.jobs.unfinished(bench.image('resumed.qcow2'))).toMatchObject({ path: bench.image('resumed.qcow2'), source: { size: SIZE } });
    expect(await codeOf(bench.jobs.planCapture(request))).toBe('image-unfinished');
    const plan = await bench.jobs.planCapture({ ...request, resume: true });
    expect(plan.steps.map(({ code }) => code)).toContain('capture-resume');
    const again = bench.jobs.start(plan, {});
    again.job.onProgress(({ phase }) => {
      if (phase === 'capturing') bench.jobs.limit(again.jobId, 0);
    });
    expect(await again.job.result).toMatchObject({ outcome: 'done' });
    expect(await bench.jobs.unfinished(bench.image('resumed.qcow2'))).toBeNull();
    expect(await bench.run(await bench.jobs.planVerify({ image: bench.image('resumed.qcow2'), folders: [], share: 1, memory: 'low' }))).toMatchObject({ outcome: 'done' });
  });

  test('a disk that was changed between plan and capture is refused', async () => {
    const disk = await target();
    const plan = await bench.jobs.planCapture(bench.captureRequest(disk, 'changed.qcow2'));
    const file = openSync(pathOf(disk), 'r+');
    writeSync(file, 'changed', 4096);
    closeSync(file);
    expect(await bench.run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'disk-changed' } });
    expect(readdirSync(join(bench.folder, 'images')).filter((name) => name.startsWith('changed'))).toEqual([]);
  });
});

describe('restore', () => {
  test('to two disks at once, one of them larger: verified, and the rest of them left as it was', async () => {
    const disks = [await target(), await target(200 * MIB)];
    writeFileSync(pathOf(disks[0]!), Buffer.alloc(SIZE, 0xee));
    const plan = await bench.jobs.planRestore(bench.restoreRequest('first.qcow2', disks));
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    const report = await bench.run(plan);
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({ outcome: 'done', imaging: { imageId: first.imaging?.imageId, identifiers: 'kept' } });
    expect(report.targets.map(({ outcome }) => outcome)).toEqual(['verified', 'verified']);
    const layout = (await bench.host.disks.find(disks[1]!)).partitions;
    expect(layout).toEqual((await bench.host.disks.find(source)).partitions);
    // Where the image holds nothing, nothing was written.
    expect(readFileSync(pathOf(disks[0]!)).subarray(100 * MIB, 126 * MIB).every((byte) => byte === 0xee)).toBe(true);
  });

  test('a target that is too small is refused before the first write, with the number of bytes', async () => {
    const disk = await target(32 * MIB);
    const before = readFileSync(pathOf(disk));
    await expect(bench.jobs.planRestore(bench.restoreRequest('first.qcow2', [disk]))).rejects.toMatchObject({ code: 'restore-too-small' });
    expect(readFileSync(pathOf(disk)).equals(before)).toBe(true);
    // Without the large partition it fits.
    const plan = await bench.jobs.planRestore(bench.restoreRequest('first.qcow2', [disk], { partitions: [1, 4] }));
    expect(plan.disks[0]?.notes.map(({ code }) => code)).toContain('not-restored');
    expect(await bench.run(plan)).toMatchObject({ outcome: 'done' });
  });

  test('new identifiers are no longer those of the source, and differ from disk to disk and from restore to restore', async () => {
    const disks = [await target(), await target()];
    const restoreAnew = async (): Promise<string[]> => {
      const report = await bench.run(await bench.jobs.planRestore(bench.restoreRequest('first.qcow2', disks, { newIdentifiers: true })));
      expect(report).toMatchObject({ outcome: 'done', imaging: { identifiers: 'new' } });
      return disks.map((disk) => guid(pathOf(disk)));
    };
    const guid = (path: string): string => readFileSync(path).subarray(512 + 56, 512 + 72).toString('hex');
    const all = [guid(pathOf(source)), ...(await restoreAnew()), ...(await restoreAnew())];
    expect(new Set(all).size).toBe(5);
  });

  test('the image itself is no target', async () => {
    expect(await codeOf(bench.jobs.planRestore(bench.restoreRequest('first.qcow2', [`file:${bench.image('first.qcow2')}`])))).toBe('image-on-target');
  });

  test('cancelled before its first byte, the report says that the disk is what it was', async () => {
    const disk = await target();
    writeFileSync(pathOf(disk), Buffer.alloc(SIZE, 0xee));
    const { jobId, job } = bench.jobs.start(await bench.jobs.planRestore(bench.restoreRequest('first.qcow2', [disk])), {});
    job.onProgress(({ phase }) => phase === 'preparing' && bench.jobs.cancel(jobId));
    const report = await job.result;
    expect(report).toMatchObject({ outcome: 'cancelled', targets: [{ outcome: 'cancelled', notes: [{ code: 'target-untouched' }] }] });
    expect(reportText(report, 'en')).toMatch(/cancelled before anything was written/);
    expect(readFileSync(pathOf(disk)).every((byte) => byte === 0xee)).toBe(true);
  });

  test('cut off, the disk says so, and the restore can be gone on with', async () => {
    const disk = await target();
    const request = bench.restoreRequest('first.qcow2', [disk], { bytesPerSecond: 1_000_000 });
    const { jobId, job } = bench.jobs.start(await bench.jobs.planRestore(request), {});
    job.onProgress((progress) => {
      if (progress.phase === 'restoring' && progress.bytesDone > 0) bench.jobs.cancel(jobId);
    });
    await job.result.catch(() => undefined);
    // What was not restored has no identifiers that could have been kept.
    expect(bench.jobs.list().find((state) => state.jobId === jobId)?.report).toMatchObject({ outcome: 'cancelled', imaging: { identifiers: null }, targets: [{ notes: [] }] });
    const half = await bench.jobs.planRestore({ ...request, resume: true, bytesPerSecond: 0 });
    expect(half.disks[0]).toMatchObject({ unfinished: { imageId: first.imaging?.imageId, sameImage: true }, notes: expect.arrayContaining([{ code: 'half-restored', params: {} }]) as unknown });
    expect(await bench.run(half)).toMatchObject({ outcome: 'done', imaging: { resumed: true } });
    expect((await bench.host.disks.find(disk)).partitions).toEqual((await bench.host.disks.find(source)).partitions);
    expect(await codeOf(bench.jobs.planRestore({ ...request, resume: true }))).toBe('resume-mismatch');
  });

  test('zeroing leaves nothing of what was there', async () => {
    const disk = await target();
    writeFileSync(pathOf(disk), Buffer.alloc(SIZE, 0xee));
    expect(await bench.run(await bench.jobs.planRestore(bench.restoreRequest('first.qcow2', [disk], { rest: 'zero', verify: false })))).toMatchObject({ outcome: 'done' });
    expect(readFileSync(pathOf(disk)).subarray(100 * MIB, 127 * MIB).every((byte) => byte === 0)).toBe(true);
  });
});

describe('images', () => {
  test('damage is found, named, and makes the verification fail', async () => {
    const damaged = copyOf('first.qcow2', 'damaged.qcow2');
    const file = openSync(damaged, 'r+');
    writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 256 * 1024 + 2048);
    closeSync(file);
    const report = await bench.run(await bench.jobs.planVerify({ image: damaged, folders: [], share: 1, memory: 'low' }));
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'image-cluster-corrupt' } });
    expect(report.imaging?.verified?.damaged.length).toBeGreaterThan(0);
    const disk = await target();
    // Clusters lie in the order in which threads finished: where the one with the partition table was hit, the plan already says so.
    const restored = bench.jobs.planRestore(bench.restoreRequest('', [disk], { image: damaged })).then(async (plan) => {
      const { outcome, error } = await bench.run(plan);
      return `${outcome} ${error?.code}`;
    }, (error: unknown) => `failed ${error instanceof EngineError ? error.code : String(error)}`);
    expect(await restored).toBe('failed image-cluster-corrupt');
  });

  test('an incremental image follows its parent wherever it goes, and says when it is gone', async () => {
    const report = await bench.run(await bench.jobs.planCapture(bench.captureRequest(source, 'child.qcow2', { parent: bench.image('first.qcow2') })));
    expect(report).toMatchObject({ outcome: 'done', imaging: { chain: [bench.image('first.qcow2')] } });
    // What it builds on is not replaced, by whatever job and whoever said that it may be.
    const needed = { image: bench.image('child.qcow2'), folders: [], destination: bench.image('first.qcow2'), format: 'raw' as const, overwrite: true };
    expect(await codeOf(bench.jobs.planCapture(bench.captureRequest(source, 'first.qcow2', { overwrite: true })))).toBe('image-needed');
    copyOf('border.qcow2', 'alone.qcow2');
    expect(await codeOf(bench.jobs.planConvert({ ...needed, image: join(bench.folder, 'copies', 'alone.qcow2') }))).toBe('destination-own-image');
    const elsewhere = join(bench.folder, 'elsewhere');
    mkdirSync(elsewhere);
    const move = (from: string, to: string): void => ['', '.json', '.sums'].forEach((suffix) => renameSync(from + suffix, to + suffix));
    move(bench.image('first.qcow2'), join(elsewhere, 'renamed.qcow2'));
    try {
      const missing = await bench.jobs.describe(bench.image('child.qcow2'), []);
      expect(missing.chain).toMatchObject([{ name: 'first.qcow2', path: null, lastSeen: bench.image('first.qcow2'), error: { code: 'image-parent-missing' } }]);
      expect(await codeOf(bench.jobs.planRestore(bench.restoreRequest('child.qcow2', [await target()])))).toBe('image-parent-missing');
      // Nor can another image be built on it, which could not be restored either.
      const onBroken = bench.captureRequest(source, 'grandchild.qcow2', { parent: bench.image('child.qcow2') });
      expect(await codeOf(bench.jobs.planCapture(onBroken))).toBe('image-parent-missing');
      expect((await bench.jobs.planCapture({ ...onBroken, folders: [elsewhere] })).parent).toMatchObject({ name: 'child.qcow2' });
      const plan = await bench.jobs.planRestore(bench.restoreRequest('child.qcow2', [await target()], { folders: [elsewhere] }));
      expect(plan.image.chain).toMatchObject([{ path: join(elsewhere, 'renamed.qcow2'), error: null }]);
      expect(await bench.run(plan)).toMatchObject({ outcome: 'done' });
      const verify = await bench.jobs.planVerify({ image: bench.image('child.qcow2'), folders: [elsewhere], share: 0.5, memory: 'low' });
      expect(await bench.run(verify)).toMatchObject({ outcome: 'done' });
    } finally {
      move(join(elsewhere, 'renamed.qcow2'), bench.image('first.qcow2'));
    }
  });

  test('none of the files of an image is replaced by what is no image of ours, whoever said that it may be', async () => {
    copyOf('first.qcow2', 'own.qcow2');
    const own = join(bench.folder, 'copies', 'own.qcow2');
    for (const destination of [own, `${own}.json`, `${own}.sums`]) {
      const refused = { code: 'destination-own-image', params: { path: destination, image: own } };
      await expect(bench.jobs.planConvert({ image: bench.image('first.qcow2'), folders: [], destination, format: 'raw', overwrite: true })).rejects.toMatchObject(refused);
      await expect(bench.jobs.planRead({ disk: source, destination, format: 'raw', overwrite: true })).rejects.toMatchObject(refused);
    }
    // Without its image a manifest speaks of one that is somewhere else.
    renameSync(own, join(bench.folder, 'copies', 'moved.qcow2'));
    const request = { image: bench.image('first.qcow2'), folders: [], destination: own, format: 'raw' as const, overwrite: false };
    expect(await codeOf(bench.jobs.planConvert(request))).toBe('destination-exists');
    expect(await codeOf(bench.jobs.planConvert({ ...request, destination: join(bench.folder, 'copies', 'moved.qcow2'), overwrite: true }))).toBe('destination-own-image');
  });

  test('what is converted is restored like what was captured', async () => {
    const to = bench.image('converted.vhdx');
    const plan = await bench.jobs.planConvert({ image: bench.image('first.qcow2'), folders: [], destination: to, format: 'vhdx', overwrite: false });
    const report = await bench.run(plan);
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({ outcome: 'done' });
    expect(await codeOf(bench.jobs.planConvert({ image: bench.image('first.qcow2'), folders: [], destination: to, format: 'vhdx', overwrite: false }))).toBe('destination-exists');
    expect(await codeOf(bench.jobs.planConvert({ image: to, folders: [], destination: to, format: 'vhdx', overwrite: true }))).toBe('destination-exists');
    // A disk's own node is no file that could be replaced, whoever said so: a file would take its place.
    expect(await codeOf(bench.jobs.planConvert({ image: to, folders: [], destination: '/dev/zero', format: 'raw', overwrite: true }))).toBe('destination-not-file');
    expect(await codeOf(bench.jobs.planRead({ disk: source, destination: bench.folder, format: 'raw', overwrite: true }))).toBe('destination-not-file');
    expect(await codeOf(bench.jobs.planVerify({ image: to, folders: [], share: 1, memory: 'low' }))).toBe('image-manifest-missing');
    const disk = await target();
    const restore = await bench.jobs.planRestore(bench.restoreRequest('converted.vhdx', [disk]));
    expect(restore.notes.map(({ code }) => code)).toContain('no-hashes');
    expect(await bench.run(restore)).toMatchObject({ outcome: 'done', imaging: { imageId: null } });
    expect((await bench.host.disks.find(disk)).partitions).toEqual((await bench.host.disks.find(source)).partitions);
  });

  test('an image of another program that was written to since the plan, or since a restore was cut off, is another image', async () => {
    const raw = bench.image('foreign.img');
    await bench.run(await bench.jobs.planConvert({ image: bench.image('first.qcow2'), folders: [], destination: raw, format: 'raw', overwrite: false }));
    const touch = (): void => {
      const file = openSync(raw, 'r+');
      writeSync(file, 'changed', SIZE / 2);
      closeSync(file);
    };
    const disk = await target();
    const plan = await bench.jobs.planRestore(bench.restoreRequest('foreign.img', [disk]));
    touch();
    expect(await bench.run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'image-changed' } });
    expect(readFileSync(pathOf(disk)).every((byte) => byte === 0)).toBe(true);

    const slow = bench.jobs.start(await bench.jobs.planRestore(bench.restoreRequest('foreign.img', [disk], { bytesPerSecond: 1_000_000 })), {});
    slow.job.onProgress(({ phase, bytesDone }) => phase === 'restoring' && bytesDone > 0 && bench.jobs.cancel(slow.jobId));
    await slow.job.result.catch(() => undefined);
    const again = bench.restoreRequest('foreign.img', [disk], { resume: true });
    expect(await bench.jobs.planRestore(again)).toMatchObject({ resume: true });
    touch();
    expect(await codeOf(bench.jobs.planRestore(again))).toBe('resume-mismatch');
  });

  test('an image that replaces one in more pieces, or in one piece, leaves nothing of it that could be taken for its own', async () => {
    for (const [partBytes, files] of [[0, 1], [MIB, 3], [4 * MIB, 1], [0, 1]] as const) {
      expect(await bench.run(await bench.jobs.planCapture(bench.captureRequest(source, 'again.qcow2', { partBytes, overwrite: true })))).toMatchObject({ outcome: 'done' });
      const verify = await bench.jobs.planVerify({ image: bench.image('again.qcow2'), folders: [], share: 1, memory: 'low' });
      expect(await bench.run(verify)).toMatchObject({ outcome: 'done', imaging: { verified: { damaged: [] } } });
      const pieces = readdirSync(join(bench.folder, 'images')).filter((name) => /^again\.qcow2(?:\.\d+)?$/.test(name));
      expect(pieces.length > 1).toBe(files > 1);
      expect(pieces.includes('again.qcow2')).toBe(partBytes === 0);
    }
  });

  test('a manifest of another image is not believed', async () => {
    const other = copyOf('border.qcow2', 'other.qcow2');
    copyFileSync(bench.image('first.qcow2'), other);
    expect(await codeOf(bench.jobs.describe(other, []))).toBe('image-manifest-other');
  });

  test('the library lists them, renames them, and keeps what others build on', async () => {
    const folder = join(bench.folder, 'images');
    const [listing] = await bench.jobs.library.list([folder]);
    expect(libraryListingSchema.parse(JSON.parse(JSON.stringify(listing)))).toEqual(listing);
    const child = listing?.images.find(({ name }) => name === 'child.qcow2');
    expect(child?.parent).toMatchObject({ path: bench.image('first.qcow2'), error: null });
    expect(listing?.images.find(({ name }) => name === 'first.qcow2')?.children).toEqual([bench.image('child.qcow2')]);
    expect(await codeOf(bench.jobs.library.discard(bench.image('first.qcow2'), []))).toBe('image-needed');
    expect(await bench.jobs.library.rename(bench.image('child.qcow2'), 'Office PC 2026')).toBe(bench.image('Office PC 2026.qcow2'));
    await bench.jobs.library.discard(bench.image('Office PC 2026.qcow2'), []);
    expect(readdirSync(folder).filter((name) => name.startsWith('Office'))).toEqual([]);
    const [gone, there] = await bench.jobs.library.folders([join(folder, 'gone'), folder]);
    expect(gone).toMatchObject({ error: { code: 'image-not-found' }, freeBytes: null });
    expect(there).toMatchObject({ error: null });
    expect(there?.freeBytes).toBeGreaterThan(0);
  });

  test('a new image is given a name that says what it is and that nobody has', async () => {
    const folder = join(bench.folder, 'images');
    const suggest = (): Promise<{ name: string }> => bench.jobs.suggestName({ disk: source, folder, template: '{machine}-{os}-{purpose}', purpose: 'intake' });
    expect((await suggest()).name).toBe('source-Windows-intake.qcow2');
    writeFileSync(join(folder, 'source-Windows-intake.qcow2'), '');
    expect((await suggest()).name).toBe('source-Windows-intake-2.qcow2');
  });

  test('an image cut short is not restored', async () => {
    const short = copyOf('first.qcow2', 'short.qcow2');
    truncateSync(short, 300 * 1024);
    const disk = await target();
    const planned = await bench.jobs.planRestore(bench.restoreRequest('', [disk], { image: short })).then((plan) => bench.run(plan), (error: unknown) => error);
    expect(planned instanceof EngineError || (planned as Report).outcome === 'failed').toBe(true);
  });
});

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import type { JobProgress, Plan, Report, WriteRequest } from '../../src/contract/index.ts';
import { planSchema, reportSchema } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { need } from '../support/need.ts';
import { noise } from '../support/fake-image.ts';
import { unmount } from '../labs/mount.ts';

const MIB = 1 << 20;
let folder = '';
let practice = '';
let image = '';
const bytes = noise(10 * MIB, 5);
const host = createHost({ practiceFolder: () => practice });
const jobs = createJobService(host, { version: 'test' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-jobs-'));
  practice = join(folder, 'practice');
  mkdirSync(practice);
  image = join(folder, 'noise.img');
  writeFileSync(image, bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function disk(size = 16 * MIB, fill = 0xee): string {
  const path = join(practice, `disk-${++count}.img`);
  writeFileSync(path, Buffer.alloc(size, fill));
  return path;
}

const request = (paths: readonly string[], more: Partial<WriteRequest> = {}): WriteRequest => ({
  location: image, disks: paths.map((path) => `file:${path}`), verify: true, eject: true, checksum: '', allowSystemDisk: false, ...more,
});

const run = (plan: Plan): Promise<Report> => jobs.start(plan, {}).job.result;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
}

describe('writing', () => {
  test('from plan to report; both cross a process border unchanged', async () => {
    const paths = [disk(), disk()];
    const plan = await jobs.planWrite(request(paths));
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    const report = await run(plan);
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({ outcome: 'done', error: null });
    expect(report.targets.map((target) => [target.outcome, target.bytesVerified])).toEqual([['verified', bytes.length], ['verified', bytes.length]]);
    for (const path of paths) expect(Buffer.compare(readFileSync(path).subarray(0, bytes.length), bytes)).toBe(0);
  });

  test('a disk that was changed between plan and write is refused, and so are its companions', async () => {
    const [changed, untouched] = [disk(), disk()];
    const plan = await jobs.planWrite(request([untouched, changed]));
    writeFileSync(changed, Buffer.alloc(16 * MIB, 0xdd));
    expect(await run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'disk-changed', params: { what: 'contents' } } });
    for (const [path, fill] of [[changed, 0xdd], [untouched, 0xee]] as const) expect(readFileSync(path).every((byte) => byte === fill)).toBe(true);
  });

  test('a disk has one job at a time', async () => {
    const path = disk(64 * MIB);
    const [first, second] = [await jobs.planWrite(request([path])), await jobs.planWrite(request([path]))];
    const reports = await Promise.all([run(first), run(second)]);
    expect(reports.map((report) => report.error?.code ?? report.outcome).sort()).toEqual(['disk-busy', 'done']);
  });

  test('a wrong checksum costs nobody a stick', async () => {
    const path = disk();
    const plan = await jobs.planWrite(request([path], { checksum: '0'.repeat(64) }));
    expect(await run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'checksum-mismatch' }, expectedMatched: false });
    expect(readFileSync(path).every((byte) => byte === 0xee)).toBe(true);
  });

  test('a SHA256SUMS beside the image is used without being asked', async () => {
    const at = join(folder, 'with-sums');
    mkdirSync(at);
    copyFileSync(image, join(at, 'noise.img'));
    writeFileSync(join(at, 'SHA256SUMS'), execFileSync('sha256sum', ['noise.img'], { cwd: at }));
    const report = await run(await jobs.planWrite(request([disk()], { location: join(at, 'noise.img') })));
    expect(report).toMatchObject({ outcome: 'done', expectedMatched: true });
    writeFileSync(join(at, 'noise.img'), noise(10 * MIB, 6));
    expect(await run(await jobs.planWrite(request([disk()], { location: join(at, 'noise.img') })))).toMatchObject({ outcome: 'failed', error: { code: 'checksum-mismatch' } });
  });

  test('an image larger than the disk by one sector is refused before anything happens', async () => {
    const path = disk(10 * MIB - 512);
    await expect(jobs.planWrite(request([path]))).rejects.toMatchObject({ code: 'image-larger-than-target', params: { missing: 512 } });
  });

  test('an image that was exchanged after the plan is refused', async () => {
    const other = join(folder, 'other.img');
    writeFileSync(other, bytes);
    const plan = await jobs.planWrite(request([disk()], { location: other }));
    truncateSync(other, 9 * MIB);
    expect(await run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'image-changed' } });
  });

  test('cancelling ends in a report that says so, and leaves a disk nobody takes for whole', async () => {
    const large = join(folder, 'large.img');
    if (!existsSync(large)) writeFileSync(large, Buffer.concat(Array.from({ length: 24 }, () => bytes)));
    const path = disk(256 * MIB);
    const { jobId, job } = jobs.start(await jobs.planWrite(request([path], { location: large })), {});
    const seen: JobProgress[] = [];
    job.onProgress((progress) => {
      seen.push(progress);
      if (progress.phase === 'writing' && progress.bytesDone > 0) jobs.cancel(jobId);
    });
    const report = await job.result;
    expect(report).toMatchObject({ outcome: 'cancelled', error: null, targets: [{ outcome: 'cancelled' }] });
    expect(readFileSync(path).subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
    expect(jobs.list().find((state) => state.jobId === jobId)?.report).toEqual(report);
    jobs.forget(jobId);
    expect(jobs.list().some((state) => state.jobId === jobId)).toBe(false);
  });

  need({ tools: ['bmaptool'] })('a block map made by bmaptool is used', async () => {
    const sparse = join(folder, 'sparse.img');
    writeFileSync(sparse, '');
    truncateSync(sparse, 12 * MIB);
    execFileSync('dd', [`if=${image}`, `of=${sparse}`, 'bs=1M', 'count=1', 'seek=5', 'conv=notrunc', 'status=none']);
    execFileSync('bmaptool', ['-q', 'create', '-o', `${sparse}.bmap`, sparse]);
    const path = disk();
    const plan = await jobs.planWrite(request([path], { location: sparse }));
    expect(plan.image.mappedBytes).toBe(MIB);
    expect(await run(plan)).toMatchObject({ outcome: 'done', targets: [{ outcome: 'verified', bytesVerified: MIB }] });
    expect(Buffer.compare(readFileSync(path).subarray(5 * MIB, 6 * MIB), bytes.subarray(0, MIB))).toBe(0);
  });

  need({ tools: ['genisoimage'] })('an ISO that would not boot from a stick is refused by name', async () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'sources'), { recursive: true });
    writeFileSync(join(tree, 'readme.txt'), 'hello');
    const iso = join(folder, 'plain.iso');
    execFileSync('genisoimage', ['-quiet', '-o', iso, tree]);
    expect(await codeOf(jobs.planWrite(request([disk()], { location: iso })))).toBe('image-not-hybrid-iso');
    writeFileSync(join(tree, 'bootmgr'), 'x');
    writeFileSync(join(tree, 'sources', 'boot.wim'), 'x');
    writeFileSync(join(tree, 'sources', 'install.wim'), 'x');
    execFileSync('genisoimage', ['-quiet', '-udf', '-o', iso, tree]);
    expect(await codeOf(jobs.planWrite(request([disk()], { location: iso })))).toBe('image-windows-iso');
  });
});

describe('the running system', () => {
  need({ linux: true, root: true })('cannot be chosen, not by a plan and not by a plan made up', async () => {
    const system = (await jobs.disks()).filter((candidate) => candidate.verdict.reasons.some((reason) => reason.code === 'system'));
    expect(system.length).toBeGreaterThan(0);
    const honest = await jobs.planWrite(request([disk()]));
    for (const { id, path } of system) {
      for (const spec of [id, path]) expect(await codeOf(jobs.planWrite({ ...request([]), disks: [spec] }))).toBe('disk-is-system');
      expect(await codeOf(jobs.planFormat({ disk: id, fileSystem: 'auto', label: '', eject: false, allowSystemDisk: false }))).toBe('disk-is-system');
      if (honest.kind !== 'write') return;
      const forged: Plan = { ...honest, disks: honest.disks.map((planned) => ({ ...planned, identity: { ...planned.identity, id, path } })) };
      expect(await run(forged)).toMatchObject({ outcome: 'failed', error: { code: 'disk-is-system' } });
    }
  });
});

describe('reading', () => {
  test('into a raw image, sparse, and never over a file that is there', async () => {
    const path = disk(16 * MIB, 0);
    const full = readFileSync(path);
    full.set(bytes.subarray(0, MIB), 4 * MIB);
    writeFileSync(path, full);
    const destination = join(folder, 'read.img');
    const plan = await jobs.planRead({ disk: `file:${path}`, destination, format: 'raw', overwrite: false });
    expect(await run(plan)).toMatchObject({ outcome: 'done' });
    expect(Buffer.compare(readFileSync(destination), full)).toBe(0);
    expect(Number(execFileSync('stat', ['-c', '%b', destination], { encoding: 'utf8' })) * 512).toBeLessThan(4 * MIB);
    expect(await codeOf(jobs.planRead({ disk: `file:${path}`, destination, format: 'raw', overwrite: false }))).toBe('destination-exists');
  });

  need({ tools: ['zstd'] })('into a .zst that zstd itself unpacks, and that can be written back', async () => {
    const path = disk(12 * MIB);
    const destination = join(folder, 'read.img.zst');
    const report = await run(await jobs.planRead({ disk: `file:${path}`, destination, format: 'zstd', overwrite: false }));
    expect(report.outcome).toBe('done');
    execFileSync('zstd', ['-q', '-t', destination]);
    expect(Buffer.compare(execFileSync('zstd', ['-dc', destination], { maxBuffer: 64 * MIB }), readFileSync(path))).toBe(0);
    const info = await jobs.inspect(destination);
    expect(info).toMatchObject({ chain: ['zstd'], size: 12 * MIB });
    const target = disk();
    expect(await run(await jobs.planWrite(request([target], { location: destination })))).toMatchObject({ outcome: 'done', checksums: report.checksums });
  });

  need({ linux: true, root: true, tools: ['mount'] })('a full destination is named and left as it was', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small]);
    try {
      for (const format of ['raw', 'zstd'] as const) {
        const source = disk(16 * MIB);
        writeFileSync(source, noise(16 * MIB, 12));
        const report = await run(await jobs.planRead({ disk: `file:${source}`, destination: join(small, 'x.img'), format, overwrite: false }));
        expect(report).toMatchObject({ outcome: 'failed', error: { code: 'destination-full' } });
        expect(readdirSync(small)).toEqual([]);
      }
    } finally {
      await unmount(small);
    }
  });
});

describe('making a stick usable again', () => {
  need({ tools: ['fsck.fat', 'fsck.exfat', 'sfdisk'] })('FAT32 and exFAT as their own checkers like them', async () => {
    for (const fileSystem of ['fat32', 'exfat'] as const) {
      const path = disk(64 * MIB);
      const report = await run(await jobs.planFormat({ disk: `file:${path}`, fileSystem, label: 'BENCH', eject: true, allowSystemDisk: false }));
      expect(report).toMatchObject({ outcome: 'done', targets: [{ outcome: 'written' }] });
      const [partition] = (JSON.parse(execFileSync('sfdisk', ['-J', path], { encoding: 'utf8' })) as { partitiontable: { partitions: { start: number; size: number }[] } }).partitiontable.partitions;
      const volume = join(folder, `volume.${fileSystem}`);
      writeFileSync(volume, readFileSync(path).subarray(partition!.start * 512, (partition!.start + partition!.size) * 512));
      execFileSync(fileSystem === 'fat32' ? 'fsck.fat' : 'fsck.exfat', ['-n', volume]);
    }
  });
});

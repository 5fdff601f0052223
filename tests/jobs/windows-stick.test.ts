import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import { planSchema, reportSchema, type JobProgress, type Plan, type Report, type WindowsStickRequest } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { reportHtml } from '../../src/jobs/report-html.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { run as tool } from '../engine/lab.ts';
import { need } from '../support/need.ts';
import { usedDisks } from '../support/used-disks.ts';

const MIB = 1 << 20;
let folder = '';
let practice = '';
const host = createHost({ practiceFolder: () => practice });
const jobs = createJobService(host, { version: 'test' });
const withIso = need({ tools: [...WINDOWS_ISO_TOOLS, 'mcopy', '7z'] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-sticks-'));
  practice = join(folder, 'practice');
  mkdirSync(practice);
});
afterAll(() => rmSync(folder, { recursive: true }));

const filesIn = (root: string): number => readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(root, name)).isFile()).length;
/** @throws when a file of the list is missing or another one */
const checkSums = (list: string, root: string): void => void execFileSync('sha256sum', ['--check', '--quiet', '--strict', list], { cwd: root, stdio: 'pipe' });

const disk = usedDisks(() => practice);

const request = async (paths: readonly string[], more: Partial<WindowsStickRequest> = {}): Promise<WindowsStickRequest> => ({
  location: await windowsIso(), disks: paths.map((path) => `file:${path}`), firmware: 'uefi', label: '', editions: null, workFolder: null, extraFolder: null, customising: null, drivers: null, verify: true, eject: true,
  allowSystemDisk: false, ...more,
});

const run = (plan: Plan, onProgress: (progress: JobProgress, cancel: () => void) => void = () => undefined): Promise<Report> => {
  const { job } = jobs.start(plan, {});
  job.onProgress((progress) => onProgress(progress, () => job.cancel()));
  return job.result;
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
}

withIso('from plan to report, on sticks of two sizes: what was planned is there, with an answer file and a folder of extras', async () => {
  const extra = join(folder, 'extra');
  mkdirSync(join(extra, 'SOURCES/$OEM$/$1'), { recursive: true });
  writeFileSync(join(extra, 'SOURCES/$OEM$/$1/readme.txt'), 'from the bench');
  writeFileSync(join(extra, 'autorun.inf'), 'ours');
  const answer = join(folder, 'autounattend.xml');
  writeFileSync(answer, '<?xml version="1.0" encoding="utf-8"?>\n<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="windowsPE"></settings></unattend>\n');
  const paths = [disk(), disk(), disk(80 * MIB)];
  const plan = await jobs.planWindowsStick(await request(paths, {
    extraFolder: extra, customising: { answerFile: { kind: 'file', path: answer }, autopilot: null, updatePolicy: null, setupComplete: ['echo done'] },
  }));
  expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  expect(plan).toMatchObject({ table: 'gpt', label: 'WIN11', parts: [], replaced: ['autorun.inf'] });
  expect(plan.image.editions.map(({ name, version }) => [name, version])).toContainEqual(['Windows 11 Pro', '10.0.26100.1742']);
  expect(plan.room.map(({ free }) => free > 30 * MIB)).toEqual([true, true, true]);

  const phases = new Set<string>();
  const report = await run(plan, ({ phase }) => phases.add(phase));
  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(report, JSON.stringify(report.error)).toMatchObject({ outcome: 'done', error: null });
  expect(report.targets.map(({ outcome }) => outcome)).toEqual(['verified', 'verified', 'verified']);
  expect(phases).toContain('preparing');
  // Every file hashed: as it lies on each stick, and, but for what was laid over it, as it lies in the ISO.
  const { files } = report;
  expect(files).toMatchObject({ count: files!.list!.length, bytes: files!.list!.reduce((sum, { size }) => sum + size, 0) });
  const sums = join(folder, 'files.sha256');
  writeFileSync(sums, jobs.sums(report.jobId)!);
  expect(tool('sha256sum', [sums]).slice(0, 64)).toBe(files!.sha256);
  for (const [i, path] of paths.entries()) {
    const onStick = join(folder, `on-stick-${i}`);
    mkdirSync(onStick);
    tool('mcopy', ['-s', '-n', '-i', `${path}@@1M`, '::', onStick]);
    expect(filesIn(onStick)).toBe(files!.count);
    checkSums(sums, onStick);
  }
  const onDisc = join(folder, 'on-disc');
  tool('7z', ['x', '-y', `-o${onDisc}`, await windowsIso()]);
  const laid = [...plan.extras.map(({ path }) => path.toLowerCase()), ...plan.replaced.map((path) => path.toLowerCase())];
  const kept = files!.list!.filter(({ path }) => !laid.includes(path.toLowerCase()));
  expect(kept.length).toBeGreaterThan(15);
  writeFileSync(sums, kept.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(''));
  checkSums(sums, onDisc);
  const page = reportHtml(report, 'en');
  expect(page).toContain(files!.sha256);
  expect(page).not.toContain(files!.list![0]!.sha256);
  for (const path of paths) {
    const read = (file: string): string => {
      tool('mcopy', ['-n', '-o', '-i', `${path}@@1M`, `::${file}`, join(folder, 'out')]);
      return readFileSync(join(folder, 'out'), 'utf8');
    };
    expect(read('sources/$OEM$/$1/readme.txt')).toBe('from the bench');
    expect(read('autorun.inf')).toBe('ours');
    expect(read('Autounattend.xml')).toContain('urn:schemas-microsoft-com:unattend');
    expect(read('sources/$OEM$/$$/Setup/Scripts/SetupComplete.cmd')).toContain('echo done');
  }
  const html = reportHtml(report, 'nl');
  for (const shown of ['Windows 11 Education, x64', 'UEFI', 'autorun.inf', 'Windows-stick maken']) expect(html).toContain(shown);
});

withIso('what an ISO installs is told without a stick', async () => {
  const info = await jobs.inspectWindows(await windowsIso());
  expect(info).toMatchObject({ uefi: ['x64'], bios: true, installs: [{ path: 'sources/install.wim', format: 'wim', solid: false }] });
  expect(info.editions).toHaveLength(3);
});

withIso('a stick that is too small, one with the ISO on it, a bad label and the disk of the system are refused before anything is written', async () => {
  const small = disk(40 * MIB);
  const before = readFileSync(small);
  const big = join(folder, 'big');
  mkdirSync(big);
  writeFileSync(join(big, 'big.bin'), '');
  truncateSync(join(big, 'big.bin'), 64 * MIB);
  expect(await codeOf(jobs.planWindowsStick(await request([small], { extraFolder: big })))).toBe('media-too-small');
  // One would have taken the other's place.
  const twice = join(folder, 'twice');
  mkdirSync(twice);
  for (const name of ['Notes.txt', 'notes.TXT']) writeFileSync(join(twice, name), name);
  expect(await codeOf(jobs.planWindowsStick(await request([small], { extraFolder: twice })))).toBe('windows-name-collision');
  // Neither Setup nor WinPE could open it.
  const kept = join(folder, 'kept');
  mkdirSync(join(kept, 'tools'), { recursive: true });
  writeFileSync(join(kept, 'tools/Aux.txt'), 'x');
  expect(await codeOf(jobs.planWindowsStick(await request([small], { extraFolder: kept })))).toBe('windows-name-reserved');
  expect(await codeOf(jobs.planWindowsStick(await request([small], { label: 'much too long a label' })))).toBe('argument-invalid');
  expect(await codeOf(jobs.planWindowsStick(await request([small, small])))).toBe('argument-invalid');
  expect(await codeOf(jobs.planWindowsStick(await request([small], { location: small })))).not.toBe('no error');
  for (const each of await host.disks.list()) {
    if (each.verdict.reasons.some(({ code }) => code === 'system')) expect(await codeOf(jobs.planWindowsStick(await request([], { disks: [each.id] })))).toBe('disk-is-system');
  }
  expect(readFileSync(small).equals(before)).toBe(true);
});

withIso('an ISO, a folder or a disk that changed since the plan stops the job with nothing lost', async () => {
  const iso = join(folder, 'changing.iso');
  copyFileSync(await windowsIso(), iso);
  const extra = join(folder, 'changing');
  mkdirSync(extra);
  writeFileSync(join(extra, 'file.txt'), 'one');
  const path = disk();
  const before = readFileSync(path);
  const plan = await jobs.planWindowsStick(await request([path], { location: iso, extraFolder: extra }));
  writeFileSync(join(extra, 'file.txt'), 'three');
  expect(await run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'file-changed' } });
  writeFileSync(join(extra, 'file.txt'), 'two');
  truncateSync(iso, statSync(iso).size + 2048);
  expect(await run(plan)).toMatchObject({ outcome: 'failed', error: { code: 'image-changed' } });
  expect(readFileSync(path).equals(before)).toBe(true);
});

withIso('cancelled half way, it leaves a blank stick', async () => {
  const path = disk(600 * MIB);
  const extra = join(folder, 'bulk');
  mkdirSync(extra);
  writeFileSync(join(extra, 'bulk.bin'), Buffer.alloc(80 * MIB, 7));
  const plan = await jobs.planWindowsStick(await request([path], { extraFolder: extra }));
  const report = await run(plan, ({ phase, bytesDone }, cancel) => {
    if (phase === 'writing' && bytesDone > 0) cancel();
  });
  expect(report).toMatchObject({ outcome: 'cancelled', targets: [{ outcome: 'cancelled' }] });
  expect(readFileSync(path).subarray(0, MIB).every((byte) => byte === 0)).toBe(true);
});

test('what is no Windows ISO is refused by name', async () => {
  const other = join(folder, 'other.img');
  writeFileSync(other, Buffer.alloc(MIB, 1));
  expect(await codeOf(jobs.inspectWindows(other))).toBe('disc-unknown');
  expect(await codeOf(jobs.inspectWindows(join(folder, 'nowhere.iso')))).toBe('image-not-found');
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { EngineError, planRepacks } from '../../native-free-engine/index.ts';
import { planSchema, type JobProgress, type Report, type WindowsStickPlan, type WindowsStickRequest } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { labFolder, run } from '../engine/lab.ts';
import { hashFolder } from '../engine/discs/discs.ts';
import { need } from '../support/need.ts';
import { seeded } from '../support/seeded.ts';
import { usedDisks } from '../support/used-disks.ts';
import { unmount } from '../labs/mount.ts';

// A disc with an ESD that is "too large": FAT32 takes 4 GiB, which no test can wait for, so the limit is lowered.

const MIB = 1 << 20;
const folder = labFolder();
const at = (name: string): string => join(folder, name);
const FAT32 = { largestFile: MIB / 2, partBytes: 1_000_000 };
const practice = at('practice');
const work = at('work');
mkdirSync(practice);
mkdirSync(work);
const host = createHost({ practiceFolder: () => practice });
const jobs = createJobService(host, { version: 'test', tempDir: work, fat32: FAT32 });
const TOOLS = ['wimlib-imagex', 'genisoimage', 'mcopy'];
const withTools = need({ tools: TOOLS });
const asRoot = need({ tools: [...TOOLS, 'mount'], root: true });

const disk = usedDisks(() => practice);

/** The tree of an edition: what packs well, what does not, a link, a name beyond ASCII, and a file of its own. */
function editionTree(name: string, own: Uint8Array): string {
  const root = at(`tree-${name}`);
  if (existsSync(root)) return root;
  mkdirSync(join(root, 'Windows/Größe'), { recursive: true });
  writeFileSync(join(root, 'Windows/explorer.exe'), seeded(1).bytes(300_000));
  writeFileSync(join(root, 'Windows/Größe/log.txt'), Array.from({ length: 8000 }, (_, i) => `line ${i}\r\n`).join(''));
  writeFileSync(join(root, 'Windows/own.bin'), own);
  run('ln', [join(root, 'Windows/explorer.exe'), join(root, 'linked.exe')]);
  return root;
}

/** The least that is taken for the disc of a Windows. */
function disc(name: string, editions: Readonly<Record<string, Uint8Array>>, solid = true): string {
  const root = at(`disc-${name}`);
  mkdirSync(join(root, 'sources'), { recursive: true });
  mkdirSync(join(root, 'efi/boot'), { recursive: true });
  writeFileSync(join(root, 'efi/boot/bootx64.efi'), 'MZ');
  writeFileSync(join(root, 'bootmgr'), 'boot');
  const install = join(root, `sources/install.${solid ? 'esd' : 'wim'}`);
  for (const [i, [edition, own]] of Object.entries(editions).entries()) {
    const how = solid ? ['--solid', '--compress=LZMS'] : ['--compress=LZX'];
    run('wimlib-imagex', [i === 0 ? 'capture' : 'append', editionTree(`${name}-${edition}`, own), install, edition, ...(i === 0 || solid ? how : [])]);
  }
  run('genisoimage', ['-quiet', '-udf', '-J', '-o', `${root}.iso`, root]);
  return `${root}.iso`;
}

const EDITIONS = { Home: seeded(2).bytes(500_000), Pro: seeded(3).bytes(500_000), Education: seeded(4).bytes(500_000) };
const disks = (...paths: string[]): string[] => paths.map((path) => `file:${path}`);
const request = (location: string, more: Partial<WindowsStickRequest> & Pick<WindowsStickRequest, 'disks'>): WindowsStickRequest => ({
  location, firmware: 'uefi', label: '', editions: null, workFolder: null, extraFolder: null, customising: null, drivers: null, verify: true, eject: true, allowSystemDisk: false, ...more,
});

function start(plan: WindowsStickPlan, onProgress: (progress: JobProgress, cancel: () => void) => void = () => undefined): Promise<Report> {
  const { job } = jobs.start(plan, {});
  job.onProgress((progress) => onProgress(progress, () => job.cancel()));
  return job.result;
}

const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', (error: unknown) => (error instanceof EngineError ? error.code : String(error)));

/** The install image of a stick, joined by wimlib when it is in parts, and found sound. */
function installOf(stick: string, name: string): string {
  const out = at(`stick-${name}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  run('mcopy', ['-s', '-n', '-i', `${stick}@@1M`, '::sources', out]);
  const files = readdirSync(join(out, 'sources')).filter((file) => file.startsWith('install'));
  const joined = join(out, 'joined.wim');
  if (files.some((file) => file.endsWith('.swm'))) run('wimlib-imagex', ['join', joined, ...files.map((file) => join(out, 'sources', file))]);
  else run('mv', [join(out, 'sources', files[0]!), joined]);
  run('wimlib-imagex', ['verify', joined]);
  return joined;
}

function applied(wim: string, image: number, name: string): ReturnType<typeof hashFolder> {
  run('wimlib-imagex', ['apply', wim, String(image), at(name)]);
  return hashFolder(at(name));
}

const untouched = (path: string): boolean => readFileSync(path).subarray(0, 2 * MIB).every((byte) => byte === 0xee);
const mounted: string[] = [];
afterAll(async () => {
  for (const place of mounted) await unmount(place);
});

withTools('an ESD too large for FAT32 is packed anew, split, and what is on the stick equals it edition by edition', async () => {
  const iso = disc('esd', EDITIONS);
  const paths = [disk(), disk(80 * MIB)];
  const plan = await jobs.planWindowsStick(request(iso, { disks: disks(...paths) }));
  expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  expect(plan).toMatchObject({ parts: [], editions: null, workFolder: work, repackedAs: 'xpress', repacks: [{ path: 'sources/install.esd', images: [1, 2, 3] }] });
  const [repack] = plan.repacks;
  // Both bounds hold for what it became, below.
  expect(plan.steps.slice(0, 3).map(({ code }) => code)).toEqual(['repack-wim', 'check-repacked', 'recheck-identity']);

  const phases: string[] = [];
  let share = 0;
  const report = await start(plan, ({ phase, fraction }) => {
    if (phases.at(-1) !== phase) phases.push(phase);
    if (fraction !== null) expect(fraction).toBeGreaterThanOrEqual(share);
    share = fraction ?? share;
    // Nobody sees it, and nothing of it could be left behind.
    expect(readdirSync(work)).toEqual([]);
  });
  expect(report, JSON.stringify(report.error)).toMatchObject({ outcome: 'done', error: null });
  expect(report.targets.map(({ outcome }) => outcome)).toEqual(['verified', 'verified']);
  // What takes less than a tenth of a second may go by untold, such as writing these few files.
  expect(phases).toContain('repacking');
  for (const [i, path] of paths.entries()) {
    const joined = installOf(path, `esd-${i}`);
    expect(readdirSync(join(joined, '../sources')).sort()).toEqual(['install.swm', 'install2.swm', 'install3.swm']);
    const size = readFileSync(joined).length;
    expect(size).toBeLessThanOrEqual(repack!.most);
    for (const image of [1, 2, 3]) {
      expect(applied(joined, image, `out-${i}-${image}`), String(image)).toEqual(applied(at('disc-esd/sources/install.esd'), image, `esd-${i}-${image}`));
    }
    expect(run('wimlib-imagex', ['info', joined])).toMatch(/Compression: +XPRESS[^]*Name: +Education/);
  }
});

withTools.each([['esd', true], ['wim', false]] as const)('of an install.%s only the editions that were asked for go along', async (name, solid) => {
  const iso = disc(`some-${name}`, EDITIONS, solid);
  const path = disk();
  const plan = await jobs.planWindowsStick(request(iso, { disks: disks(path), editions: [3, 1, 3], workFolder: work }));
  expect(plan.repacks).toMatchObject([{ images: [1, 3] }]);
  const report = await start(plan);
  expect(report, JSON.stringify(report.error)).toMatchObject({ outcome: 'done' });
  const joined = installOf(path, `some-${name}`);
  const info = run('wimlib-imagex', ['info', joined]);
  expect(info).toMatch(/Image Count: +2/);
  expect(info).not.toMatch(/Name: +Pro/);
  for (const [image, of] of [[1, 1], [2, 3]] as const) {
    expect(applied(joined, image, `some-${name}-${image}`)).toEqual(applied(at(`disc-some-${name}/sources/install.${name}`), of, `all-${name}-${of}`));
  }
  expect(await codeOf(jobs.planWindowsStick(request(iso, { disks: disks(path), editions: [4] })))).toBe('wim-image-not-found');
  const installs = ['x64', 'x86'].map((architecture) => ({ path: `${architecture}/sources/install.wim` }));
  await expect(planRepacks({ installs } as never, [2])).rejects.toMatchObject({ code: 'editions-several-installs', params: { paths: 'x64/sources/install.wim, x86/sources/install.wim' } });
  await expect(planRepacks({ installs: [] } as never, [1])).rejects.toMatchObject({ code: 'editions-no-install' });
});

withTools('cancelled while it packs, no disk was touched and nothing stays', async () => {
  const iso = disc('cancel', { Home: seeded(9).bytes(2 * MIB) });
  const path = disk();
  const plan = await jobs.planWindowsStick(request(iso, { disks: disks(path) }));
  const report = await start(plan, ({ phase }, cancel) => {
    if (phase === 'repacking') cancel();
  });
  expect(report).toMatchObject({ outcome: 'cancelled', targets: [{ outcome: 'cancelled', bytesWritten: 0 }] });
  expect(untouched(path)).toBe(true);
  expect(readdirSync(work)).toEqual([]);
});

withTools('what turns out larger than the stick once it is packed is refused before any disk is touched', async () => {
  // The same noise a dozen times with one byte changed: solid packing stores it once, packing file by file each time.
  const noise = seeded(10).bytes(500_000);
  const tree = editionTree('grows-Home', noise);
  for (let i = 0; i < 12; i++) writeFileSync(join(tree, `again-${i}.bin`), Buffer.concat([Buffer.from([i]), noise.subarray(1)]));
  const iso = disc('grows', { Home: noise });
  const extra = at('bulk');
  mkdirSync(extra);
  writeFileSync(join(extra, 'bulk.bin'), Buffer.alloc(56 * MIB, 1));
  const path = disk();
  const plan = await jobs.planWindowsStick(request(iso, { disks: disks(path), extraFolder: extra }));
  // Quickly packed it could become too large for the stick.
  expect(plan.repackedAs).toBe('lzx');
  expect(plan.repacks[0]!.about).toBeLessThan(2 * MIB);
  expect(plan.repacks[0]!.most).toBeGreaterThan(6 * MIB);
  expect(await start(plan)).toMatchObject({ outcome: 'failed', error: { code: 'media-too-small' } });
  expect(untouched(path)).toBe(true);
});

withTools('a damaged ESD is named, and no disk touched', async () => {
  const iso = disc('damaged', { Home: seeded(11).bytes(MIB) });
  const bytes = readFileSync(iso);
  const esd = readFileSync(at('disc-damaged/sources/install.esd'));
  const found = bytes.indexOf(esd.subarray(0, 208)) + Math.floor(esd.length / 2);
  const path = disk();
  bytes[found]! ^= 1;
  writeFileSync(iso, bytes);
  const plan = await jobs.planWindowsStick(request(iso, { disks: disks(path) }));
  expect(await start(plan)).toMatchObject({ outcome: 'failed', error: { code: expect.stringMatching(/^wim-(checksum-mismatch|invalid)$/) as string } });
  expect(untouched(path)).toBe(true);
});

asRoot('a work folder without the room for it is refused when planning; one that fills up on the way stops the job with nothing lost', async () => {
  const iso = disc('room', { Home: seeded(12).bytes(MIB) });
  const path = disk();
  const small = (name: string, size: string): string => {
    mkdirSync(at(name));
    run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', at(name)]);
    mounted.push(at(name));
    return at(name);
  };
  expect(await codeOf(jobs.planWindowsStick(request(iso, { disks: disks(path), workFolder: small('tiny', '1m') })))).toBe('windows-repack-no-room');
  expect(await codeOf(jobs.planWindowsStick(request(iso, { disks: disks(path), workFolder: at('nowhere') })))).toBe('destination-unwritable');
  // Room enough for it, but not for anybody else.
  const plan = await jobs.planWindowsStick(request(iso, { disks: disks(path), workFolder: small('full', '100m') }));
  expect(await start(plan)).toMatchObject({ outcome: 'failed', error: { code: 'destination-full' } });
  expect(untouched(path)).toBe(true);
  expect(readdirSync(at('full'))).toEqual([]);
  // Of its own accord the program does not work in memory.
  const inMemory = createJobService(host, { version: 'test', tempDir: at('full'), fat32: FAT32 });
  expect((await inMemory.planWindowsStick(request(iso, { disks: disks(path) }))).workFolder).toBe('/var/tmp');
});

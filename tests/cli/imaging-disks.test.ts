import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  diskImageSchema, jobProgressSchema, libraryListingSchema, planSchema, reportSchema, targetProgressSchema, unfinishedCaptureSchema,
} from '../../src/contract/index.ts';
import { checkEvent } from './check-event.ts';
import { WERKBANK } from '../labs/built.ts';
import { need } from '../support/need.ts';

const MIB = 1024 * 1024;

let folder = '';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the program as a user does. @param seen called with the output so far */
function werkbank(args: readonly string[], seen?: (out: string, interrupt: () => void) => void): Promise<Ended> {
  const child = spawn(WERKBANK, ['--practice-folder', join(folder, 'practice'), ...args], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder, LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '1' },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
    seen?.(out, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

const event = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('plan'), plan: planSchema }),
  checkEvent,
  z.strictObject({ event: z.literal('progress'), progress: jobProgressSchema }),
  z.strictObject({ event: z.literal('target'), target: targetProgressSchema }),
  z.strictObject({ event: z.literal('report'), report: reportSchema }),
  z.strictObject({ event: z.literal('disk-image'), image: diskImageSchema }),
  z.strictObject({ event: z.literal('unfinished'), unfinished: unfinishedCaptureSchema }),
  z.strictObject({ event: z.literal('library'), folders: z.array(libraryListingSchema) }),
  z.strictObject({ event: z.literal('ended'), ok: z.boolean(), code: z.string().nullable(), exitCode: z.int(), error: z.unknown().optional() }),
]);
type Event = z.infer<typeof event>;

/** The lines of `--json`, each of a known shape. */
const eventsOf = (out: string): Event[] => out.trimEnd().split('\n').map((line) => event.parse(JSON.parse(line)));
const reportOf = (out: string): z.infer<typeof reportSchema> => eventsOf(out).flatMap((line) => (line.event === 'report' ? [line.report] : []))[0]!;
const diskAt = (name: string): string => `file:${join(folder, 'practice', `${name}.img`)}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-cli-imaging-'));
  await werkbank(['practice', 'create', 'source', '--size', '128MiB', '--sample']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function blank(name: string, size: number): string {
  const path = join(folder, 'practice', `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, size);
  return diskAt(name);
}

describe('the whole way on the sample disk', () => {
  test('capture into a folder: named by the template, every line of --json of a known shape', async () => {
    const { code, out, err } = await werkbank(['capture', diskAt('source'), '.', '--purpose', 'intake', '--description', 'as it came in', '--memory', 'low', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const names = eventsOf(out).map((line) => line.event).filter((name) => name !== 'progress' && name !== 'check');
    expect(names).toEqual(['plan', 'report', 'ended']);
    const report = reportOf(out);
    expect(report).toMatchObject({ outcome: 'done', plan: { kind: 'capture', description: 'as it came in' } });
    expect(report.imaging?.path).toMatch(/source-Windows-\d{4}-\d\d-\d\d-intake\.qcow2$/);
    execFileSync('mv', [report.imaging!.path, join(folder, 'intake.qcow2')]);
    for (const suffix of ['.json', '.sums']) execFileSync('mv', [report.imaging!.path + suffix, join(folder, `intake.qcow2${suffix}`)]);
  });

  test('verify, all of it and a share; inspect; images', async () => {
    const whole = await werkbank(['verify', 'intake.qcow2', '--memory', 'low']);
    expect(whole).toMatchObject({ code: 0, err: '' });
    expect(whole.out).toContain('intake.qcow2 is what was captured.');
    const share = await werkbank(['verify', 'intake.qcow2', '--share', '25%', '--json']);
    expect(reportOf(share.out).imaging?.verified?.checked).toBeLessThan(reportOf(share.out).imaging?.verified?.clusters ?? 0);
    const inspected = await werkbank(['inspect', 'intake.qcow2', '--json']);
    expect(eventsOf(inspected.out)[0]).toMatchObject({ event: 'disk-image', image: { identity: { purpose: 'intake' }, partitions: [{}, {}, {}, {}] } });
    expect((await werkbank(['inspect', 'intake.qcow2.json'])).out).toContain('as it came in');
    const listed = await werkbank(['images', '--json']);
    expect(eventsOf(listed.out)[0]).toMatchObject({ event: 'library', folders: [{ error: null, images: [{ name: 'intake.qcow2' }], unfinished: [], faulty: [] }] });
    expect((await werkbank(['images', '.'])).out).toContain('intake.qcow2');
    mkdirSync(join(folder, 'copies'));
    for (const suffix of ['', '.json', '.sums']) copyFileSync(join(folder, `intake.qcow2${suffix}`), join(folder, 'copies', `intake.qcow2${suffix}`));
    expect((await werkbank(['images', '.'])).out).toContain(`intake.qcow2 also lies at ${join(folder, 'copies', 'intake.qcow2')}: the same image.`);
    rmSync(join(folder, 'copies'), { recursive: true });
    const part = (await werkbank(['verify', 'intake.qcow2', '--share', '10%'])).out;
    expect(part).toMatch(/What was checked of intake\.qcow2 is what was captured: 10 % of it/);
  });

  test('restore to a larger disk and a smaller one at once, with a report; new captures of both hold the same', async () => {
    const [larger, smaller] = [blank('larger', 160 * MIB), blank('smaller', 80 * MIB)];
    const { code, out, err } = await werkbank(['restore', 'intake.qcow2', '--to', larger, '--to', smaller, '--yes', '--report', 'restored.html', '--memory', 'low']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('intake.qcow2 was restored to all 2 disks and verified.');
    expect(readFileSync(join(folder, 'restored.html'), 'utf8')).toContain('intake.qcow2');
    const first = await intakeHashes();
    for (const name of ['larger', 'smaller']) {
      expect((await werkbank(['capture', diskAt(name), `${name}.qcow2`, '--memory', 'low', '--no-checks'])).code).toBe(0);
      expect(await hashes(`${name}.qcow2`)).toEqual(first);
    }
  });

  test('without anybody to agree nothing is restored', async () => {
    const disk = blank('unasked', 128 * MIB);
    expect((await werkbank(['restore', 'intake.qcow2', '--to', disk])).code).toBe(2);
    expect(readFileSync(disk.slice('file:'.length)).every((byte) => byte === 0)).toBe(true);
  });

  test('Ctrl+C leaves a capture that can be gone on with, and inspect and images say so', async () => {
    let once = false;
    // Stopped before that there is nothing to go on with.
    const whenStored = (file: string, act: () => void): void => void ((statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0) > 0 ? act() : setTimeout(whenStored, 20, file, act));
    const spoken = await werkbank(['capture', diskAt('source'), 'spoken.qcow2', '--limit', '1', '--memory', 'low', '--no-checks'], (out, interrupt) => {
      if (!once && /Imaging +\d+%/.test(out)) whenStored('spoken.qcow2.partial', interrupt);
      once ||= /Imaging +\d+%/.test(out);
    });
    expect(spoken).toMatchObject({ code: 130 });
    expect(spoken.out).toContain('the same command with --resume goes on with it');
    rmSync(join(folder, 'spoken.qcow2.partial'), { force: true });
    rmSync(join(folder, 'spoken.qcow2.journal'), { force: true });
    once = false;
    const pressed = await werkbank(['capture', diskAt('source'), 'stopped.qcow2', '--limit', '1', '--json', '--memory', 'low', '--no-checks'], (out, interrupt) => {
      if (once || !/"phase":"capturing".*"bytesDone":[1-9]/.test(out)) return;
      once = true;
      interrupt();
    });
    expect(pressed.code).toBe(130);
    expect(eventsOf(pressed.out).at(-1)).toEqual({ event: 'ended', ok: false, code: 'cancelled', exitCode: 130 });
    for (const name of ['stopped.qcow2', 'stopped.qcow2.partial']) expect(eventsOf((await werkbank(['inspect', name, '--json'])).out)[0]).toMatchObject({ event: 'unfinished' });
    expect((await werkbank(['images'])).out).toContain('stopped.qcow2');
    expect((await werkbank(['capture', diskAt('source'), 'stopped.qcow2'])).code).toBe(3);
    expect((await werkbank(['capture', diskAt('source'), 'stopped.qcow2', '--resume', '--memory', 'low', '--no-checks'])).code).toBe(0);
    expect(await hashes('stopped.qcow2')).toEqual(await intakeHashes());
  });

  test.each([
    ['an image of its own disk', ['capture', diskAtLater('source'), 'practice/source.img'], 2],
    ['partitions and exclusions', ['capture', diskAtLater('source'), 'x.qcow2', '--partitions', '1', '--exclude', '2'], 2],
    ['a partition that is not there', ['capture', diskAtLater('source'), 'x.qcow2', '--exclude', '7'], 2],
    ['a condition nobody knows', ['capture', diskAtLater('source'), 'x.qcow2', '--allow', 'anything'], 2],
    ['a limit that is none', ['capture', diskAtLater('source'), 'x.qcow2', '--limit', 'fast'], 2],
    ['a share of more than all', ['verify', 'intake.qcow2', '--share', '200%'], 2],
    ['a format nobody knows', ['convert', 'intake.qcow2', 'x.iso'], 2],
    ['an image that is not there', ['verify', 'nothing.qcow2'], 4],
    ['an image onto itself', ['restore', 'intake.qcow2', '--to', 'file:intake.qcow2', '--yes'], 3],
  ])('%s is refused', async (_what, args, exitCode) => {
    const { code, err } = await werkbank(args.map((arg) => (arg === diskAtLater('source') ? diskAt('source') : arg)));
    expect({ code, said: err !== '' }).toEqual({ code: exitCode, said: true });
  });
});

/** Stands for a disk in tables that are made before the folder is. */
function diskAtLater(name: string): string {
  return `@${name}`;
}

/** SHA-256 of what each partition of an image holds, from the image as QEMU reads it, or from its hashes. */
async function hashes(name: string): Promise<string> {
  const { out } = await werkbank(['inspect', name, '--json']);
  const [found] = eventsOf(out);
  if (found?.event !== 'disk-image') throw new Error(out);
  expect((await werkbank(['convert', name, 'compared.raw', '--overwrite'])).code).toBe(0);
  const raw = readFileSync(join(folder, 'compared.raw'));
  const hash = createHash('sha256');
  for (const { offset, length } of found.image.partitions) hash.update(raw.subarray(offset, offset + length));
  rmSync(join(folder, 'compared.raw'));
  return hash.digest('hex');
}

let intake: Promise<string> | undefined;
const intakeHashes = (): Promise<string> => (intake ??= hashes('intake.qcow2'));

const TOOLS = ['sfdisk', 'mkfs.fat', 'mkfs.ext4', 'mkntfs', 'debugfs', 'e2fsck', 'ntfsfix', 'fsck.fat', 'qemu-img'];

describe('a disk made by the tools of the system', () => {
  const PARTS = [['efi', 1, 40], ['root', 41, 64], ['windows', 105, 32]] as const;

  /** GPT with FAT32, ext4 and NTFS, files in all of them. */
  function made(name: string): string {
    const path = join(folder, 'practice', `${name}.img`);
    writeFileSync(path, '');
    truncateSync(path, 144 * MIB);
    execFileSync('sfdisk', ['-q', path], { input: `label: gpt\n${PARTS.map(([, start, size]) => `start=${start}MiB, size=${size}MiB, type=${start === 1 ? 'U' : 'L'}`).join('\n')}\n` });
    const tree = join(folder, 'tree');
    execFileSync('mkdir', ['-p', tree]);
    writeFileSync(join(tree, 'letter.txt'), 'dear technician\n'.repeat(5000));
    for (const [part, start, size] of PARTS) {
      const volume = join(folder, `${part}.volume`);
      writeFileSync(volume, '');
      truncateSync(volume, size * MIB);
      if (part === 'efi') execFileSync('mkfs.fat', ['-F', '32', '-n', 'EFI', volume]);
      else if (part === 'root') execFileSync('mkfs.ext4', ['-q', '-L', 'root', '-d', tree, volume]);
      else execFileSync('mkntfs', ['-q', '-F', '-f', '-L', 'Windows', volume], { stdio: 'ignore' });
      execFileSync('dd', [`if=${volume}`, `of=${path}`, 'bs=1M', `seek=${start}`, 'conv=notrunc', 'status=none']);
    }
    return path;
  }

  /** What the tools that made them say of the volumes on a disk. */
  function check(path: string): void {
    for (const [part, start, size] of PARTS) {
      const volume = join(folder, `${part}.checked`);
      execFileSync('dd', [`if=${path}`, `of=${volume}`, 'bs=1M', `skip=${start}`, `count=${size}`, 'status=none']);
      if (part === 'efi') execFileSync('fsck.fat', ['-n', volume]);
      else if (part === 'root') execFileSync('e2fsck', ['-fn', volume], { stdio: 'ignore' });
      else execFileSync('ntfsfix', ['-n', volume], { stdio: 'ignore' });
    }
  }

  need({ tools: TOOLS })('captured and restored: every volume is in order, and QEMU reads the same from the image', async () => {
    const path = made('tools');
    const captured = await werkbank(['capture', `file:${path}`, 'tools.qcow2', '--compression', 'small', '--memory', 'low', '--json', '--no-checks']);
    expect({ code: captured.code, err: captured.err }).toEqual({ code: 0, err: '' });
    const report = reportOf(captured.out);
    expect(report.plan.kind === 'capture' && report.plan.partitions.map(({ method, fileSystem }) => [method, fileSystem?.kind])).toEqual([['used', 'fat32'], ['used', 'ext4'], ['used', 'ntfs']]);
    execFileSync('qemu-img', ['check', join(folder, 'tools.qcow2')]);
    const disk = blank('tools-restored', 144 * MIB);
    expect((await werkbank(['restore', 'tools.qcow2', '--to', disk, '--yes', '--memory', 'low', '--no-checks'])).code).toBe(0);
    check(disk.slice('file:'.length));
    execFileSync('qemu-img', ['compare', '-f', 'qcow2', '-F', 'raw', join(folder, 'tools.qcow2'), path]);
    // The protective MBR's cylinders are nobody's truth: all behind its sector is the same.
    expect(readFileSync(disk.slice('file:'.length)).subarray(512).equals(readFileSync(path).subarray(512))).toBe(true);
  });

  need({ tools: TOOLS })('an image written by QEMU is restored like one of our own', async () => {
    const path = made('foreign');
    execFileSync('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', '-o', 'compression_type=zstd', path, join(folder, 'foreign.qcow2')]);
    expect(eventsOf((await werkbank(['inspect', 'foreign.qcow2', '--json'])).out)[0]).toMatchObject({ event: 'disk-image', image: { identity: null, format: 'qcow2', partitions: [{}, {}, {}] } });
    const disk = blank('foreign-restored', 150 * MIB);
    expect((await werkbank(['restore', 'foreign.qcow2', '--to', disk, '--yes', '--memory', 'low', '--no-checks'])).code).toBe(0);
    check(disk.slice('file:'.length));
  });

  need({ tools: TOOLS })('a volume that was not shut down cleanly is a stop with its remedy, agreed to by name', async () => {
    const path = made('dirty');
    const volume = join(folder, 'root.volume');
    execFileSync('debugfs', ['-w', '-R', 'feature needs_recovery', volume], { stdio: 'ignore' });
    execFileSync('dd', [`if=${volume}`, `of=${path}`, 'bs=1M', 'seek=41', 'conv=notrunc', 'status=none']);
    const stopped = await werkbank(['capture', `file:${path}`, 'dirty.qcow2']);
    expect(stopped.code).toBe(3);
    expect(stopped.err).toContain('Partition 2 (ext4)');
    expect(stopped.out).toContain('(journal)');
    const left = await werkbank(['capture', `file:${path}`, 'without.qcow2', '--exclude', '2', '--memory', 'low', '--no-checks']);
    expect(left.code).toBe(0);
    const agreed = await werkbank(['capture', `file:${path}`, 'dirty.qcow2', '--allow', 'journal', '--memory', 'low', '--json']);
    expect(agreed.code).toBe(0);
    expect(reportOf(agreed.out).imaging?.overridden).toEqual([{ code: 'journal', partitions: [2] }]);
  });

  need({ tools: TOOLS })('two GPTs that disagree are explained, and the good one is used when it is named', async () => {
    const path = made('gpts');
    const damaged = join(folder, 'practice', 'gpts-damaged.img');
    copyFileSync(path, damaged);
    execFileSync('dd', ['if=/dev/urandom', `of=${damaged}`, 'bs=512', 'seek=1', 'count=1', 'conv=notrunc', 'status=none']);
    const refused = await werkbank(['capture', `file:${damaged}`, 'gpts.qcow2']);
    expect(refused.code).toBe(3);
    const named = await werkbank(['capture', `file:${damaged}`, 'gpts.qcow2', '--gpt-copy', 'backup', '--memory', 'low', '--no-checks']);
    expect({ code: named.code, err: named.err }).toEqual({ code: 0, err: '' });
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, open, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { diskSchema, imageInfoSchema, jobProgressSchema, planSchema, reportSchema, targetProgressSchema } from '../../src/contract/index.ts';
import { checksFor } from '../../native-free-engine/index.ts';
import { WERKBANK } from '../labs/built.ts';
import { need } from '../support/need.ts';
import { checkEvent } from './check-event.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/werkbank', import.meta.url));
const MIB = 1024 * 1024;
const IMAGE_SIZE = 6 * MIB + 512;

let folder = '';
let image = '';
let bytes = Buffer.alloc(0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-cli-disks-'));
  image = join(folder, 'image.img');
  bytes = randomBytes(IMAGE_SIZE);
  // Sectors of zeros in the middle, and a boot signature: like a real image.
  bytes.fill(0, 2 * MIB, 4 * MIB);
  bytes.fill(0, 446, 510);
  bytes.writeUInt16LE(0xaa55, 510);
  await writeFile(image, bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly program?: string;
  readonly cwd?: string;
  readonly started?: (child: ReturnType<typeof spawn>) => void;
}

/** Starts the program as a user does, with nothing of the user's own in reach. */
function werkbank(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(options.program ?? WERKBANK, [...args], {
    cwd: options.cwd ?? folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, 'data'), LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '1' },
  });
  options.started?.(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

const linesOf = (out: string): Record<string, unknown>[] => out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

/** A practice disk full of somebody's data. */
async function practiceDisk(name: string, size = 16 * MIB): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.alloc(MIB, 0xa5));
  await truncate(path, size);
  return path;
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

async function firstBytes(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, 0).finally(() => file.close());
  return buffer;
}

describe('write', () => {
  test('two disks at once, verified, named by path and by link, from another folder', async () => {
    const first = await practiceDisk('first.img');
    const second = await practiceDisk('second.img');
    const link = join(folder, 'linked-werkbank');
    await symlink(LAUNCHER, link);
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    const { code, out, err } = await werkbank(['write', '../image.img', '--to', 'file:../first.img', '--to', `file:${second}`, '--yes'], { program: link, cwd: elsewhere });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const path of [first, second]) {
      const disk = await readFile(path);
      expect(disk.subarray(0, IMAGE_SIZE).equals(bytes)).toBe(true);
      expect(disk.length).toBe(16 * MIB);
    }
    expect(out).toContain('Everything on disk');
    expect(out).toContain(sha256(bytes));
  });

  test('--json: every line of a known shape, in order, the last one ended', async () => {
    const path = await practiceDisk('json.img');
    const { code, out, err } = await werkbank(['write', image, '--to', `file:${path}`, '--yes', '--json', '--checksum', sha256(bytes)]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const schema = z.discriminatedUnion('event', [
      z.strictObject({ event: z.literal('plan'), plan: planSchema }),
      checkEvent,
      z.strictObject({ event: z.literal('progress'), progress: jobProgressSchema }),
      z.strictObject({ event: z.literal('target'), target: targetProgressSchema }),
      z.strictObject({ event: z.literal('report'), report: reportSchema }),
      z.strictObject({ event: z.literal('ended'), ok: z.boolean(), code: z.string().nullable(), exitCode: z.int() }),
    ]);
    const events = linesOf(out).map((line) => schema.parse(line));
    const names = events.map((event) => event.event);
    expect(names[0]).toBe('plan');
    expect(names.filter((name) => name !== 'progress' && name !== 'check')).toEqual(['plan', 'target', 'report', 'ended']);
    // Every check of the job, before anything is done.
    expect(new Set(events.flatMap((event) => (event.event === 'check' ? [event.check] : [])))).toEqual(new Set(checksFor('write')));
    expect(names.lastIndexOf('check')).toBeLessThan(names.indexOf('progress'));
    expect(names.filter((name) => name === 'progress').length).toBeGreaterThan(0);
    expect(events.at(-1)).toEqual({ event: 'ended', ok: true, code: null, exitCode: 0 });
    const report = events.find((event) => event.event === 'report')?.report;
    expect(report?.preflight).toMatchObject({ skipped: false, results: expect.arrayContaining([expect.objectContaining({ check: 'target' })]) as unknown });
    expect(report).toMatchObject({ outcome: 'done', expectedMatched: true, targets: [{ outcome: 'verified', bytesVerified: IMAGE_SIZE, sha256: sha256(bytes) }] });
  });

  test.each([
    ['a wrong checksum', ['--yes', '--checksum', '0'.repeat(64)], 6, 'checksum-mismatch'],
    ['a checksum that is none', ['--yes', '--checksum', 'xyz'], 2, 'checksum-malformed'],
    ['nobody to confirm', [], 2, 'confirmation-needed'],
  ])('%s: nothing is written', async (name, options, exitCode, errorCode) => {
    const path = await practiceDisk(`${name}.img`);
    const before = sha256(await readFile(path));
    const { code, out } = await werkbank(['write', image, '--to', `file:${path}`, ...options, '--json']);
    expect(linesOf(out).at(-1)).toMatchObject({ event: 'ended', ok: false, code: errorCode, exitCode });
    expect(code).toBe(exitCode);
    expect(sha256(await readFile(path))).toBe(before);
  });

  test('an image larger than the disk by one sector is refused with both sizes', async () => {
    const path = await practiceDisk('small.img', IMAGE_SIZE - 512);
    const before = sha256(await readFile(path));
    const { code, err } = await werkbank(['write', image, '--to', `file:${path}`, '--yes']);
    expect(code).toBe(3);
    expect(err).toContain('512 B too large');
    expect(sha256(await readFile(path))).toBe(before);
  });

  test('an image that is not there, and a disk that is not there', async () => {
    const path = await practiceDisk('missing.img');
    expect((await werkbank(['write', 'nothing.img', '--to', `file:${path}`, '--yes'])).code).toBe(4);
    expect((await werkbank(['write', image, '--to', 'file:nothing.img', '--yes'])).code).toBe(3);
  });

  test('the reader of the output goes away: the job goes on', async () => {
    const path = await practiceDisk('epipe.img');
    const { code } = await werkbank(['write', image, '--to', `file:${path}`, '--yes', '--json'], {
      started: (child) => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      },
    });
    expect(code).toBe(0);
    expect((await firstBytes(path, IMAGE_SIZE)).equals(bytes)).toBe(true);
  });

  test('Ctrl+C cancels, and the disk does not look finished', async () => {
    const path = await practiceDisk('cancelled.img');
    // A server that stops sending after 4 MiB keeps the job at work for as long as it takes.
    const server = createServer((request, response) => {
      if (request.url !== '/image.img') return void response.writeHead(404).end();
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      const start = Number(range?.[1] ?? 0);
      const end = range?.[2] ? Number(range[2]) + 1 : IMAGE_SIZE;
      response.writeHead(range ? 206 : 200, {
        'accept-ranges': 'bytes', 'content-length': end - start, ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${IMAGE_SIZE}` } : {}),
      });
      if (request.method === 'HEAD') return void response.end();
      response.write(bytes.subarray(start, Math.min(end, 4 * MIB)));
      if (end <= 4 * MIB) response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let pressed = false;
    const { code, out } = await werkbank(['write', `http://127.0.0.1:${(server.address() as AddressInfo).port}/image.img`, '--to', `file:${path}`, '--yes', '--json'], {
      started: (child) => {
        child.stdout?.on('data', (data: Buffer) => {
          if (pressed || !data.toString().includes('"phase":"writing"')) return;
          pressed = true;
          child.kill('SIGINT');
        });
      },
    });
    server.closeAllConnections();
    server.close();
    expect(code).toBe(130);
    expect(linesOf(out).at(-1)).toEqual({ event: 'ended', ok: false, code: 'cancelled', exitCode: 130 });
    expect((await firstBytes(path, 512)).equals(bytes.subarray(0, 512))).toBe(false);
  });

  test('the system disk is refused, --confirm or not', async () => {
    const { out } = await werkbank(['disks', '--all', '--json']);
    const disks = z.array(diskSchema).parse(linesOf(out)[0]?.['disks']);
    const systemDisks = disks.filter((disk) => disk.verdict.reasons.some((reason) => reason.code === 'system' || reason.code === 'system-unknown'));
    for (const disk of systemDisks) {
      // Without --yes: were the refusal missing, this would still write nothing.
      for (const spec of [String(disk.number), disk.path]) {
        const refused = await werkbank(['write', image, '--to', spec, '--confirm', 'system', '--confirm', 'internal', '--json']);
        expect(refused.code, spec).toBe(3);
        expect(['disk-is-system', 'image-on-target']).toContain(linesOf(refused.out).at(-1)?.['code']);
      }
    }
  });
});

describe('read', () => {
  test('raw: the disk, byte for byte; an existing file stays unless it may be replaced', async () => {
    const path = await practiceDisk('source.img');
    const copy = join(folder, 'copy.img');
    expect((await werkbank(['read', `file:${path}`, copy])).code).toBe(0);
    expect((await readFile(copy)).equals(await readFile(path))).toBe(true);
    await writeFile(copy, 'mine');
    expect((await werkbank(['read', `file:${path}`, copy])).code).toBe(3);
    expect(await readFile(copy, 'utf8')).toBe('mine');
    expect((await werkbank(['read', `file:${path}`, copy, '--overwrite'])).code).toBe(0);
    expect((await stat(copy)).size).toBe(16 * MIB);
  });

  need({ tools: ['zstd'] })('zst, by the extension: zstd unpacks it to the disk', async () => {
    const path = await practiceDisk('source-zst.img');
    const copy = join(folder, 'copy.img.zst');
    expect((await werkbank(['read', `file:${path}`, copy])).code).toBe(0);
    const unpacked = execFileSync('zstd', ['-dc', copy], { maxBuffer: 64 * MIB });
    expect(unpacked.equals(await readFile(path))).toBe(true);
    expect((await stat(copy)).size).toBeLessThan(MIB);
  });
});

describe('format and inspect', () => {
  test.each(['fat32', 'exfat'])('one %s partition that inspect recognises', async (fileSystem) => {
    const path = await practiceDisk(`${fileSystem}.img`, 128 * MIB);
    const formatted = await werkbank(['format', `file:${path}`, '--fs', fileSystem, '--label', 'BENCH', '--yes']);
    expect({ code: formatted.code, err: formatted.err }).toEqual({ code: 0, err: '' });
    const { out } = await werkbank(['inspect', `file:${path}`, '--json']);
    const disk = diskSchema.parse(linesOf(out)[0]?.['disk']);
    expect(disk.partitions).toMatchObject([{ fileSystem: { kind: fileSystem, label: 'BENCH' } }]);
    const asImage = await werkbank(['inspect', path, '--json']);
    expect(imageInfoSchema.parse(linesOf(asImage.out)[0]?.['image'])).toMatchObject({ kind: 'disk', size: 128 * MIB, partitions: [{ fileSystem: { kind: fileSystem } }] });
    expect((await werkbank(['inspect', path])).out).toContain('"BENCH"');
  });

  test('without --yes nothing is formatted', async () => {
    const path = await practiceDisk('unformatted.img', 128 * MIB);
    const before = sha256(await readFile(path));
    expect((await werkbank(['format', `file:${path}`])).code).toBe(2);
    expect(sha256(await readFile(path))).toBe(before);
  });
});

test('practice disks are made, listed and removed in a folder of their own', async () => {
  const own = ['--practice-folder', join(folder, 'practice'), '--json'];
  const created = await werkbank(['practice', 'create', 'bench', '--size', '8MiB', ...own]);
  const disk = diskSchema.parse(linesOf(created.out)[0]?.['disk']);
  expect(disk).toMatchObject({ practice: true, size: 8 * MIB, verdict: { kind: 'writable' } });
  const listed = await werkbank(['practice', 'list', ...own]);
  expect(linesOf(listed.out)[0]).toMatchObject({ disks: [{ id: disk.id }] });
  expect((await werkbank(['practice', 'remove', disk.id, ...own])).code).toBe(0);
  expect(await stat(disk.path).catch(() => null)).toBeNull();
});

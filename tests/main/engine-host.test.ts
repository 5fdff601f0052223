import { fork, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Report, WritePlan } from '../../src/contract/index.ts';
import { elevatedArgs } from '../../src/host/elevation.ts';
import { formatHostArguments } from '../../src/main/engine-host/arguments.ts';
import { processChannel } from '../../src/main/engine-host/channel.ts';
import { openElevatedChannel } from '../../src/main/services/elevated-host.ts';
import { EngineClient } from '../../src/main/services/engine-client.ts';
import { createHostLink } from '../../src/main/services/host-link.ts';
import { serveSlowly } from '../labs/slow-server.ts';

/** The real engine host, with practice disks. */
const ENTRY = join(import.meta.dirname, '../../src/main/engine-host/main.ts');
const MIB = 1024 * 1024;
/** On a busy machine soon may be late. */
const soon = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 300_000 });
let folder: string;
let children: ChildProcess[];
let client: EngineClient;
let ended: Report[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wb-'));
  vi.stubEnv('TMPDIR', folder);
  await mkdir(join(folder, 'practice'));
  children = [];
  client = new EngineClient({
    appVersion: '1',
    startHost() {
      const child = fork(ENTRY, formatHostArguments({ appVersion: '1.2.3', practiceFolder: join(folder, 'practice') }), { execArgv: [] });
      children.push(child);
      return { ...processChannel(child), close: () => void child.kill() };
    },
    startElevatedHost: () => Promise.reject(new Error('a practice disk needs no rights')),
  });
  ended = [];
  client.listen('job.ended', (report) => ended.push(report));
});
afterEach(async () => {
  client.close();
  for (const child of children) child.kill('SIGKILL');
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

async function planOnPractice(name: string, megabytes: number): Promise<{ plan: WritePlan; image: Buffer; diskPath: string }> {
  const image = randomBytes(megabytes * MIB);
  const location = join(folder, `${name}.img`);
  await writeFile(location, image);
  const disk = await client.call('practice.create', { name, size: (megabytes + 8) * MIB, sample: false });
  const plan = await client.call('plan.write', { location, disks: [disk.id], verify: true, eject: false, checksum: '', allowSystemDisk: false });
  return { plan, image, diskPath: disk.path };
}

async function startOf(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer;
  } finally {
    await file.close();
  }
}

test('an image is planned, written to a practice disk, verified and reported', async () => {
  const { plan, image, diskPath } = await planOnPractice('stick', 9);
  const { jobId } = await client.call('job.start', { plan, confirmed: {} });
  await soon(() => expect(ended).toHaveLength(1));
  expect(ended[0]).toMatchObject({ jobId, version: '1.2.3', outcome: 'done', targets: [{ outcome: 'verified' }] });
  expect((await startOf(diskPath, image.length)).equals(image)).toBe(true);
});

test('a new practice disk is told to whoever watches', async () => {
  const lists: number[] = [];
  client.listen('disks', (disks) => lists.push(disks.filter((disk) => disk.practice).length));
  await client.call('disks.list', null);
  await client.call('practice.create', { name: 'one', size: 4 * MIB, sample: false });
  await soon(() => expect(lists.at(-1)).toBe(1));
});

test('SIGKILL in the middle of a write: a named error, and the same write works afterwards', async () => {
  const { plan: local, image, diskPath } = await planOnPractice('stick', 32);
  // What the image still needs when it is killed would take half a minute.
  const server = await serveSlowly(local.image.location, MIB);
  onTestFinished(() => server.close());
  const disks = local.disks.map((disk) => disk.identity.id);
  const planned = (): Promise<WritePlan> => client.call('plan.write', { location: server.url, disks, verify: true, eject: false, checksum: '', allowSystemDisk: false });
  const plan = await planned();
  const gone: string[] = [];
  client.listen('engine.gone', (error) => gone.push(error.code));
  const written = new Promise<void>((resolve) => client.listen('job.progress', (progress) => progress.phase === 'writing' && resolve()));
  await client.call('job.start', { plan, confirmed: {} });
  await written;
  children[0]?.kill('SIGKILL');
  await soon(() => expect(gone).toEqual(['engine-host-gone']));
  expect(ended.map(({ outcome, error, targets }) => [outcome, error?.code, targets[0]?.outcome])).toEqual([['failed', 'engine-host-gone', 'failed']]);

  expect((await client.call('disks.list', null)).filter((disk) => disk.practice)).toHaveLength(1);
  server.setSpeed(null);
  await client.call('job.start', { plan: await planned(), confirmed: {} });
  await soon(() => expect(ended[1]?.outcome).toBe('done'));
  expect((await startOf(diskPath, image.length)).equals(image)).toBe(true);
});

test('elevated, it connects back, runs the plan it is given, and ends when its work is done', async () => {
  const { plan } = await planOnPractice('stick', 9);
  const start: Parameters<typeof openElevatedChannel>[0]['start'] = async (command) => {
    children.push(spawn(command.program, elevatedArgs(command), { stdio: 'ignore' }));
  };
  const args = formatHostArguments({ appVersion: '1', practiceFolder: join(folder, 'practice') });
  const link = createHostLink(await openElevatedChannel({ start }, { program: process.execPath, args: [ENTRY, ...args] }));
  const report = new Promise<Report>((resolve) => link.listen('job.ended', resolve));
  await link.call('job.start', { plan, confirmed: {} });
  expect((await report).outcome).toBe('done');
  link.close();
  await soon(() => expect(children[1]?.exitCode).toBe(0));
});

test('started without anyone to talk to, it ends with an error', async () => {
  const child = spawn(process.execPath, [ENTRY, '--engine-host'], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await soon(() => expect(child.exitCode).toBe(1));
  expect(text).toContain('without a parent');
});

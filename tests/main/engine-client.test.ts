import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import { reportSchema, type CaptureRequest, type EventPayload, type Report } from '../../src/contract/index.ts';
import { elevatedArgs } from '../../src/host/elevation.ts';
import { lockDisk } from '../../src/jobs/disk-lock.ts';
import type { Elevation } from '../../src/host/index.ts';
import { processChannel } from '../../src/main/engine-host/channel.ts';
import { formatHostArguments } from '../../src/main/engine-host/arguments.ts';
import { openElevatedChannel } from '../../src/main/services/elevated-host.ts';
import { EngineClient } from '../../src/main/services/engine-client.ts';
import { preflightRequest, writePlan } from './plans.ts';

const FAKE = join(import.meta.dirname, 'fake-engine-host.ts');
/** On a busy machine soon may be late. */
const soon = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 300_000 });
let folder: string;
let journal: string;
let children: ChildProcess[];
let elevated: ChildProcess[];
let client: EngineClient;
let newClient: (elevatedWaitMs?: number) => EngineClient;
let ended: Report[];
let gone: EventPayload<'engine.gone'>[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wb-'));
  journal = join(folder, 'journal');
  vi.stubEnv('TMPDIR', folder);
  children = [];
  elevated = [];
  const env = { ...process.env, FAKE_JOURNAL: journal };
  // The rights are not what is tested here: the host is started as it is, with the arguments that elevating adds.
  const start: Elevation['start'] = async (command) => {
    elevated.push(spawn(command.program, elevatedArgs(command), { env, stdio: 'inherit' }));
  };
  newClient = (elevatedWaitMs) => new EngineClient({
    ...(elevatedWaitMs === undefined ? {} : { elevatedWaitMs }),
    appVersion: '1',
    startHost() {
      const args = formatHostArguments({ appVersion: '1', practiceFolder: null });
      const child = fork(FAKE, args, { execArgv: [], env, stdio: 'inherit' });
      children.push(child);
      return { ...processChannel(child), close: () => void child.kill() };
    },
    startElevatedHost: () => openElevatedChannel({ start }, { program: process.execPath, args: [FAKE, ...formatHostArguments({ appVersion: '1', practiceFolder: null })] }),
  });
  client = newClient();
  ended = [];
  gone = [];
  client.listen('job.ended', (report) => ended.push(report));
  client.listen('engine.gone', (error) => gone.push(error));
});

afterEach(async () => {
  client.close();
  for (const child of [...children, ...elevated]) child.kill('SIGKILL');
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const codeOf = async (act: Promise<unknown>): Promise<string> =>
  act.then(() => 'no error', (error: unknown) => (error instanceof EngineError ? error.code : String(error)));
const start = (name: string, ...disks: string[]): Promise<{ jobId: string }> => client.call('job.start', { plan: writePlan(name, ...disks), confirmed: {} });
const processEnded = (child: ChildProcess | undefined): Promise<void> =>
  soon(() => expect(child?.exitCode !== null || child.signalCode !== null).toBe(true));

test('the host starts at the first call and answers', async () => {
  expect(children).toHaveLength(0);
  const [, second] = await client.call('disks.list', null);
  expect(second?.id).toBe(`pid:${children[0]?.pid}`);
  await client.call('disks.list', null);
  expect(children).toHaveLength(1);
});

test('an error keeps its name and parameters on the way', async () => {
  const failed = client.call('image.inspect', { location: 'nowhere.img' });
  await expect(failed).rejects.toMatchObject({ code: 'image-not-found', params: { path: 'nowhere.img' } });
});

test('an answer that breaks the contract is a named error', async () => {
  expect(await codeOf(client.call('plan.write', { location: 'x', disks: ['d'], verify: true, eject: true, checksum: '', allowSystemDisk: false }))).toBe('engine-protocol');
});

test('a call can be cancelled, and the host goes on', async () => {
  const controller = new AbortController();
  const slow = client.call('image.inspect', { location: 'slow' }, controller.signal);
  controller.abort();
  await expect(slow).rejects.toMatchObject({ name: 'AbortError' });
  expect(await client.call('disks.list', null)).toHaveLength(2);
});

test('a job is started, followed, listed and forgotten', async () => {
  const fractions: (number | null)[] = [];
  client.listen('job.progress', (progress) => fractions.push(progress.fraction));
  const { jobId } = await start('quick', 'a');
  await soon(() => expect(ended.map((report) => [report.jobId, report.outcome])).toEqual([[jobId, 'done']]));
  expect(fractions).toContain(0.5);
  expect(client.running()).toEqual([]);
  expect((await client.call('job.list', null)).map((state) => state.report?.outcome)).toEqual(['done']);
  await client.call('job.forget', { jobId });
  expect(await client.call('job.list', null)).toEqual([]);
});

test.each([['failing', 'failed'], ['endless', 'cancelled']])('a job that ends as %s has its report', async (name, outcome) => {
  const { jobId } = await start(name, 'a');
  if (name === 'endless') await client.call('job.cancel', { jobId });
  await soon(() => expect(ended.map((report) => report.outcome)).toEqual([outcome]));
});

test('two jobs for one disk: the second is refused, even when both are asked for at once', async () => {
  const codes = await Promise.all([codeOf(start('endless', 'a', 'b')), codeOf(start('root-endless', 'b', 'c')), codeOf(start('endless', 'c'))]);
  expect(codes).toEqual(['no error', 'disk-busy', 'no error']);
});

test('SIGKILL of the host in a job: said by name, and the next call starts another', async () => {
  await start('endless', 'a');
  const hanging = codeOf(client.call('image.inspect', { location: 'slow' }));
  children[0]?.kill('SIGKILL');
  expect(await hanging).toBe('engine-host-gone');
  expect(gone.map((error) => error.code)).toEqual(['engine-host-gone']);
  expect(client.running()).toEqual([]);
  expect(await client.call('disks.list', null)).toHaveLength(2);
  expect(children).toHaveLength(2);
});

test.each(['', 'root-'])('a job whose host is killed has a report that names the disks left in the middle, and stays in the list (%s)', async (prefix) => {
  const { jobId } = await start(`${prefix}endless`, 'a');
  (prefix ? elevated[0] : children[0])?.kill('SIGKILL');
  await soon(() => expect(ended).toHaveLength(1));
  expect(reportSchema.parse(ended[0])).toMatchObject({
    jobId, version: '1', outcome: 'failed', error: { code: 'engine-host-gone' }, targets: [{ disk: 'a', number: 1, outcome: 'failed', error: { code: 'engine-host-gone' } }],
  });
  expect((await client.call('job.list', null)).map((state) => [state.jobId, state.report?.outcome])).toEqual([[jobId, 'failed']]);
});

test('a job whose host only lost its connection is not called failed: it runs on unseen, and in the end its outcome is not known', async () => {
  // The lock that its process holds for as long as it has the job.
  const disk = join(folder, 'disk');
  const { jobId } = await start('root-endless', disk);
  const unlock = await lockDisk(disk, 'disk');
  try {
    elevated[0]?.kill('SIGKILL');
    await soon(() => expect(gone.map((error) => error.code)).toEqual(['engine-connection-lost']));
    expect(ended).toEqual([]);
    expect(client.running().map((job) => job.jobId)).toEqual([jobId]);
    expect((await client.call('job.list', null)).map((state) => [state.jobId, state.report])).toEqual([[jobId, null]]);
    expect(await codeOf(client.call('job.cancel', { jobId }))).toBe('engine-connection-lost');
    expect(await codeOf(start('endless', disk))).toBe('disk-busy');
  } finally {
    await unlock();
  }
  await soon(() => expect(ended).toHaveLength(1));
  expect(reportSchema.parse(ended[0])).toMatchObject({
    jobId, outcome: 'unknown', error: { code: 'engine-connection-lost' }, targets: [{ disk, outcome: 'unknown', error: { code: 'engine-connection-lost' } }],
  });
  expect(client.running()).toEqual([]);
});

test('a remedy is under way until it has ended', async () => {
  const busy: boolean[] = [];
  client.listen('running', () => busy.push(client.remedying()));
  await client.call('preflight.remedy', { runId: 'own', action: { id: 'hibernation-off' }, elevated: false });
  expect(busy).toEqual([true, false]);
});

test('a job that needs rights runs in an elevated host, which ends with it', async () => {
  const { jobId } = await start('root-lasting', 'a');
  expect(elevated).toHaveLength(1);
  expect(jobId.startsWith(`${elevated[0]?.pid}-`)).toBe(true);
  await start('lasting', 'b');
  expect(await client.call('job.list', null)).toHaveLength(2);
  await soon(() => expect(ended).toHaveLength(2));
  await processEnded(elevated[0]);
  expect(gone).toEqual([]);
  expect((await client.call('job.list', null)).map((state) => state.report?.outcome)).toEqual(['done', 'done']);
  await client.call('job.forget', { jobId });
  expect(await client.call('job.list', null)).toHaveLength(1);
});

test('an elevated job can be cancelled, and its host killed', async () => {
  const { jobId } = await start('root-endless', 'a');
  await client.call('job.cancel', { jobId });
  await soon(() => expect(ended.map((report) => report.outcome)).toEqual(['cancelled']));
  await start('root-endless', 'a');
  elevated[1]?.kill('SIGKILL');
  await soon(() => expect(gone.map((error) => error.code)).toEqual(['engine-host-gone']));
  expect(children).toHaveLength(1);
});

test.each(['', 'root-'])('the list of files of a job is there when it has ended, however long, and until it is forgotten (%s)', async (prefix) => {
  const { jobId } = await start(`${prefix}files`, 'a');
  await soon(() => expect(ended).toHaveLength(1));
  expect(client.sums(jobId)).toBe('ø\u0001\n\ud83d\ude00'.repeat(500_000));
  await client.call('job.forget', { jobId });
  expect(client.sums(jobId)).toBeNull();
  await start('plain', 'b');
  await soon(() => expect(ended).toHaveLength(2));
  expect(client.sums(ended[1]!.jobId)).toBeNull();
});

test.each(['', 'root-'])('a host whose client disappears finishes its job first (%s)', async (prefix) => {
  await start(`${prefix}lasting`, 'a');
  const host = prefix ? elevated[0] : children[0];
  if (prefix) client.running()[0]?.link.close();
  else host?.disconnect();
  await processEnded(host);
  expect(await readFile(journal, 'utf8')).toBe('job ended\nhost ended\n');
});

test('a changed practice folder reaches the host that runs', async () => {
  const first = async (): Promise<string | undefined> => (await client.call('disks.list', null))[0]?.id;
  await client.setPracticeFolder('/early');
  expect(children).toHaveLength(0);
  expect(await first()).toBe('folder:');
  await client.setPracticeFolder('/practice');
  expect(await first()).toBe('folder:/practice');
});

test('an elevated host answers what belongs to its job and nothing else', async () => {
  await start('root-endless', 'a');
  const link = client.running()[0]?.link;
  expect(await codeOf(link?.call('disks.list', null) ?? Promise.resolve())).toBe('engine-protocol');
  expect(await codeOf(link?.call('practice.remove', { disk: 'file:/etc/passwd' }) ?? Promise.resolve())).toBe('engine-protocol');
  expect(await link?.call('job.list', null)).toHaveLength(1);
});

const captureRequest = (disk: string): CaptureRequest => ({
  disk, partitions: null, destination: '/images/a.qcow2', parent: null, folders: [], compression: 'balanced', memory: 'low', bytesPerSecond: 0, partBytes: 0, description: '', purpose: '',
  resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null,
});

test('a disk that takes rights to look at is planned by an elevated host, which then runs the plan too', async () => {
  const plan = await client.call('plan.capture', captureRequest('guarded'));
  expect(elevated).toHaveLength(1);
  expect(plan.purpose).toBe(`pid:${elevated[0]?.pid}`);
  // Another look at the same disk asks nobody again.
  expect((await client.call('plan.capture', captureRequest('guarded'))).purpose).toBe(plan.purpose);
  const { jobId } = await client.call('job.start', { plan, confirmed: {} });
  await soon(() => expect(ended.map((report) => report.jobId)).toEqual([jobId]));
  expect(elevated).toHaveLength(1);
  await processEnded(elevated[0]);
  expect((await client.call('plan.capture', captureRequest('free'))).purpose).toBe(`pid:${children[0]?.pid}`);
});

test('a stick that only an administrator can mount is looked at by an elevated host', async () => {
  const wish = { folders: ['/srv/drivers'], architecture: 'amd64' as const };
  expect(await codeOf(client.call('plan.drivers', { disk: 'stick', wish, eject: true }))).toBe('medium-unknown');
  expect(elevated).toHaveLength(1);
});

test('an elevated host that nobody gives a plan to goes with the program', async () => {
  await client.call('plan.capture', captureRequest('guarded'));
  client.close();
  await processEnded(elevated[0]);
});

test('the speed of a running job is changed where it runs', async () => {
  const { jobId } = await start('root-endless', 'a');
  await client.call('job.limit', { jobId, bytesPerSecond: 5_000_000 });
  expect(await readFile(journal, 'utf8')).toContain(`limit ${jobId} 5000000`);
  await client.call('job.cancel', { jobId });
});

test('checks run in the ordinary host, those that need rights in an elevated one that the plan uses too', async () => {
  const told: EventPayload<'preflight.result'>[] = [];
  client.listen('preflight.result', (state) => told.push(state));
  const codes = async (elevated: boolean) => (await client.call('preflight.run', { runId: `run-${elevated}`, request: preflightRequest(), elevated })).map(({ finding }) => finding.code);
  expect(await codes(false)).toEqual(['ordinary']);
  expect(elevated).toHaveLength(0);
  expect(await codes(true)).toEqual(['elevated']);
  expect(await codes(true)).toEqual(['elevated']);
  expect(told.map(({ runId, results }) => [runId, results[0]?.finding.code])).toEqual([['run-false', 'ordinary'], ['run-true', 'elevated'], ['run-true', 'elevated']]);
  const said: string[] = [];
  client.listen('preflight.remedy', ({ line }) => said.push(line.split(' ')[0] ?? ''));
  await client.call('preflight.remedy', { runId: 'fix', action: { id: 'hibernation-off' }, elevated: true });
  expect(said).toEqual(['hibernation-off']);
  // The user was asked once.
  expect(elevated).toHaveLength(1);
});

test('an elevated host that scans or mends is not let go of, however long that takes; afterwards it is', async () => {
  client.close();
  client = newClient(100);
  const begun = new Promise<void>((resolve) => client.listen('preflight.result', () => resolve()));
  const running = codeOf(client.call('preflight.run', { runId: 'long', request: preflightRequest({ targets: ['slow'] }), elevated: true }));
  await begun;
  expect(await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 1000, 'still running'))])).toBe('still running');
  expect(elevated).toHaveLength(1);
  expect(elevated[0]?.exitCode).toBeNull();
  await client.call('preflight.cancel', { runId: 'long' });
  expect(await running).not.toBe('engine-host-gone');
  await processEnded(elevated[0]);
});

test('checks are cancelled while the user is still asked for the rights', async () => {
  const running = codeOf(client.call('preflight.run', { runId: 'long', request: preflightRequest({ targets: ['slow'] }), elevated: true }));
  await client.call('preflight.cancel', { runId: 'long' });
  expect(await running).toBe('AbortError: cancelled');
  // What the user allowed meanwhile is there for the next.
  expect((await client.call('preflight.run', { runId: 'next', request: preflightRequest(), elevated: true })).map(({ finding }) => finding.code)).toEqual(['elevated']);
  expect(elevated).toHaveLength(1);
});

test('a run of checks is cancelled by its name, and a name that is not known is no fault', async () => {
  const running = codeOf(client.call('preflight.run', { runId: 'long', request: preflightRequest({ targets: ['slow'] }), elevated: false }));
  await new Promise<void>((resolve) => client.listen('preflight.result', () => resolve()));
  await client.call('preflight.cancel', { runId: 'other' });
  await client.call('preflight.cancel', { runId: 'long' });
  expect(await running).not.toBe('no error');
});

test('a remedy that needs rights is carried out by an elevated host: the user is asked once, and only when it is needed', async () => {
  const said: string[] = [];
  client.listen('preflight.remedy', ({ line }) => said.push(line));
  const volume = { diskId: '/dev/sdb', number: 1, device: '/dev/sdb1', kind: 'fat32', label: '', role: 'data' as const, mountPoints: [], size: 1 };
  await client.call('preflight.remedy', { runId: 'own', action: { id: 'hibernation-off' }, elevated: false });
  expect(elevated).toHaveLength(0);
  for (const runId of ['one', 'two']) await client.call('preflight.remedy', { runId, action: { id: 'repair-file-system', volume }, elevated: false });
  expect(elevated).toHaveLength(1);
  await soon(() => expect(said).toEqual([`hibernation-off ${children[0]?.pid}`, `repair-file-system ${elevated[0]?.pid}`, `repair-file-system ${elevated[0]?.pid}`]));
});

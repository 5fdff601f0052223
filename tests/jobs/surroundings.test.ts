import { describe, expect, onTestFinished, test } from 'vitest';
import type { Disk, JobEvent, JobProgress, Plan } from '../../src/contract/index.ts';
import type { Host } from '../../src/host/index.ts';
import { watchSurroundings } from '../../src/jobs/surroundings.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { testLab } from '../labs/test-lab.ts';
import { capturePlan, disk, writePlan } from '../main/plans.ts';
import { need } from '../support/need.ts';
import { openBench } from './imaging-disks.ts';

/** A computer whose disks and mains change when the test says so. */
function changing() {
  let showDisks: (disks: readonly Disk[]) => void = () => undefined;
  let showMains: (onMains: boolean) => void = () => undefined;
  let watching = 0;
  const host = {
    disks: { watchDevices: (listener: typeof showDisks) => { showDisks = listener; watching++; return () => void watching--; } },
    power: { watchMains: (listener: typeof showMains) => { showMains = listener; watching++; return () => void watching--; }, keepAwake: () => () => undefined },
  } as unknown as Host;
  const events: JobEvent[] = [];
  const start = (plan: Plan) => watchSurroundings(host, plan, (event) => events.push(event));
  return { start, events, codes: () => events.map(({ code }) => code), disks: (...list: Disk[]) => showDisks(list), mains: (on: boolean) => showMains(on), watching: () => watching };
}

describe('what happens around a job', () => {
  const [system, stick] = [disk('/dev/sda'), { ...disk('/dev/sdb'), model: 'SanDisk Ultra', serial: 'A' }];

  test('a device that comes and one that goes; another stick in the same socket is both', () => {
    const bench = changing();
    bench.start(capturePlan('/dev/sda'));
    bench.disks(system);
    bench.disks(system, stick);
    bench.disks(system, { ...stick, partitions: [], table: 'gpt' });
    bench.disks(system, { ...stick, serial: 'B' });
    bench.disks(system);
    expect(bench.codes()).toEqual(['device-arrived', 'device-left', 'device-arrived', 'device-left']);
    expect(bench.events[0]).toMatchObject({ params: { disk: 'SanDisk Ultra', size: stick.size, path: '/dev/sdb' } });
    expect(Date.parse(bench.events[0]!.at)).toBeGreaterThan(0);
  });

  test('what was there from the start, empty card readers and what the job ejects itself are no event', () => {
    const bench = changing();
    bench.start({ ...writePlan('x', '/dev/sdb'), eject: true });
    bench.disks(system, stick, { ...disk('/dev/sdc'), size: 0 });
    bench.disks(system);
    expect(bench.codes()).toEqual([]);
    const other = changing();
    other.start(writePlan('x', '/dev/sdb'));
    other.disks(system, stick);
    other.disks(system);
    expect(other.codes()).toEqual(['device-left']);
  });

  test('mains lost and back; a job that begins on battery was told before', () => {
    const bench = changing();
    const stop = bench.start(capturePlan('/dev/sda'));
    bench.mains(true);
    bench.mains(false);
    bench.mains(true);
    expect(bench.codes()).toEqual(['mains-lost', 'mains-back']);
    stop();
    expect(bench.watching()).toBe(0);
    const battery = changing();
    battery.start(capturePlan('/dev/sda'));
    battery.mains(false);
    battery.mains(true);
    expect(battery.codes()).toEqual([]);
  });

  test('a loose contact does not fill the report', () => {
    const bench = changing();
    bench.start(capturePlan('/dev/sda'));
    for (let turn = 0; turn < 500; turn++) bench.disks(...(turn % 2 ? [system, stick] : [system]));
    expect(bench.events).toHaveLength(200);
  });
});

/** Told apart from the loop devices of others by its size. */
const LOOP_SIZE = (8 << 20) + 7 * 4096;

need(LOOP_NEEDS)('a loop device plugged and unplugged during a running capture is told at once and stands in the report; a practice disk, which is a file, is no device', async () => {
  const bench = await openBench();
  onTestFinished(() => bench.clear());
  const source = (await bench.jobs.practiceCreate({ name: 'source', size: 128 << 20, sample: true })).id;
  // It stands until it is let go.
  const plan = await bench.jobs.planCapture(bench.captureRequest(source, 'watched.qcow2', { bytesPerSecond: 1000 }));
  const { jobId, job } = bench.jobs.start(plan, {});
  const told = (code: JobEvent['code']) => new Promise<JobProgress>((resolve) => {
    const stop = job.onProgress((progress) => {
      if (!progress.events.some((event) => event.code === code && event.params['size'] === LOOP_SIZE)) return;
      stop();
      resolve(progress);
    });
  });
  await new Promise<void>((resolve) => {
    const stop = job.onProgress(({ phase }) => {
      if (phase !== 'capturing') return;
      stop();
      resolve();
    });
  });
  // The watcher's first list is what later ones are compared with.
  await new Promise<void>((resolve) => {
    const stop = bench.host.disks.watchDevices(() => {
      setImmediate(() => stop());
      resolve();
    });
  });
  const loop = await attachLoop(await testLab(), { size: LOOP_SIZE });
  expect((await told('device-arrived')).phase).toBe('capturing');
  await bench.jobs.practiceCreate({ name: 'beside', size: 1 << 20, sample: false });
  await loop.detach();
  expect((await told('device-left')).phase).toBe('capturing');
  bench.jobs.limit(jobId, 0);
  const report = await job.result;
  expect(report.outcome).toBe('done');
  const own = report.events.filter(({ params }) => params['size'] === LOOP_SIZE);
  expect(report.events.filter(({ params }) => String(params['path']).startsWith(bench.practice))).toEqual([]);
  expect(own.map(({ code, params }) => [code, params['path']])).toEqual([['device-arrived', loop.path], ['device-left', loop.path]]);
});

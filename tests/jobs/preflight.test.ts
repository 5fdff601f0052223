import { mkdtempSync, rmSync } from 'node:fs';
import { cp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AbortError, acceptanceName, CHECKS, checksFor, known, THRESHOLDS, thresholdsWith, type CheckId } from '../../native-free-engine/index.ts';
import { acceptedAs, checkResultSchema, checkStateSchema, preflightRequestSchema, type CheckState, type PreflightRequest } from '../../src/contract/index.ts';
import { createHost, type CheckRequest, type GatherOptions, type Host } from '../../src/host/index.ts';
import { imageNameFacts } from '../../src/jobs/name-facts.ts';
import { createPreflight } from '../../src/jobs/preflight.ts';
import { disk, preflightRequest } from '../main/plans.ts';
import { openBench } from './imaging-disks.ts';

type Gather = (check: CheckId, options: GatherOptions) => Promise<unknown>;
const never = new AbortController().signal;

/** A computer whose facts a test makes up; what it does not say is quiet mains power. */
function computer(gather: Gather = async () => QUIET, limits = thresholdsWith()) {
  const asked: CheckRequest[] = [];
  let closed = 0;
  const host = {
    disks: { find: async (id: string) => ({ ...disk(id), size: 8_000_000_000, partitions: [] }), holding: async () => [] },
    facts: {
      context: { system: 'linux' },
      begin: (request: CheckRequest) => {
        asked.push(request);
        return { gather, close: async () => void closed++ };
      },
    },
    remedies: { complete: async (results: unknown) => results, run: async () => undefined, commands: async () => [] },
  } as unknown as Host;
  return { preflight: createPreflight(host, tmpdir(), limits), asked, closed: () => closed };
}
const QUIET = { supplies: known([], 'test'), now: Date.now(), built: Date.now(), synchronised: known(true, 'test') };
const only = (checks: PreflightRequest['checks'], more: Partial<PreflightRequest> = {}): PreflightRequest => preflightRequest({ checks, ...more });

describe('running checks', () => {
  test('each is told as it begins and ends, and all results come in the order in which they are shown', async () => {
    const { preflight, closed } = computer(async (check) => {
      // The first one is the slowest.
      if (check === 'power') await new Promise((resolve) => setTimeout(resolve, 40));
      return QUIET;
    });
    const told: CheckState[] = [];
    const results = await preflight.run(only(['power', 'clock']), { signal: never, onState: (state) => told.push(state) });
    expect(results.map(({ check, verdict }) => [check, verdict])).toEqual([['power', 'fine'], ['clock', 'fine']]);
    expect(told.map(({ check, done }) => [check, done])).toEqual([['power', false], ['clock', false], ['clock', true], ['power', true]]);
    for (const state of told) expect(checkStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(closed()).toBe(1);
  });

  test('one that hangs is given up within its time and holds up no other; what fails says so', async () => {
    const { preflight } = computer((check) => (check === 'power' ? new Promise(() => undefined) : check === 'memory' ? Promise.reject(new Error('no such thing')) : Promise.resolve(QUIET)));
    const ended: string[] = [];
    const started = performance.now();
    const results = await preflight.run(only(['power', 'clock', 'memory']), { signal: never, onState: ({ check, done }) => done && ended.push(check) });
    expect(performance.now() - started).toBeGreaterThan((CHECKS.power.timeoutMs ?? 0) - 100);
    expect(ended).toEqual(expect.arrayContaining(['clock', 'memory', 'power']));
    expect(ended.at(-1)).toBe('power');
    const found = new Map(results.map((result) => [result.check, result]));
    expect(found.get('power')).toMatchObject({ verdict: 'unknown', finding: { code: 'missing-timed-out' } });
    expect(found.get('memory')).toMatchObject({ verdict: 'unknown', finding: { code: 'missing-failed', params: { detail: expect.stringContaining('no such thing') as string } } });
    expect(found.get('clock')?.verdict).toBe('fine');
  });

  test('cancelling ends it at once', async () => {
    const controller = new AbortController();
    const { preflight, closed } = computer(() => new Promise(() => undefined));
    const running = preflight.run(only(['surface', 'power'], { optional: ['surface'] }), { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(running).rejects.toBeInstanceOf(AbortError);
    expect(closed()).toBe(1);
  });

  test('a scan says how far it is', async () => {
    const { preflight } = computer(async (_check, { onProgress }) => {
      onProgress?.({ share: 0.5, map: ['good', 'unread'] });
      return { disks: [] };
    });
    const told: CheckState[] = [];
    await preflight.run(only(['surface']), { signal: never, onState: (state) => told.push(state) });
    expect(told[1]).toMatchObject({ check: 'surface', done: false, share: 0.5, map: ['good', 'unread'] });
  });

  test('checks belong to jobs; the optional ones only run when asked for', async () => {
    const ids = async (request: PreflightRequest) => {
      const { preflight } = computer(() => Promise.reject(new Error('not looked at')));
      return (await preflight.run(request, { signal: never })).map(({ check }) => check);
    };
    expect(await ids(preflightRequest({ job: 'write' }))).toEqual(checksFor('write'));
    expect(await ids(preflightRequest({ job: 'write', optional: ['surface'] }))).toEqual(checksFor('write', ['surface']));
    expect(await ids(preflightRequest({ job: 'write', checks: ['encryption', 'power'] }))).toEqual(['power']);
    // A medium is sticks or a file.
    const without = (left: CheckId): CheckId[] => checksFor('media').filter((id) => id !== left);
    expect(await ids(preflightRequest({ job: 'media', targets: ['/dev/sdb'] }))).toEqual(without('destination'));
    expect(await ids(preflightRequest({ job: 'media', destination: '/pe.iso' }))).toEqual(without('target'));
  });

  test('a disk that is gone is named', async () => {
    const host = createHost({ practiceFolder: null });
    await expect(createPreflight(host, tmpdir()).run(only(['power'], { sources: [{ disk: 'file:/nowhere.img', partitions: null }] }), { signal: never })).rejects.toMatchObject({ code: 'disk-not-found' });
  });

  test('a figure can be set', async () => {
    const battery = { supplies: known([{ name: 'BAT0', kind: 'battery', online: null, charge: 40, state: 'discharging', minutesLeft: 600 }], 'test') };
    const run = async (limits = thresholdsWith()) => {
      const { preflight } = computer(async () => battery, limits);
      return (await preflight.run(only(['power']), { signal: never }))[0]?.verdict;
    };
    expect(THRESHOLDS.batteryStop.value).toBeLessThan(40);
    expect([await run(), await run(thresholdsWith({ batteryStop: 50 }))]).toEqual(['warning', 'stop']);
  });
});

test('the name by which something is accepted is the same on both sides of the border', () => {
  for (const id of ['', '/dev/sda']) {
    const result = { check: 'smart' as const, finding: { code: 'failing', params: {} }, subject: { kind: 'disk' as const, id, name: '' } };
    expect(acceptedAs(result)).toBe(acceptanceName(result));
  }
});

describe('the name of an image', () => {
  const facts = async (name: string, more: Partial<PreflightRequest> = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'werkbank-names-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return imageNameFacts({ ...disk('/dev/sdb'), model: 'Samsung SSD' }, join(folder, name), preflightRequest({ nameTemplate: '{model}-{purpose}', purpose: 'intake', ...more }));
  };

  test('follows the template, counted up or not; what cannot be a name says why', async () => {
    expect(await facts('Samsung SSD-intake.qcow2')).toMatchObject({ name: 'Samsung SSD-intake', suggested: 'Samsung SSD-intake', invalid: '', meaningless: false, taken: [], parent: null });
    expect((await facts('Samsung SSD-intake-2.qcow2')).suggested).toBe('Samsung SSD-intake-2');
    expect((await facts('other.qcow2')).suggested).toBe('Samsung SSD-intake');
    expect(await facts('image.qcow2')).toMatchObject({ meaningless: true });
    expect((await facts('a:b.qcow2')).invalid).toBe('forbidden-character :');
    expect((await facts('x.qcow2', { nameTemplate: '{nothing}' })).suggested).toBe('');
    expect((await facts('at 11-22-33.qcow2', { nameTemplate: 'at {time}' })).suggested).toBe('at 11-22-33');
  });

  test('is nobody else\'s in the whole library, whatever its case; its parent is known by its identity, whatever it is called', async () => {
    const bench = await openBench();
    onTestFinished(() => bench.clear());
    const source = (await bench.jobs.practiceCreate({ name: 'source', size: 128 << 20, sample: true })).id;
    await bench.run(await bench.jobs.planCapture(bench.captureRequest(source, 'Monday.qcow2', { partitions: [1] })));
    const images = join(bench.folder, 'images');
    const verdicts = async (name: string, parent: string | null = null, folders = [images]) =>
      (await bench.jobs.preflight.run(
        only(['image-name'], { sources: [{ disk: source, partitions: null }], destination: name.includes('/') ? name : join(bench.folder, name), folders, parent, nameTemplate: '{nothing}' }), { signal: never },
      )).map(({ verdict, finding, evidence }) => ({ says: `${verdict} ${finding.code}`, params: finding.params, paths: evidence.flatMap(({ params }) => params['path'] ?? []) }));
    const monday = bench.image('Monday.qcow2');
    expect(await verdicts('monday.qcow2')).toEqual([expect.objectContaining({ says: 'warning taken', paths: [monday] })]);
    expect(await verdicts('tuesday.qcow2', monday)).toEqual([expect.objectContaining({ says: 'fine good' })]);
    // The parent's own place, whatever leads there: what the new image builds on would be gone. No plan is made for it, --overwrite or not.
    expect(await verdicts(monday, monday)).toEqual([expect.objectContaining({ says: 'stop parent-overwritten' })]);
    const link = join(bench.folder, 'link.qcow2');
    await symlink(monday, link);
    expect(await verdicts(link, monday)).toEqual([expect.objectContaining({ says: 'stop parent-overwritten' })]);
    await rm(link);
    const onItself = { ...bench.captureRequest(source, 'Monday.qcow2', { partitions: [1] }), parent: monday, overwrite: true };
    await expect(bench.jobs.planCapture(onItself)).rejects.toMatchObject({ code: 'destination-exists' });
    // What its parent builds on is as much needed.
    await bench.run(await bench.jobs.planCapture({ ...bench.captureRequest(source, 'Tuesday.qcow2', { partitions: [1] }), parent: monday }));
    expect(await verdicts(monday, bench.image('Tuesday.qcow2'))).toEqual([expect.objectContaining({ says: 'stop parent-overwritten' })]);
    await expect(bench.jobs.planCapture({ ...onItself, parent: bench.image('Tuesday.qcow2') })).rejects.toMatchObject({ code: 'image-needed' });
    await bench.jobs.library.discard(bench.image('Tuesday.qcow2'), []);
    // Renamed since: people look for what it was called then.
    const renamed = await bench.jobs.library.rename(monday, 'first');
    expect(await verdicts('tuesday.qcow2', renamed)).toEqual([expect.objectContaining({ says: 'warning parent-renamed', params: expect.objectContaining({ before: 'Monday.qcow2', now: 'first.qcow2' }) as unknown })]);
    // The same image once more under another name, in a folder of the library and in none of it.
    const copies = mkdtempSync(join(tmpdir(), 'werkbank-copies-'));
    onTestFinished(() => rmSync(copies, { recursive: true }));
    await cp(images, copies, { recursive: true });
    const found = await verdicts('tuesday.qcow2', renamed, [images, copies]);
    expect(found.map(({ says }) => says)).toEqual(['warning parent-renamed', 'advice parent-copied']);
    expect(found[1]?.paths).toEqual([join(copies, 'first.qcow2')]);
    expect((await verdicts('tuesday.qcow2', renamed)).map(({ says }) => says)).toEqual(['warning parent-renamed']);
    // What a client claims about names is not listened to.
    const claimed = { ...only(['image-name'], { sources: [{ disk: source, partitions: null }], destination: join(images, 'first.qcow2') }), imageName: { name: 'mine', taken: [] }, name: null };
    expect((await bench.jobs.preflight.run(preflightRequestSchema.parse(claimed), { signal: never })).map(({ finding }) => finding.code)).toContain('taken');
    // The checks of a real practice disk, all of them, here.
    const results = await bench.jobs.preflight.run(
      preflightRequest({ sources: [{ disk: source, partitions: null }], destination: bench.image('tuesday.qcow2'), folders: [images] }), { signal: never },
    );
    expect(new Set(results.map(({ check }) => check))).toEqual(new Set(checksFor('capture')));
    for (const result of results) expect(checkResultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(results.filter(({ check }) => check === 'destination').map(({ verdict }) => verdict)).not.toContain('stop');
  });
});

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import type { CapturePlan, PlainError } from '../../src/contract/index.ts';
import type { Services } from '../../src/cli/services.ts';
import { parseLimit, parseNumbers, parseShare, parseSize } from '../../src/cli/sizes.ts';
import { createServices, stick, type Script } from './fake-services.ts';
import { werkbank } from './support.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const started = (): Required<Pick<Script, 'started'>> => ({ started: [] });
const plain = (code: string): PlainError => ({ code, params: {}, retryable: false, place: null, detail: '' });
const WRITE = ['write', 'linux.img', '--to', '3'];

describe('confirming', () => {
  test('without a terminal and without --yes nothing starts', async () => {
    const script = started();
    const { exitCode, err } = await werkbank(WRITE, { services: createServices(script) });
    expect(exitCode).toBe(2);
    expect(err.join('\n')).toContain('This has not been confirmed yet: erasing SanDisk Ultra, 15.7 GB, serial 4C53.');
    expect(script.started).toEqual([]);
  });

  test('--json never asks, even on a terminal', async () => {
    const script = started();
    const { exitCode, events } = await werkbank([...WRITE, '--json'], { services: createServices(script), answers: ['yes'] });
    expect(exitCode).toBe(2);
    expect(events.at(-1)).toMatchObject({ event: 'ended', ok: false, code: 'confirmation-needed', exitCode: 2 });
    expect(script.started).toEqual([]);
  });

  test('on a terminal the plan is shown first, and only yes is yes', async () => {
    for (const [answer, exitCode, jobs] of [['yes', 0, 1], ['YES ', 0, 1], ['y', 2, 0], ['', 2, 0]] as const) {
      const script = started();
      const outcome = await werkbank(WRITE, { services: createServices(script), answers: [answer] });
      expect(outcome.exitCode, answer).toBe(exitCode);
      expect(script.started).toHaveLength(jobs);
      const plan = outcome.out.findIndex((line) => line.startsWith('Everything on disk 3 will be erased: SanDisk Ultra'));
      expect(plan).toBeGreaterThanOrEqual(0);
      expect(plan).toBeLessThan(outcome.out.findIndex((line) => line.startsWith('This erases')));
    }
  });

  test('Ctrl+C at the question is a cancel', async () => {
    expect((await werkbank(WRITE, { answers: [] })).exitCode).toBe(130);
  });

  test('an internal disk needs its reason by name', async () => {
    const script = started();
    const write = ['write', 'linux.img', '--to', '4', '--yes'];
    expect((await werkbank(write, { services: createServices(script) })).exitCode).toBe(3);
    expect((await werkbank([...write, '--confirm', 'large'], { services: createServices(script) })).exitCode).toBe(3);
    expect(script.started).toEqual([]);
    expect((await werkbank([...write, '--confirm', 'internal'], { services: createServices(script) })).exitCode).toBe(0);
    expect(script.started[0]?.confirmed).toEqual({ '/dev/sdy': ['internal'] });
  });

  test('on a terminal its model is typed over', async () => {
    const write = ['write', 'linux.img', '--to', '4'];
    expect((await werkbank(write, { answers: ['samsung ssd 870', 'yes'] })).exitCode).toBe(0);
    expect((await werkbank(write, { answers: ['yes', 'yes'] })).exitCode).toBe(3);
  });

  test('--yes and --confirm do not reach the system disk; the flag that spells it out does', async () => {
    const script = started();
    const write = ['write', 'linux.img', '--to', '0', '--yes'];
    expect((await werkbank(write, { services: createServices(script) })).exitCode).toBe(3);
    expect(script.started).toEqual([]);
    await werkbank([...write, '--i-want-to-destroy-the-running-system'], { services: createServices(script) });
    expect(script.started[0]?.plan).toMatchObject({ disks: [{ systemDiskAllowed: true }] });
  });

  test('rights are asked for before anything else', async () => {
    const { exitCode, err } = await werkbank([...WRITE, '--yes'], { services: createServices({ needsRights: true }) });
    expect(exitCode).toBe(7);
    expect(err.join('\n')).toContain('sudo');
  });
});

describe('the end of a job', () => {
  test.each([
    ['unexpected', 1], ['disk-changed', 3], ['image-corrupt', 4], ['target-write-failed', 5], ['target-mismatch', 6], ['checksum-mismatch', 6], ['rights-needed', 7],
  ])('%s ends with exit code %i', async (code, exitCode) => {
    const services = createServices({ report: { outcome: 'failed', error: plain(code) } });
    const { exitCode: found, events } = await werkbank([...WRITE, '--yes', '--json'], { services });
    expect(found).toBe(exitCode);
    expect(events.at(-1)).toEqual({ event: 'ended', ok: false, code, exitCode });
  });

  test('one disk that failed decides for all', async () => {
    const services = createServices();
    const { events } = await werkbank([...WRITE, '--to', '4', '--yes', '--confirm', 'internal', '--json'], { services });
    const report = events.find((event) => event['event'] === 'report')?.['report'] as { targets: Record<string, unknown>[] };
    const targets = report.targets.map((target, index) => (index === 1 ? { ...target, outcome: 'failed', error: plain('target-gone') } : target));
    const partly = await werkbank([...WRITE, '--yes'], { services: createServices({ report: { outcome: 'partly', targets: targets as never } }) });
    expect(partly.exitCode).toBe(5);
    expect(partly.out.join('\n')).toContain('The disk disappeared during the work.');
  });

  test('a refusal while planning is named with its remedy', async () => {
    const planError = new EngineError('image-windows-iso', {});
    const { exitCode, err } = await werkbank(['write', 'win.iso', '--to', '3', '--lang', 'nl'], { services: createServices({ planError }) });
    expect(exitCode).toBe(4);
    expect(err[0]).toContain('Windows-ISO');
    expect(err).toHaveLength(2);
  });

  test('Ctrl+C cancels the job, which ends in its report', async () => {
    const script = { ...started(), endless: true };
    const { exitCode, events } = await werkbank([...WRITE, '--yes', '--json'], {
      services: createServices(script),
      // Before the job, the checks would be what it cancels.
      interrupt: (press) => script.started.length > 0 && setImmediate(press),
    });
    expect(exitCode).toBe(130);
    expect(events.map((event) => event['event']).slice(-2)).toEqual(['report', 'ended']);
    expect(events.at(-1)).toMatchObject({ ok: false, code: 'cancelled' });
  });

  test('the report is saved as HTML or JSON, by extension; another one is refused before anything starts', async () => {
    const html = join(folder, 'report.html');
    const json = join(folder, 'report.json');
    await werkbank([...WRITE, '--yes', '--report', html]);
    await werkbank([...WRITE, '--yes', '--report', json]);
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>/);
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ jobId: 'job-1', outcome: 'done' });
    const script = started();
    const { exitCode } = await werkbank([...WRITE, '--yes', '--report', join(folder, 'report.pdf')], { services: createServices(script) });
    expect(exitCode).toBe(2);
    expect(script.started).toEqual([]);
    expect(existsSync(join(folder, 'report.pdf'))).toBe(false);
  });
});

describe('what is shown', () => {
  test('the events of --json, in order, and nothing else', async () => {
    const { events } = await werkbank([...WRITE, '--yes', '--json']);
    const names = events.map((event) => event['event']);
    expect(names[0]).toBe('plan');
    expect(new Set(names.slice(1, -3))).toEqual(new Set(['progress']));
    expect(names.slice(-3)).toEqual(['target', 'report', 'ended']);
    expect(events.at(-1)).toEqual({ event: 'ended', ok: true, code: null, exitCode: 0 });
  });

  test('a hostile volume label reaches neither the terminal nor the JSON as it is', async () => {
    const { events, out } = await werkbank(['disks', '--json']);
    expect(out.join('')).not.toContain('\u001b');
    expect(events[0]).toMatchObject({ disks: [{ partitions: [{ fileSystem: { label: 'PHOTOS\u001b[2J' } }] }, {}] });
  });

  test('bars on a live terminal, taken away at the end', async () => {
    const { drawn, out } = await werkbank([...WRITE, '--yes'], { live: true });
    const lines = drawn.find((frame) => frame.some((line) => line.includes('50%')));
    expect(lines?.join('\n')).toMatch(/Writing\s+50%.*23\.4 MB\/s.*1:05 left.*limited by the source/);
    expect(lines?.at(-1)).toMatch(/^ {2}3 SanDisk Ultra +Writing +█{12}░{12} +50%/);
    expect(drawn.at(-1)).toEqual([]);
    expect(out.join('\n')).toContain('linux.img was written to SanDisk Ultra (15.7 GB) and verified.');
  });

  test('plain lines elsewhere', async () => {
    const { drawn, out } = await werkbank([...WRITE, '--yes']);
    expect(drawn).toEqual([]);
    expect(out.some((line) => /^Writing {2}50%/.test(line))).toBe(true);
  });

  test('disks that may not be written are counted, and shown with --all', async () => {
    const some = await werkbank(['disks']);
    expect(some.out.join('\n')).not.toContain('System SSD');
    expect(some.out.at(-1)).toContain('Not offered for writing: 1.');
    const all = await werkbank(['disks', '--all']);
    expect(all.out.join('\n')).toMatch(/System SSD.*no: /);
  });
});

describe('the command line itself', () => {
  test.each([
    [['write', 'linux.img']], [['write']], [['nonsense']], [['read', '3']], [['write', 'linux.img', '--to', '3', '--bogus']], [['format', '3', '--fs', 'ntfs']], [['capture', '3', '']], [[]],
  ])('%j is a wrong command line', async (args) => {
    const { exitCode, err } = await werkbank(args);
    expect(exitCode).toBe(2);
    expect(err.length).toBeGreaterThan(0);
  });

  test('with --json a wrong command line ends in an event too', async () => {
    const { exitCode, events } = await werkbank(['write', '--json']);
    expect(exitCode).toBe(2);
    expect(events).toEqual([{ event: 'ended', ok: false, code: 'argument-invalid', exitCode: 2 }]);
  });

  test('a disk that is not there is refused', async () => {
    expect((await werkbank(['write', 'linux.img', '--to', '17', '--yes'])).exitCode).toBe(3);
  });

  test.each([['en', 'Usage:', 'write an image'], ['nl', 'Gebruik:', 'schrijf een image']])('help in %s', async (language, title, words) => {
    const { exitCode, out } = await werkbank(['--help', '--lang', language]);
    expect(exitCode).toBe(0);
    expect(out.join('\n')).toContain(title);
    expect(out.join('\n')).toContain(words);
  });

  test('sizes', () => {
    expect(parseSize('512M')).toBe(512_000_000);
    expect(parseSize('1.5G')).toBe(1_500_000_000);
    expect(parseSize('4 GiB')).toBe(4 * 1024 ** 3);
    expect(parseSize('4096')).toBe(4096);
    for (const text of ['', 'G', '-1', '1X', '1e9', '0x10']) expect(() => parseSize(text), text).toThrow(EngineError);
  });

  test('numbers of partitions, limits, shares', () => {
    expect(parseNumbers('3,1')).toEqual([1, 3]);
    expect(parseNumbers('1-3, 2,5')).toEqual([1, 2, 3, 5]);
    for (const text of ['', 'a', '3-1', '1,,2', '-1', '99999']) expect(() => parseNumbers(text), text).toThrow(EngineError);
    expect([undefined, '40', '0.5'].map(parseLimit)).toEqual([0, 40_000_000, 500_000]);
    for (const text of ['0', '-1', 'fast', '1e9', '']) expect(() => parseLimit(text), text).toThrow(EngineError);
    expect([undefined, '10%', '0.1', '100 %'].map(parseShare)).toEqual([1, 0.1, 0.1, 1]);
    for (const text of ['0', '0%', '101%', '2', 'half']) expect(() => parseShare(text), text).toThrow(EngineError);
  });
});

describe('a source that is not in order', () => {
  const dirty: CapturePlan = {
    kind: 'capture', id: 'plan', createdAt: '', steps: [], number: 3, practice: false, logicalSectorSize: 512, table: 'mbr', chosen: null, destination: '/images/a.qcow2',
    disk: { id: stick.id, path: stick.path, model: stick.model, serial: stick.serial, size: stick.size, bus: stick.bus, tableHash: null },
    partitions: [{ ...stick.partitions[0]!, method: 'used', wholeReason: null, usedEnd: 1, leftOut: [{ name: 'hiberfil.sys', bytes: 1_000_000 }], conditions: ['hibernated'], hold: null }],
    usedBytes: 2_000_000, estimatedBytes: 1_000_000, freeBytes: 500_000, parent: null, unfinished: null, stops: [{ code: 'hibernated', partitions: [1] }],
    notes: [{ code: 'may-not-fit', params: { estimate: 1_000_000, free: 500_000 } }],
    compression: 'balanced', memory: 'low', bytesPerSecond: 5_000_000, partBytes: 0, description: '', purpose: '', resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null,
  };
  const started: NonNullable<Script['started']> = [];
  const services = (): Services => {
    const made = createServices({ started });
    return { ...made, jobs: { ...made.jobs, planCapture: () => Promise.resolve(dirty) } };
  };
  const capture = ['capture', '3', 'a.qcow2'];

  test('is shown with what it is about, and refused when nobody can be asked', async () => {
    const { exitCode, out, err } = await werkbank(capture, { services: services() });
    expect(exitCode).toBe(3);
    expect(out.join('\n')).toContain('The image may take about 1 MB; 500 kB are free where it goes.');
    expect(out.join('\n')).toContain('hibernated: Windows sleeps in it or used fast start-up (hibernated)');
    expect(err.join('\n')).toContain('Partition 1 (fat32) was not shut down cleanly');
    expect((await werkbank([...capture, '--json'], { services: services(), answers: ['hibernated'] })).exitCode).toBe(3);
    expect(started).toEqual([]);
  });

  test.each([['hibernated', 0], ['yes', 3], ['', 3]])('the answer "%s" ends with %i', async (answer, exitCode) => {
    expect((await werkbank(capture, { services: services(), answers: [answer] })).exitCode).toBe(exitCode);
  });

  test('is agreed to on the command line, by name', async () => {
    started.length = 0;
    expect((await werkbank([...capture, '--allow', 'dirty'], { services: services() })).exitCode).toBe(3);
    expect((await werkbank([...capture, '--allow', 'hibernated'], { services: services() })).exitCode).toBe(0);
    expect(started.map(({ confirmed }) => confirmed)).toEqual([{ [stick.id]: ['hibernated'] }]);
  });
});

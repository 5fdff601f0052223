import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CheckResult, HistoryEntry, PreflightRequest, RemedyAction } from '../../src/contract/index.ts';
import { createServices } from './fake-services.ts';
import { report, writePlan } from '../main/plans.ts';
import { werkbank } from './support.ts';

const MACHINE: CheckResult['subject'] = { kind: 'machine', id: '', name: '' };
const result = (check: CheckResult['check'], verdict: CheckResult['verdict'], code: string, more: Partial<CheckResult> = {}): CheckResult => ({
  check, verdict, subject: MACHINE, finding: { code, params: {} }, evidence: [], remedies: [], overridable: verdict !== 'stop', ...more,
});
const FIX: RemedyAction = { id: 'hibernation-off' };
const ASLEEP = result('hibernation', 'warning', 'asleep', {
  evidence: [{ code: 'asleep', params: {}, from: 'hiberfil.sys' }],
  remedies: [{ code: 'hibernation-off', params: {}, action: FIX, commands: [{ program: 'powercfg', args: ['/h', 'off'] }], ways: [{ code: 'command-prompt', steps: [{ code: 'run', params: { command: 'powercfg /h off' } }] }] }],
});

/** Services whose checks say what the test wants; `fixed` once the remedy was carried out. */
function checking(results: readonly CheckResult[], fixed: readonly CheckResult[] = []) {
  const asked: PreflightRequest[] = [];
  const carried: RemedyAction[] = [];
  const services = createServices();
  const preflight: typeof services.jobs.preflight = {
    run: async (request, { onState }) => {
      asked.push(request);
      const found = carried.length > 0 ? fixed : results;
      for (const each of found) {
        onState?.({ check: each.check, done: false, share: null, map: null, results: [] });
        onState?.({ check: each.check, done: true, share: null, map: null, results: [each] });
      }
      return [...found];
    },
    remedy: async (action, { onProgress }) => {
      carried.push(action);
      onProgress?.({ line: 'hibernation is off', share: 1 });
    },
  };
  return { services: { ...services, jobs: { ...services.jobs, preflight } }, asked, carried };
}

describe('werkbank check', () => {
  test('all fine is one good line and code 0', async () => {
    const { services } = checking([result('power', 'fine', 'mains'), result('clock', 'advice', 'plausible')]);
    const { exitCode, out } = await werkbank(['check'], { services });
    expect(exitCode).toBe(0);
    expect(out[0]).toContain('fine');
    expect(out[0]).toContain('Power: Runs on mains.');
    expect(out.at(-1)).toBe('Everything is in order.');
  });

  test('what has no answer before a disk is chosen takes one line, and is no reason to call all fine', async () => {
    const { services } = checking([result('power', 'fine', 'mains'), result('smart', 'unknown', 'not-chosen'), result('activity', 'unknown', 'not-chosen')]);
    const { exitCode, out } = await werkbank(['check'], { services });
    expect(exitCode).toBe(8);
    expect(out.slice(1)).toEqual([
      '? Not asked before something is chosen (--disk, --destination): Health of the disk, Disk at work.',
      'Stops: 0. Warnings: 0. Could not be checked: 2.',
    ]);
  });

  test('a warning says its figures, why it matters and what to do, and is code 8 until it is accepted by name', async () => {
    const { services } = checking([ASLEEP]);
    const { exitCode, out } = await werkbank(['check'], { services });
    expect(exitCode).toBe(8);
    const text = out.join('\n');
    for (const part of ['! warning', '(hiberfil.sys)', 'powercfg /h off', '--fix hibernation', '--accept hibernation:asleep', 'files are lost']) expect(text).toContain(part);
    const accepted = await werkbank(['check', '--accept', 'hibernation:asleep'], { services });
    expect(accepted.exitCode).toBe(0);
    expect(accepted.out[0]).toContain('[accepted]');
  });

  test('what could not be checked is no silent pass; a stop is code 3 and cannot be accepted', async () => {
    expect((await werkbank(['check'], { services: checking([result('smart', 'unknown', 'missing-no-tool')]).services })).exitCode).toBe(8);
    const stop = checking([result('power', 'stop', 'battery-low'), ASLEEP]);
    expect((await werkbank(['check', '--accept', 'power:battery-low', '--accept', 'hibernation:asleep'], { services: stop.services })).exitCode).toBe(3);
    const overridable = checking([result('encryption', 'stop', 'encrypting', { overridable: true })]);
    expect((await werkbank(['check', '--accept', 'encryption:encrypting'], { services: overridable.services })).exitCode).toBe(0);
  });

  test('--json is one object a check', async () => {
    const { services } = checking([result('power', 'fine', 'mains'), ASLEEP]);
    const { events, exitCode } = await werkbank(['check', '--json'], { services });
    expect(events.map(({ event }) => event)).toEqual(['check', 'check', 'ended']);
    expect(events[0]).toMatchObject({ check: 'power', verdict: 'fine', evidence: [], remedy: null });
    expect(events[1]).toMatchObject({ check: 'hibernation', verdict: 'warning', name: 'hibernation:asleep', accepted: false, evidence: [{ code: 'asleep', from: 'hiberfil.sys' }] });
    expect(typeof events[1]?.['remedy']).toBe('string');
    expect(events[2]).toMatchObject({ ok: false, code: 'check-warnings', exitCode: 8 });
    expect(exitCode).toBe(8);
  });

  test('disks are sources of a capture and targets of a write; what is asked reaches the checks', async () => {
    const { services, asked } = checking([result('power', 'fine', 'mains')]);
    await werkbank(['check', '--disk', '3', '--partitions', '1-2', '--destination', '/images/a.qcow2', '--scan', '--many', '--split', '4G'], { services });
    expect(asked[0]).toMatchObject({ job: 'capture', sources: [{ disk: '/dev/sdx', partitions: [1, 2] }], targets: [], destination: '/images/a.qcow2', optional: ['file-system-scan', 'surface'], manyMachines: true, partBytes: 4e9 });
    await werkbank(['check', '--for', 'write', '--disk', '3', '--image', 'linux.img', '--only', 'power'], { services });
    expect(asked[1]).toMatchObject({ job: 'write', sources: [], targets: ['/dev/sdx'], checks: ['power'] });
    await werkbank(['check', '--for', 'read', '--disk', '3'], { services });
    expect(asked[2]).toMatchObject({ job: 'read', sources: [{ disk: '/dev/sdx', partitions: null }], targets: [] });
    // As a capture does: in a folder the image gets a name.
    const folder = mkdtempSync(join(tmpdir(), 'werkbank-check-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const jobs: typeof services.jobs = { ...services.jobs, suggestName: (named) => Promise.resolve({ name: 'pc-1', path: join(named.folder, 'pc-1.qcow2') }) };
    await werkbank(['check', '--disk', '3', '--destination', folder], { services: { ...services, jobs } });
    expect(dirname(asked[3]?.destination ?? '')).toBe(folder);
    await werkbank(['check', '--destination', folder], { services });
    expect(dirname(asked[4]?.destination ?? '')).toBe(folder);
    expect((await werkbank(['check', '--only', 'aura'], { services })).exitCode).toBe(2);
    expect((await werkbank(['check', '--disk', '99'], { services })).exitCode).toBe(3);
  });

  test('--fix shows the commands, asks, carries out, and checks again', async () => {
    const fixed = checking([ASLEEP], [result('hibernation', 'fine', 'awake')]);
    const { exitCode, out } = await werkbank(['check', '--fix', 'hibernation'], { services: fixed.services, answers: ['yes'] });
    expect(fixed.carried).toEqual([FIX]);
    expect(out).toContain('  powercfg /h off');
    expect(out).toContain('  hibernation is off (100 %)');
    expect(exitCode).toBe(0);
    const refused = checking([ASLEEP]);
    expect((await werkbank(['check', '--fix', 'hibernation'], { services: refused.services, answers: ['no'] })).exitCode).toBe(2);
    expect((await werkbank(['check', '--fix', 'hibernation', '--json'], { services: refused.services })).exitCode).toBe(2);
    expect(refused.carried).toEqual([]);
    const scripted = checking([ASLEEP], [result('hibernation', 'fine', 'awake')]);
    expect((await werkbank(['check', '--fix', 'hibernation', '--yes', '--json'], { services: scripted.services })).events.map(({ event }) => event)).toEqual(['check', 'remedy', 'check', 'ended']);
    const nothing = checking([result('power', 'warning', 'on-battery')]);
    expect((await werkbank(['check', '--fix', 'power', '--yes'], { services: nothing.services })).exitCode).toBe(8);
  });
});

describe('werkbank history', () => {
  const one = { ...report('5f0c2a34-0a3e-4c58-9d3b-1f2a3b4c5d6e', writePlan('debian.img', '/dev/sdb'), 'done') };
  const entry: HistoryEntry = { id: one.jobId, kind: 'write', outcome: 'done', startedAt: one.startedAt, elapsedSeconds: 1, computer: 'h', disks: [{ number: 1, model: 'Stick', serial: 'S1', size: 1 }], image: 'debian.img', location: 'debian.img', code: null, words: 'debian.img\nStick\nS1' };
  const history = {
    add: async () => undefined, get: async () => one, sums: async () => null,
    list: async () => ({ folder: '/h', entries: [entry], faulty: [{ path: '/h/cut.json', error: { code: 'history-corrupt', params: { path: '/h/cut.json', reason: 'not-json' }, retryable: false, place: null, detail: '' } }] }),
  };
  const services = createServices({ history });

  test('lists, searches and names what it cannot read', async () => {
    const { out, exitCode } = await werkbank(['history'], { services });
    expect(exitCode).toBe(0);
    expect(out.join('\n')).toMatch(/5f0c2a34 .*Write an image .*debian\.img/);
    expect(out.at(-1)).toContain('/h/cut.json is damaged');
    expect((await werkbank(['history', 'search', 'fedora'], { services })).out[0]).toBe('No job has all these words.');
    expect((await werkbank(['history', 'search', 'stick', 's1', '--json'], { services })).events[0]).toMatchObject({ event: 'history', folder: '/h', entries: [{ id: one.jobId }] });
  });

  test('shows a report by the beginning of its id', async () => {
    expect((await werkbank(['history', 'show', '5f0c'], { services })).out.join('\n')).toContain('debian.img was written');
    for (const id of ['5f', 'ffff', '']) expect((await werkbank(['history', 'show', id], { services })).exitCode).toBe(2);
  });

  test('every job ends up in it; one that cannot be kept is said and changes nothing', async () => {
    const kept: string[] = [];
    const write = ['write', 'linux.img', '--to', '3', '--yes'];
    expect((await werkbank(write, { services: createServices({ history: { ...history, add: async ({ jobId }) => void kept.push(jobId) } }) })).exitCode).toBe(0);
    expect(kept).toEqual(['job-1']);
    const { exitCode, err } = await werkbank(write, { services: createServices({ history: { ...history, add: () => Promise.reject(new Error('full')) } }) });
    expect(exitCode).toBe(0);
    expect(err).toHaveLength(1);
  });
});

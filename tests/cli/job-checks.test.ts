import { describe, expect, test } from 'vitest';
import type { CheckResult, PreflightRequest, Report } from '../../src/contract/index.ts';
import { createServices, type Script } from './fake-services.ts';
import { werkbank } from './support.ts';

const MACHINE: CheckResult['subject'] = { kind: 'machine', id: '', name: '' };
const result = (check: CheckResult['check'], verdict: CheckResult['verdict'], code: string, more: Partial<CheckResult> = {}): CheckResult => ({
  check, verdict, subject: MACHINE, finding: { code, params: {} }, evidence: [], remedies: [], overridable: verdict !== 'stop', ...more,
});
const MAINS = result('power', 'fine', 'mains');
const BATTERY = result('power', 'warning', 'on-battery', { remedies: [{ code: 'plug-in', params: {}, action: null, commands: [], ways: [] }] });
const LOW = result('power', 'stop', 'battery-low');
const HALF = result('encryption', 'stop', 'paused', { overridable: true, subject: { kind: 'partition', id: '/dev/sdx#1', name: 'C:' } });
const ASLEEP = result('hibernation', 'stop', 'asleep', { overridable: true, subject: { kind: 'partition', id: '/dev/sdx#1', name: 'C:' } });
const SILENT = result('smart', 'unknown', 'missing-no-tool');

type Started = NonNullable<Script['started']>;
const WRITE = ['write', 'linux.img', '--to', '3'];

/** Runs a job whose checks say `checks`; what it was started with comes along. */
async function job(args: readonly string[], checks: readonly CheckResult[], script: Script & { readonly answers?: readonly string[] } = {}) {
  const { answers, ...more } = script;
  const started: Started = [];
  const checked: PreflightRequest[] = [];
  const outcome = await werkbank(args, { services: createServices({ checks, started, checked, ...more }), ...(answers ? { answers } : {}) });
  return { ...outcome, text: outcome.out.join('\n'), started, checked };
}

describe('the checks before a job in the terminal', () => {
  test('all fine is one line, and the report has every check', async () => {
    const { exitCode, out, started, checked } = await job([...WRITE, '--yes'], [MAINS]);
    expect(exitCode).toBe(0);
    expect(out).toContain('Everything is in order.');
    expect(started[0]?.preflight).toEqual({ results: [MAINS], accepted: [], skipped: false });
    expect(checked[0]).toMatchObject({ job: 'write', targets: ['/dev/sdx'], sources: [] });
  });

  test('only what is not fine is shown; what could not be checked is said, and blocks nothing', async () => {
    const { exitCode, text, started } = await job([...WRITE, '--yes'], [MAINS, BATTERY, SILENT]);
    expect(exitCode).toBe(0);
    expect(text).toContain('! warning     Power: Runs on battery');
    expect(text).toContain('    To do: Plug in');
    expect(text).toContain('? Could not be checked: Health of the disk.');
    expect(text).not.toContain('Runs on mains');
    // Nobody was asked, and nobody accepted anything.
    expect(started[0]?.preflight).toMatchObject({ accepted: [], skipped: false });
  });

  test('a stop begins nothing, has a name and a remedy, and no option gets past it but --no-checks', async () => {
    for (const more of [[], ['--yes'], ['--yes', '--accept', 'power:battery-low', '--accept', 'warnings'], ['--yes', '--json']]) {
      const { exitCode, started } = await job([...WRITE, ...more], [LOW], more.includes('--yes') ? {} : { answers: ['battery-low', 'yes', 'yes'] });
      expect([exitCode, started]).toEqual([3, []]);
    }
    const { err } = await job([...WRITE, '--yes'], [LOW]);
    expect(err[0]).toContain('The battery is nearly empty');
    expect(err[1]).toContain('cannot be accepted');
    expect((await job([...WRITE, '--yes', '--json'], [LOW])).events.at(-1)).toMatchObject({ ok: false, code: 'check-stop', exitCode: 3 });
  });

  test('a stop that may be accepted is, by its whole name or typed over in words; a yes is not enough', async () => {
    const name = 'encryption:paused:/dev/sdx#1';
    const refused = await job([...WRITE, '--yes'], [HALF]);
    expect([refused.exitCode, refused.started]).toEqual([3, []]);
    expect(refused.err[1]).toContain(`--accept ${name}`);
    // All warnings are no stops.
    expect((await job([...WRITE, '--yes', '--accept', 'warnings'], [HALF])).exitCode).toBe(3);
    expect((await job([...WRITE, '--yes', '--accept', 'encryption:paused:/dev/sdy#1'], [HALF])).exitCode).toBe(3);
    const accepted = await job([...WRITE, '--yes', '--accept', name], [HALF]);
    expect(accepted.started[0]?.preflight).toMatchObject({ accepted: [name] });
    expect((await job(WRITE, [HALF], { answers: ['yes', 'yes'] })).started).toEqual([]);
    expect((await job(WRITE, [HALF], { answers: ['paused', 'yes'] })).started[0]?.preflight).toMatchObject({ accepted: [name] });
  });

  test('warnings are asked about once where somebody can answer, and accepted by name', async () => {
    const both = [BATTERY, result('clock', 'warning', 'behind')];
    const agreed = await job(WRITE, both, { answers: ['yes', 'yes'] });
    expect(agreed.text).toContain('Go on despite these 2 warnings?');
    expect(agreed.started[0]?.preflight).toMatchObject({ accepted: ['power:on-battery', 'clock:behind'] });
    const refused = await job(WRITE, both, { answers: [''] });
    expect([refused.exitCode, refused.started]).toEqual([2, []]);
    for (const accept of [['--accept', 'warnings'], ['--accept', 'power:on-battery', '--accept', 'clock:behind']]) {
      const named = await job([...WRITE, ...accept], both, { answers: ['yes'] });
      expect(named.text).not.toContain('Go on despite');
      expect(named.started[0]?.preflight).toMatchObject({ accepted: ['power:on-battery', 'clock:behind'] });
    }
  });

  test('--no-checks asks nothing of the machine, and the report says who said so', async () => {
    const { exitCode, started, checked, text } = await job([...WRITE, '--yes', '--no-checks'], [LOW]);
    expect([exitCode, checked]).toEqual([0, []]);
    expect(started[0]?.preflight).toEqual({ results: [], accepted: [], skipped: true });
    expect(text).toContain('The checks before this job were skipped by the user.');
  });

  test('with --json each check is one object, between the plan and the job', async () => {
    const { events } = await job([...WRITE, '--yes', '--json', '--accept', 'warnings'], [MAINS, BATTERY]);
    const kinds = events.map(({ event }) => event);
    expect(kinds.slice(0, 3)).toEqual(['plan', 'check', 'check']);
    expect(events[2]).toMatchObject({ check: 'power', verdict: 'warning', name: 'power:on-battery', accepted: true });
    expect((events.find(({ event }) => event === 'report') as { report: Report } | undefined)?.report.preflight?.results).toHaveLength(2);
  });

  test('what the plan of a capture has agreed to in words is not asked twice', async () => {
    const stops = [{ code: 'hibernated' as const, partitions: [1] }];
    const capture = ['capture', '3', '/images/a.qcow2'];
    const typed = await job(capture, [ASLEEP], { stops, answers: ['hibernated'] });
    expect(typed.started[0]).toMatchObject({ confirmed: { '/dev/sdx': ['hibernated'] }, preflight: { accepted: ['hibernation:asleep:/dev/sdx#1'] } });
    expect((await job([...capture, '--allow', 'hibernated'], [ASLEEP], { stops })).started[0]?.preflight).toMatchObject({ accepted: ['hibernation:asleep:/dev/sdx#1'] });
    const refused = await job([...capture, '--json'], [ASLEEP], { stops });
    expect(refused.started).toEqual([]);
    expect(refused.events.at(-1)).toMatchObject({ ok: false, code: 'volume-dirty' });
    // Found by the check alone, not by the plan: then the check asks.
    expect((await job([...capture, '--json'], [ASLEEP], {})).events.at(-1)).toMatchObject({ code: 'check-acceptable' });
  });

  test('the running system is destroyed by its own flag, and by nothing shorter', async () => {
    const system = result('target', 'stop', 'system-disk', { subject: { kind: 'disk', id: '/dev/sdz', name: 'System SSD' } });
    const args = ['write', 'linux.img', '--to', '0', '--yes', '--confirm', 'system'];
    expect((await job([...args, '--accept', 'target:system-disk:/dev/sdz'], [system])).started).toEqual([]);
    expect((await job([...args, '--i-want-to-destroy-the-running-system'], [system])).started).toHaveLength(1);
  });

  test('in Dutch', async () => {
    const { out, err } = await job([...WRITE, '--yes', '--lang', 'nl'], [BATTERY, LOW]);
    expect(out.join('\n')).toContain('! waarschuwing');
    expect(err[0]).toMatch(/^Er is niets begonnen\./);
  });
});

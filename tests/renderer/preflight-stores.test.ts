import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECKED_AS, planSchema, type Bridge, type CallInput, type CallName, type CheckResult, type Remedy } from '../../src/contract/index.ts';
import { formatChecks } from '../../src/renderer/stores/format.ts';
import { useJobs } from '../../src/renderer/stores/jobs.ts';
import { usePreflight } from '../../src/renderer/stores/preflight.ts';
import { readChecks } from '../../src/renderer/stores/read.ts';
import { NOT_PLANNED, planningActions, type Planning } from '../../src/renderer/stores/planning.ts';
import { winpeChecks } from '../../src/renderer/stores/winpe.ts';

/** On a busy machine soon may be late. */
const soon = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 300_000 });

type Answer = (input: never) => unknown;
let answers: Partial<Record<CallName, Answer>> = {};
let refusals: Partial<Record<CallName, string>> = {};
let asked: { name: string; input: unknown }[] = [];

const bridge: Bridge = {
  call: async (name, input) => {
    asked.push({ name, input });
    const answer = answers[name];
    return answer ? { ok: true, value: (await answer(input as never)) as never } : { ok: false, error: { code: refusals[name] ?? 'unexpected', params: {}, retryable: false, place: null, detail: '' } };
  },
  listen: () => () => undefined,
  pathOf: () => '',
};

const result = (check: CheckResult['check'], verdict: CheckResult['verdict'], code: string): CheckResult => ({
  check, verdict, subject: { kind: 'machine', id: '', name: '' }, finding: { code, params: {} }, evidence: [], remedies: [], overridable: true,
});
const remedy = (action: Remedy['action']): Remedy => ({ code: 'it', params: {}, action, commands: [], ways: [] });
const runs = (): CallInput<'preflight.run'>[] => asked.filter(({ name }) => name === 'preflight.run').map(({ input }) => input as CallInput<'preflight.run'>);

beforeEach(() => {
  Object.assign(globalThis, { window: { werkbank: bridge } });
  answers = {};
  refusals = {};
  asked = [];
  usePreflight.setState(usePreflight.getInitialState());
});

describe('the checks of every wizard', () => {
  test('reading looks at the disk and where the image goes, formatting at the disk that is written', () => {
    expect(readChecks({ disk: '/dev/sdb', destination: ' /kept.img ', format: 'raw' })).toMatchObject({ job: 'read', sources: [{ disk: '/dev/sdb', partitions: null }], targets: [], destination: '/kept.img', compression: 'none' });
    expect(readChecks({ disk: null, destination: ' ', format: 'zstd' })).toMatchObject({ sources: [], destination: null, compression: 'balanced' });
    expect(winpeChecks({ output: 'iso', disks: ['/dev/sdb'], isoPath: '/pe.iso' })).toMatchObject({ job: 'media', targets: [], destination: '/pe.iso' });
    expect(winpeChecks({ output: 'sticks', disks: ['/dev/sdb'], isoPath: '/pe.iso' })).toMatchObject({ targets: ['/dev/sdb'], destination: null });
    expect(formatChecks({ disk: '/dev/sdb' })).toMatchObject({ job: 'format', targets: ['/dev/sdb'], sources: [] });
  });

  test('a job of any kind that has checks takes them along into its report', async () => {
    answers['preflight.run'] = () => [result('power', 'warning', 'on-battery')];
    answers['job.list'] = () => [];
    answers['job.start'] = () => ({ jobId: 'j1' });
    for (const { shape } of planSchema.options) {
      const kind = shape.kind.value;
      const job = CHECKED_AS[kind];
      usePreflight.getState().begin({ ...winpeChecks({ output: 'iso', disks: [], isoPath: '/pe.iso' }), job: job ?? 'write' });
      await soon(() => expect(usePreflight.getState().runs).toEqual([]));
      usePreflight.getState().accept('power:on-battery', true);
      let state: Planning<never> = { ...NOT_PLANNED, plan: { kind, steps: [] } as never };
      const started = vi.fn(async () => 'j1');
      useJobs.setState({ start: started });
      await planningActions<never>((change) => (state = { ...state, ...change }), () => state, () => Promise.reject(new Error('planned'))).start();
      const outcome = { results: [result('power', 'warning', 'on-battery')], accepted: ['power:on-battery'], skipped: false };
      expect(started, kind).toHaveBeenCalledWith(expect.objectContaining({ kind }), {}, job === null ? null : outcome);
    }
  });
});

describe('remedies', () => {
  const request = { ...formatChecks({ disk: '/dev/sdb' }), job: 'capture' as const };

  test('waiting until it is quiet is looking again until it is, or until somebody stops it', async () => {
    let looks = 0;
    answers['preflight.run'] = ({ request: { checks } }: CallInput<'preflight.run'>) => (checks === null ? [result('activity', 'warning', 'busy')] : [++looks < 3 ? result('activity', 'advice', 'some') : result('activity', 'fine', 'quiet')]);
    usePreflight.getState().begin(request);
    await soon(() => expect(usePreflight.getState().runs).toEqual([]));
    await usePreflight.getState().carryOut('activity', remedy({ id: 'wait-until-quiet' }));
    expect(looks).toBe(3);
    expect(usePreflight.getState().remedy).toMatchObject({ running: false, error: null });
    expect(usePreflight.getState().checks.activity?.results).toEqual([result('activity', 'fine', 'quiet')]);
    // No command of the system does it.
    expect(asked.some(({ name }) => name === 'preflight.remedy')).toBe(false);

    answers['preflight.run'] = async () => {
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [result('activity', 'advice', 'some')];
    };
    const waiting = usePreflight.getState().carryOut('activity', remedy({ id: 'wait-until-quiet' }));
    await soon(() => expect(looks).toBeGreaterThan(5));
    usePreflight.getState().cancel();
    await waiting;
    const stopped = looks;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(looks).toBe(stopped);
    expect(usePreflight.getState().remedy?.running).toBe(false);
  });

  test('who refuses the rights is not asked again at once: nothing was done', async () => {
    answers['preflight.run'] = () => [result('file-system', 'warning', 'dirty')];
    usePreflight.getState().begin(request);
    await soon(() => expect(usePreflight.getState().runs).toEqual([]));
    usePreflight.getState().again(['file-system'], true);
    await soon(() => expect(usePreflight.getState().runs).toEqual([]));
    const before = runs().length;
    refusals['preflight.remedy'] = 'elevation-refused';
    await usePreflight.getState().carryOut('file-system', remedy({ id: 'hibernation-off' }));
    expect(usePreflight.getState().remedy).toMatchObject({ running: false, error: { code: 'elevation-refused' } });
    expect(runs()).toHaveLength(before);
    // Any other end may have changed something.
    refusals['preflight.remedy'] = 'engine-host-gone';
    await usePreflight.getState().carryOut('file-system', remedy({ id: 'hibernation-off' }));
    await soon(() => expect(runs()).toHaveLength(before + 1));
  });

  test('a check that took rights is run with them again after its remedy; others without', async () => {
    answers['preflight.run'] = ({ request: { checks } }: CallInput<'preflight.run'>) => (checks ?? ['smart', 'power']).map((check) => result(check, 'warning', 'x'));
    answers['preflight.remedy'] = () => null;
    usePreflight.getState().begin(request);
    await soon(() => expect(usePreflight.getState().runs).toEqual([]));
    usePreflight.getState().again(['smart'], true);
    await usePreflight.getState().carryOut('smart', remedy({ id: 'hibernation-off' }));
    usePreflight.getState().again(['smart', 'power']);
    await soon(() => expect(usePreflight.getState().runs).toEqual([]));
    expect(runs().slice(1).map(({ request: { checks }, elevated }) => [checks, elevated])).toEqual([[['smart'], true], [['smart'], true], [['power'], false], [['smart'], true]]);
    // The main process finds out whether rights are needed, and asks for them.
    expect(asked.find(({ name }) => name === 'preflight.remedy')?.input).toMatchObject({ action: { id: 'hibernation-off' }, elevated: false });
  });
});

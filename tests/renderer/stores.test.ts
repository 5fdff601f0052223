import { beforeEach, expect, test } from 'vitest';
import type { Bridge, CallName, PlainError, Settings } from '../../src/contract/index.ts';
import { languageOf, useSettings } from '../../src/renderer/stores/settings.ts';
import { isConfirmed, openConfirmations, withConfirmation } from '../../src/renderer/stores/confirmations.ts';
import { inOrder, missingBytes } from '../../src/renderer/stores/disks.ts';
import { useJobs } from '../../src/renderer/stores/jobs.ts';
import { useNavigation } from '../../src/renderer/stores/navigation.ts';
import { suggestedName } from '../../src/renderer/stores/read.ts';
import { imageIsReady, refusalOf, useWrite } from '../../src/renderer/stores/write.ts';
import { DISKS, IMAGE, WINDOWS_ISO } from './harness/data.ts';
import { progressAt, reportOf } from './harness/simulation.ts';

const error = (code: string): PlainError => ({ code, params: {}, retryable: false, place: null, detail: '' });

class Refusal {
  readonly plain: PlainError;
  constructor(plain: PlainError) {
    this.plain = plain;
  }
}

type Answer = (input: never) => unknown;
let answers: Partial<Record<CallName, Answer>> = {};
let asked: { name: string; input: unknown }[] = [];

const bridge: Bridge = {
  call: async (name, input) => {
    asked.push({ name, input });
    const answer = answers[name];
    if (!answer) return { ok: false, error: error('unexpected') };
    const value = await answer(input as never);
    return value instanceof Refusal ? { ok: false, error: value.plain } : { ok: true, value: value as never };
  },
  listen: () => () => undefined,
  pathOf: () => '',
};

beforeEach(() => {
  Object.assign(globalThis, { window: { werkbank: bridge } });
  answers = {};
  asked = [];
  useWrite.getState().restart(false);
  useJobs.setState({ jobs: {}, engineGone: null });
  useNavigation.setState({ screen: { name: 'home' } });
});

const sandisk = DISKS[1]!;
const internal = DISKS[4]!;
const planned = (disk: typeof sandisk) => ({
  identity: { ...disk, tableHash: null }, number: disk.number, practice: false, loses: [], confirm: disk.verdict.kind === 'confirm' ? disk.verdict.reasons : [], systemDiskAllowed: false,
});
const plan = {
  kind: 'write' as const, id: 'p', createdAt: '', steps: [], image: IMAGE, expected: null, disks: [planned(sandisk), planned(internal)], verify: true, eject: true,
};

test('the chosen language, else the system\'s where it is spoken, else English', () => {
  const settings: Settings = { language: 'system', theme: 'system', practiceFolder: null, imageFolders: [], driverFolders: [], nameTemplate: '' };
  expect(languageOf(settings, 'nl-BE')).toBe('nl');
  expect(languageOf(settings, 'de-DE')).toBe('en');
  expect(languageOf({ ...settings, language: 'en' }, 'nl-NL')).toBe('en');
});

test('a setting shows at once and is kept by the main process', async () => {
  answers['settings.set'] = () => ({ language: 'nl', theme: 'dark', practiceFolder: null });
  const changed = useSettings.getState().change({ language: 'nl' });
  expect(useSettings.getState().settings.language).toBe('nl');
  await changed;
  expect(asked).toEqual([{ name: 'settings.set', input: { language: 'nl' } }]);
});

test('of two looks at an image only the newest counts', async () => {
  const waiting: ((value: unknown) => void)[] = [];
  answers['image.inspect'] = () => new Promise((resolve) => waiting.push(resolve));
  const first = useWrite.getState().inspect('/slow.img');
  const second = useWrite.getState().inspect(IMAGE.location);
  waiting[1]!(IMAGE);
  await second;
  waiting[0]!({ ...IMAGE, name: 'slow.img' });
  await first;
  expect(useWrite.getState()).toMatchObject({ image: { name: IMAGE.name }, inspecting: false });
});

test('typing another path forgets the image and its checksum', async () => {
  answers['image.inspect'] = () => IMAGE;
  await useWrite.getState().inspect(IMAGE.location);
  useWrite.getState().setChecksum('abc');
  useWrite.getState().setLocation('/other.img');
  expect(useWrite.getState()).toMatchObject({ image: null, checksum: '' });
});

test('an image is ready unless it is refused or its checksum is no checksum', () => {
  expect(refusalOf(WINDOWS_ISO)?.code).toBe('image-windows-iso');
  expect(imageIsReady({ image: WINDOWS_ISO, checksum: '' })).toBe(false);
  expect(imageIsReady({ image: IMAGE, checksum: '' })).toBe(true);
  expect(imageIsReady({ image: IMAGE, checksum: 'abc' })).toBe(false);
  expect(imageIsReady({ image: null, checksum: '' })).toBe(false);
});

test('writing another keeps the image and chooses no disk', async () => {
  answers['image.inspect'] = () => IMAGE;
  await useWrite.getState().inspect(IMAGE.location);
  useWrite.getState().choose([sandisk.id]);
  useWrite.getState().restart(true);
  expect(useWrite.getState()).toMatchObject({ step: 'disks', image: { name: IMAGE.name }, disks: [] });
});

test('every reason is agreed to by name before a plan may start', () => {
  expect(openConfirmations(plan.disks, {})).toBe(2);
  const one = withConfirmation({}, internal.id, 'internal', true);
  expect(openConfirmations(plan.disks, one)).toBe(1);
  const both = withConfirmation(one, internal.id, 'large', true);
  expect(openConfirmations(plan.disks, both)).toBe(0);
  expect(isConfirmed(withConfirmation(both, internal.id, 'large', false), internal.id, 'large')).toBe(false);
  expect(openConfirmations(plan.disks, { [sandisk.id]: ['internal', 'large'] })).toBe(2);
});

test('a plan made anew forgets what was agreed to', async () => {
  answers['plan.write'] = () => plan;
  await useWrite.getState().makePlan();
  useWrite.getState().confirm(internal.id, 'internal', true);
  await useWrite.getState().makePlan();
  expect(useWrite.getState().confirmed).toEqual({});
});

test('the window never asks for the system disk', async () => {
  answers['plan.write'] = () => plan;
  await useWrite.getState().makePlan();
  expect(asked[0]?.input).toMatchObject({ allowSystemDisk: false });
});

test('starting sends the plan with what was agreed to, and shows the job', async () => {
  answers['plan.write'] = () => plan;
  answers['job.start'] = () => ({ jobId: 'j1' });
  answers['job.list'] = () => [{ jobId: 'j1', plan, progress: null, report: null }];
  await useWrite.getState().makePlan();
  useWrite.getState().confirm(internal.id, 'internal', true);
  await useWrite.getState().start();
  expect(asked.find(({ name }) => name === 'job.start')?.input).toEqual({ plan, confirmed: { [internal.id]: ['internal'] }, preflight: null });
  expect(useNavigation.getState().screen).toEqual({ name: 'job', jobId: 'j1' });
  expect(useWrite.getState()).toMatchObject({ plan: null, starting: false });
});

test('a refused start is shown in place and can be tried again', async () => {
  answers['plan.write'] = () => plan;
  answers['job.start'] = () => new Refusal(error('elevation-refused'));
  await useWrite.getState().makePlan();
  await useWrite.getState().start();
  expect(useWrite.getState()).toMatchObject({ starting: false, startError: { code: 'elevation-refused' }, plan: { id: 'p' } });
  expect(useNavigation.getState().screen).toEqual({ name: 'home' });
});

test('a job that began before this page did is found by its first news', async () => {
  answers['job.list'] = () => [{ jobId: 'late', plan, progress: null, report: null }];
  useJobs.getState().progressed(progressAt('late', plan, 10, []));
  useJobs.getState().progressed(progressAt('late', plan, 11, []));
  await expect.poll(() => useJobs.getState().jobs['late']?.plan).toEqual(plan);
  expect(asked.filter(({ name }) => name === 'job.list')).toHaveLength(1);
});

test('a list that was drawn up before a job ended does not make it run again', async () => {
  let answer: (list: unknown) => void = () => undefined;
  answers['job.list'] = () => new Promise((resolve) => (answer = resolve));
  useJobs.setState({ jobs: { a: { jobId: 'a', plan, progress: null, shown: null, report: null, curve: [] } } });
  const loading = useJobs.getState().load();
  useJobs.getState().ended(reportOf('a', plan, 67, [], false));
  answer([{ jobId: 'a', plan, progress: null, report: null }]);
  await loading;
  expect(useJobs.getState().jobs['a']?.report?.outcome).toBe('done');
});

test('a job that runs is no failed start because the list of jobs did not come', async () => {
  answers['plan.write'] = () => plan;
  answers['job.start'] = () => ({ jobId: 'j1' });
  answers['job.list'] = () => new Refusal(error('engine-host-gone'));
  await useWrite.getState().makePlan();
  await useWrite.getState().start();
  expect(useWrite.getState()).toMatchObject({ startError: null, starting: false, plan: null });
  expect(useNavigation.getState().screen).toEqual({ name: 'job', jobId: 'j1' });
});

test('two presses of the button start one job', async () => {
  answers['plan.write'] = () => plan;
  answers['job.start'] = () => ({ jobId: 'j1' });
  answers['job.list'] = () => [];
  await useWrite.getState().makePlan();
  await Promise.all([useWrite.getState().start(), useWrite.getState().start()]);
  expect(asked.filter(({ name }) => name === 'job.start')).toHaveLength(1);
});

test('a start that takes long takes nothing from a wizard begun anew in the meantime, nor its user from another screen', async () => {
  let started: (job: unknown) => void = () => undefined;
  answers['plan.write'] = () => ({ ...plan });
  answers['job.start'] = () => new Promise((resolve) => (started = resolve));
  answers['job.list'] = () => [{ jobId: 'j1', plan, progress: null, report: null }];
  await useWrite.getState().makePlan();
  const starting = useWrite.getState().start();
  useNavigation.getState().go({ name: 'library' });
  useWrite.getState().restart(false);
  await useWrite.getState().makePlan();
  const newer = useWrite.getState().plan;
  started({ jobId: 'j1' });
  await starting;
  expect(useNavigation.getState().screen).toEqual({ name: 'library' });
  expect(useWrite.getState().plan).toBe(newer);
  expect(useJobs.getState().jobs['j1']).toBeDefined();
});

test('progress of one job leaves the others the very same objects', () => {
  const job = (jobId: string) => ({ jobId, plan, progress: null, shown: null, report: null, curve: [] });
  useJobs.setState({ jobs: { a: job('a'), b: job('b') } });
  const before = useJobs.getState().jobs;
  useJobs.getState().progressed(progressAt('a', plan, 10, []));
  const after = useJobs.getState().jobs;
  expect(after['b']).toBe(before['b']);
  expect(after['a']?.progress?.phase).toBe('writing');
  expect(after['a']?.curve).toHaveLength(1);
  useJobs.getState().progressed(progressAt('unknown', plan, 10, []));
  expect(useJobs.getState().jobs).toBe(after);
  useJobs.getState().ended(reportOf('a', plan, 67, [], false));
  expect(useJobs.getState().jobs['a']?.report?.outcome).toBe('done');
});

test('numbers in words change twice a second, and at once with the phase', () => {
  useJobs.setState({ jobs: { a: { jobId: 'a', plan, progress: null, shown: null, report: null, curve: [] } } });
  const shownAt = (seconds: number) => {
    useJobs.getState().progressed(progressAt('a', plan, seconds, []));
    const job = useJobs.getState().jobs['a'];
    expect(job?.progress?.elapsedSeconds).toBe(seconds);
    return job?.shown?.elapsedSeconds;
  };
  expect([10, 10.1, 10.4, 10.5, 10.6, 41.9, 42].map(shownAt)).toEqual([10, 10, 10, 10.5, 10.5, 41.9, 42]);
});

test('practice disks come last, and a disk that is too small says by how much', () => {
  expect(inOrder([...DISKS].reverse()).at(-1)?.practice).toBe(true);
  expect(missingBytes(sandisk, sandisk.size + 1)).toBe(1);
  expect(missingBytes(sandisk, sandisk.size)).toBe(0);
  expect(missingBytes(sandisk, null)).toBe(0);
});

test('a file name is suggested from the disk\'s model', () => {
  expect(suggestedName(sandisk, 'zstd')).toBe('sandisk-ultra-usb-3-0.img.zst');
  expect(suggestedName({ ...sandisk, model: '../../etc' }, 'raw')).toBe('etc.img');
  expect(suggestedName(undefined, 'raw')).toBe('disk.img');
});

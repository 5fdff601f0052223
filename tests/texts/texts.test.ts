import { expect, test } from 'vitest';
import type { WritePlan } from '../../src/contract/index.ts';
import { createTexts, errorText, formatBytes, formatDuration, planSteps, systemLanguage } from '../../src/texts/index.ts';

const error = (code: string, params = {}, detail = '') => ({ code, params, detail });

test('an error in both languages, sizes in the unit that fits', () => {
  const params = { imageSize: 8_004_829_696, targetSize: 8_004_829_184, missing: 512, disk: 'SanDisk Ultra' };
  expect(errorText(createTexts('en'), error('image-larger-than-target', params)).title)
    .toBe('The image (8 GB) does not fit on the disk (8 GB): 512 B too large.');
  expect(errorText(createTexts('nl'), error('image-larger-than-target', params)).title)
    .toBe('De image (8 GB) past niet op de schijf (8 GB): 512 B te groot.');
});

test('a code that is not known is shown as unexpected, with its detail', () => {
  expect(errorText(createTexts('en'), error('from-the-future', {}, 'EIO')).title).toContain('from-the-future EIO');
  expect(errorText(createTexts('en'), error('constructor', {}, 'x')).title).toContain('constructor x');
});

test.each(['$t(errors:unexpected.title)', '{{disk}}', '{{constructor}}', '$&', '<b>'])('a hostile name stays text: %s', (name) => {
  expect(errorText(createTexts('en'), error('disk-busy', { disk: name })).title).toBe(`Another job is using ${name}.`);
});

test('a missing placeholder is visible but harmless', () => {
  expect(errorText(createTexts('en'), error('disk-busy')).title).toBe('Another job is using ?.');
});

test('why a disk may not be written is said in words, in each language', () => {
  const hidden = error('disk-hidden', { disk: 'tgt2', reason: 'in-use, read-only', where: '/dev/loop1' });
  expect(errorText(createTexts('en'), hidden).title).toBe('tgt2 may not be written: something else stands on it (/dev/loop1); is write-protected.');
  expect(errorText(createTexts('nl'), hidden).title).not.toMatch(/in-use|read-only/);
});

test('one of something is not many of it', () => {
  const say = (language: 'en' | 'nl', count: number): string => createTexts(language)('preflight:hidden-disks.finding.present', { count });
  expect([say('en', 1), say('en', 2), say('nl', 1), say('nl', 2)]).toEqual(['1 internal disk shows up.', '2 internal disks show up.', '1 interne schijf zichtbaar.', '2 interne schijven zichtbaar.']);
});

test('sizes', () => {
  expect(formatBytes(0, 'en')).toBe('0 B');
  expect(formatBytes(999, 'en')).toBe('999 B');
  expect(formatBytes(1000, 'en')).toBe('1 kB');
  expect(formatBytes(999_999, 'en')).toBe('1 MB');
  expect(formatBytes(15_728_640_000, 'en')).toBe('15.7 GB');
  expect(formatBytes(15_728_640_000, 'nl')).toBe('15,7 GB');
  expect(formatBytes(2_000_398_934_016, 'nl')).toBe('2 TB');
});

test('durations', () => {
  expect(formatDuration(7.4)).toBe('0:07');
  expect(formatDuration(754)).toBe('12:34');
  expect(formatDuration(3723)).toBe('1:02:03');
});

test('the language of the system', () => {
  expect(systemLanguage({ LANG: 'nl_NL.UTF-8' })).toBe('nl');
  expect(systemLanguage({ LANG: 'nl_NL.UTF-8', LC_ALL: 'en_US.UTF-8' })).toBe('en');
  expect(systemLanguage({ LANG: 'de_DE.UTF-8' })).toBe('en');
  expect(systemLanguage({ LANG: 'C' })).toBe('en');
});

test('the steps of a plan: what is done to every disk is said once, a practice disk by its file name', () => {
  const identity = (path: string, model: string) => ({ id: model ? path : `file:${path}`, path, model, serial: '', size: 1, bus: 'usb' as const, tableHash: null });
  const disk = (path: string, model: string) => ({ identity: identity(path, model), number: 1, practice: !model, loses: [], confirm: [], systemDiskAllowed: false });
  const plan = {
    kind: 'write', id: '', createdAt: '', image: {} as WritePlan['image'], expected: null, verify: true, eject: false,
    disks: [disk('/dev/sdx', 'SanDisk'), disk('/tmp/bench.img', '')],
    steps: [
      { code: 'recheck-identity', params: {} }, { code: 'write', params: { disk: 'SanDisk' } }, { code: 'write', params: { disk: '/tmp/bench.img' } },
      { code: 'unmount', params: { disk: '/tmp/bench.img' } },
    ],
  } satisfies WritePlan;
  expect(planSteps(plan, createTexts('en'))).toEqual([
    'Check that each disk is still the one in this plan', 'Write the image to each disk', 'Unmount the volumes of bench.img',
  ]);
  const single: WritePlan = { ...plan, disks: [disk('/dev/sdx', 'SanDisk')], steps: plan.steps.slice(0, 2) };
  expect(planSteps(single, createTexts('nl'))).toEqual(['Controleren of de schijf nog dezelfde is als in dit plan', 'De image naar SanDisk schrijven']);
});

test('a clock is told as its reader writes day and time; a file system without a table is the whole disk', () => {
  const said = (language: 'en' | 'nl', key: string, params: Record<string, string | number>) => createTexts(language)(`preflight:${key}`, params);
  expect(said('nl', 'clock.finding.plausible', { now: '2026-11-29T12:03:00.000Z', built: '' })).toMatch(/^De klok klopt: (?:29|30) nov 2026[, ]+\d\d:\d\d\.$/);
  expect(said('en', 'clock.finding.plausible', { now: '?', built: '' })).toBe('The clock is plausible: ?.');
  expect(said('nl', 'os-partitions.evidence.taken-data', { number: 0, name: '' })).toBe('De hele schijf (gegevens): gekozen');
  expect(said('nl', 'os-partitions.evidence.taken-data', { number: 3, name: 'DATA' })).toBe('Partitie 3 DATA (gegevens): gekozen');
  expect(said('en', 'file-system.finding.journal', { number: 0, kind: 'ext4' })).toBe('On the whole disk (ext4) changes wait in the log: it is taken whole.');
});

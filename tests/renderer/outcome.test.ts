import { expect, test } from 'vitest';
import type { TFunction } from 'i18next';
import type { Report } from '../../src/contract/index.ts';
import { outcomeWords } from '../../src/renderer/components/job/outcome.ts';

const key = ((name: string) => name) as unknown as TFunction;
const titleOf = (report: unknown): string => outcomeWords(key, report as Report).title;

test('a capture with places that could not be read is not told as disks that are good', () => {
  expect(titleOf({ plan: { kind: 'capture' }, outcome: 'partly', targets: [] })).toBe('report-view:partly-capture');
  expect(titleOf({ plan: { kind: 'write' }, outcome: 'partly', targets: [] })).toBe('report-view:partly');
});

test('an ISO of WinPE is made, and is on no disk to unplug', () => {
  const { title, text } = outcomeWords(key, { plan: { kind: 'winpe', iso: { path: '/srv/winpe.iso' }, disks: [] }, outcome: 'done', targets: [] } as unknown as Report);
  expect([title, text]).toEqual(['report-view:done.iso', 'report-view:done-text.iso']);
});

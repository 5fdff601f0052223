import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import { reportSchema } from '../../src/contract/index.ts';
import { eventLog, loggable, openLog } from '../../src/main/services/log.ts';
import { findReport, keepReport, reportFileName, saveReport } from '../../src/main/services/reports.ts';
import { report, writePlan } from './plans.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'werkbank-reports-'));
});
afterEach(() => rm(folder, { recursive: true }));

const done = report('job-1', writePlan('disk.img', 'a'), 'done');

test('a report is found, named and saved', async () => {
  const states = [{ jobId: 'job-1', plan: done.plan, progress: null, report: done }];
  expect(findReport(states, 'job-1')).toBe(done);
  expect(findReport(states, 'job-2')).toBeNull();
  expect(reportFileName(done, 'html')).toBe('werkbank-write-2026-01-02-0304.html');
  await saveReport(done, null, join(folder, 'r.json'), 'json', 'en');
  expect(reportSchema.parse(JSON.parse(await readFile(join(folder, 'r.json'), 'utf8')))).toEqual(done);
  await saveReport(done, 'the list', join(folder, 'r.html'), 'html', 'nl');
  expect(await readFile(join(folder, 'r.html'), 'utf8')).toMatch(/^<!doctype html>\s*<html lang="nl"/i);
  expect(await readdir(folder)).toEqual(['r.files.sha256', 'r.html', 'r.json']);
  expect(await readFile(join(folder, 'r.files.sha256'), 'utf8')).toBe('the list');
});

test('a place that cannot be written is a named error', async () => {
  const saved = saveReport(done, null, join(folder, 'missing', 'r.json'), 'json', 'en');
  await expect(saved).rejects.toMatchObject({ code: 'destination-unwritable' });
});

test('every start has its log, and old ones go', async () => {
  for (let day = 10; day < 25; day++) {
    const log = openLog(folder, new Date(`2026-01-${day}T01:02:03Z`));
    log.warn({ ...loggable(new EngineError('image-not-found', { path: '/home/someone/secret.img' })) }, 'call failed');
  }
  const names = (await readdir(folder)).sort();
  expect(names).toHaveLength(10);
  expect(names.at(-1)).toBe('werkbank-2026-01-24T01-02-03.000Z.log');
  const text = await readFile(join(folder, names.at(-1) as string), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ code: 'image-not-found', msg: 'call failed' });
  expect(text).not.toContain('secret');
});

test('a fault without a name keeps its stack in the log', () => {
  expect(loggable(new EngineError('unexpected', {}, { cause: new Error('deep') }))['stack']).toContain('reports.test.ts');
});

test('what happens around a job is logged once, without saying which device', () => {
  const said: unknown[] = [];
  const log = eventLog({ warn: (line: unknown) => void said.push(line) } as never);
  const lost = { at: '2026-01-02T03:04:05.000Z', code: 'mains-lost', params: {} } as const;
  const left = { at: '2026-01-02T03:05:05.000Z', code: 'device-left', params: { disk: 'SanDisk', size: 1, path: '/dev/sdb' } } as const;
  log({ jobId: 'a', events: [] });
  log({ jobId: 'a', events: [lost] });
  log({ jobId: 'b', events: [lost] });
  log({ jobId: 'a', events: [lost, left] });
  log({ jobId: 'a', events: [lost, left] });
  expect(said).toEqual([
    { jobId: 'a', at: lost.at, code: 'mains-lost' }, { jobId: 'b', at: lost.at, code: 'mains-lost' }, { jobId: 'a', at: left.at, code: 'device-left' },
  ]);
});

test('a history that cannot be written is named, and the log does not say where it is', async () => {
  const said: unknown[] = [];
  const log = { error: (line: unknown) => void said.push(line) } as never;
  const full = { add: () => Promise.reject(new EngineError('history-unwritable', { path: '/home/someone/history', errno: 'ENOSPC' })) };
  expect(await keepReport(full, done, null, log)).toMatchObject({ code: 'history-unwritable', params: { errno: 'ENOSPC' } });
  expect(JSON.stringify(said)).not.toContain('someone');
  const kept: unknown[] = [];
  expect(await keepReport({ add: async (...given) => void kept.push(given) }, done, 'the list', log)).toBeNull();
  expect(kept).toEqual([[done, 'the list']]);
  expect(said).toHaveLength(1);
});

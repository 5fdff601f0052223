import type { JobProgress, Plan, Report } from '../../../../src/contract/index.ts';
import { harness } from '../harness.ts';
import { HISTORY, TROUBLE } from '../preflight-data.ts';
import { Refusal } from '../refusal.ts';
import { progressAt, reportOf } from '../simulation.ts';
import { imagingAnswers } from './imaging.ts';

const starts = new Map<string, number>();
const checked = new Map<string, Report['preflight']>();
let count = 0;

harness.jobs = new Map(harness.found);
harness.jump = (jobId, seconds) => {
  starts.set(jobId, seconds);
  step(jobId);
};

function step(jobId: string): void {
  const job = harness.jobs.get(jobId);
  if (!job || job.report) return;
  const progress: JobProgress = { ...progressAt(jobId, job.plan, starts.get(jobId) ?? 0, harness.failing), events: harness.happened };
  harness.jobs.set(jobId, { ...job, progress });
  harness.emit('job.progress', progress);
  if (progress.phase === 'done') end(jobId, { ...reportOf(jobId, job.plan, progress.elapsedSeconds, harness.failing, false), events: harness.happened, preflight: checked.get(jobId) ?? null });
}

function end(jobId: string, report: Report): void {
  const job = harness.jobs.get(jobId);
  if (job) harness.jobs.set(jobId, { ...job, report });
  harness.emit('job.ended', report);
}

setInterval(() => {
  for (const [jobId, seconds] of starts) {
    if (harness.pace > 0) {
      starts.set(jobId, seconds + 0.1 * harness.pace);
      step(jobId);
    }
  }
}, 100);

/** Jobs that run, and those that have ended. */
export const jobAnswers = {
  'job.limit': () => null,
  'job.start': ({ plan, preflight }: { plan: Plan; preflight: Report['preflight'] }) => {
    const jobId = `job-${(count += 1)}`;
    checked.set(jobId, preflight);
    harness.jobs.set(jobId, { jobId, plan, progress: null, report: null });
    starts.set(jobId, 0);
    return { jobId };
  },
  'job.cancel': ({ jobId }: { jobId: string }) => {
    const job = harness.jobs.get(jobId);
    if (job) end(jobId, reportOf(jobId, job.plan, starts.get(jobId) ?? 0, [], true));
    return null;
  },
  'job.list': () => [...harness.jobs.values()],
  'job.forget': ({ jobId }: { jobId: string }) => {
    harness.jobs.delete(jobId);
    return null;
  },
  'history.list': ({ search }: { search: string }) => ({ ...HISTORY, entries: HISTORY.entries.filter(({ words }) => search.toLowerCase().split(' ').every((word) => words.toLowerCase().includes(word))) }),
  'history.get': ({ id }: { id: string }): Report => {
    if (id !== 'job-past') throw new Refusal('history-corrupt', { path: id, reason: 'not-json' });
    const plan = imagingAnswers['plan.capture']({ disk: '/dev/sdb', partitions: null, destination: '/srv/images/BALIE-02-Windows-2026-11-21.qcow2', folders: [], parent: null, compression: 'balanced', memory: 'high', bytesPerSecond: 0, partBytes: 0, description: '', purpose: '', resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null });
    return { ...reportOf('job-past', plan, 754, [], false), events: harness.happened, preflight: { results: [...TROUBLE], accepted: ['encryption:bitlocker-locked:/dev/sdb#3'], skipped: false } };
  },
  'history.export': ({ search }: { search: string }) => ({ path: '/home/anna/tickets', count: search === '' ? HISTORY.entries.length : 1 }),
};

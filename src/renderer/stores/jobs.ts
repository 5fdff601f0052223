import { create } from 'zustand';
import type { JobProgress, JobState, Plan, PlainError, PreflightOutcome, Report } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { addSample, type Sample } from '../formatting/curve.ts';

/** A job as the window knows it; `curve` grows with its progress. */
export interface WatchedJob extends JobState {
  /** The progress that numbers in words are taken from: it changes twice a second, so that it can be read. */
  readonly shown: JobProgress | null;
  readonly curve: readonly Sample[];
}

interface JobsState {
  readonly jobs: Readonly<Record<string, WatchedJob>>;
  /** Set when the engine host went away on its own. */
  readonly engineGone: PlainError | null;
  /** Finds the jobs again after the window was reopened. */
  readonly load: () => Promise<void>;
  /** Runs a confirmed plan and returns its job. @throws CallError */
  readonly start: (plan: Plan, confirmed: Record<string, string[]>, preflight?: PreflightOutcome | null) => Promise<string>;
  readonly cancel: (jobId: string) => Promise<void>;
  readonly forget: (jobId: string) => Promise<void>;
  readonly progressed: (progress: JobProgress) => void;
  readonly ended: (report: Report) => void;
  readonly setEngineGone: (error: PlainError | null) => void;
}

const NO_SAMPLES: readonly Sample[] = [];
const SHOWN_SECONDS = 0.5;

/** Newer numbers are due after a while, and at once when something else than a number changed. */
function dueNumbers(shown: JobProgress | null, next: JobProgress): JobProgress {
  if (!shown || next.elapsedSeconds - shown.elapsedSeconds >= SHOWN_SECONDS || shown.phase !== next.phase) return next;
  const changed = next.targets.some((target, index) => target.state !== shown.targets[index]?.state || target.error !== null);
  return changed ? next : shown;
}

/** All jobs, running and ended. Progress comes ten times a second: components select the one value they show. */
export const useJobs = create<JobsState>((set, get) => {
  const update = (jobId: string, change: (job: WatchedJob) => WatchedJob) =>
    set((state) => {
      const job = state.jobs[jobId];
      return job ? { jobs: { ...state.jobs, [jobId]: change(job) } } : state;
    });

  let finding = false;
  /** A job that this window did not see begin: it was started for a page that has gone since. */
  const find = (jobId: string) => {
    if (get().jobs[jobId] || finding) return;
    finding = true;
    void get().load().catch(() => undefined).finally(() => {
      finding = false;
    });
  };

  return {
    jobs: {},
    engineGone: null,
    load: async () => {
      const found = await call('job.list', null);
      set((state) => ({
        jobs: Object.fromEntries(found.map((job) => {
          const known = state.jobs[job.jobId];
          // A list that was drawn up before an event is not newer than the event.
          return [job.jobId, { ...job, report: job.report ?? known?.report ?? null, shown: job.progress, curve: known?.curve ?? NO_SAMPLES }];
        })),
      }));
    },
    start: async (plan, confirmed, preflight = null) => {
      const { jobId } = await call('job.start', { plan, confirmed, preflight });
      set((state) => ({
        engineGone: null,
        jobs: { ...state.jobs, [jobId]: state.jobs[jobId] ?? { jobId, plan, progress: null, shown: null, report: null, curve: NO_SAMPLES } },
      }));
      // Events may have come before the answer: what the host knows is the truth. That it does not say it changes nothing about the job.
      await get().load().catch(() => undefined);
      return jobId;
    },
    cancel: async (jobId) => {
      await call('job.cancel', { jobId });
    },
    forget: async (jobId) => {
      await call('job.forget', { jobId });
      set((state) => ({ jobs: Object.fromEntries(Object.entries(state.jobs).filter(([id]) => id !== jobId)) }));
    },
    progressed: (progress) => {
      find(progress.jobId);
      update(progress.jobId, (job) => ({ ...job, progress, shown: dueNumbers(job.shown, progress), curve: addSample(job.curve, progress) }));
    },
    ended: (report) => {
      find(report.jobId);
      update(report.jobId, (job) => ({ ...job, report }));
    },
    setEngineGone: (engineGone) => set({ engineGone }),
  };
});

/** One value of one job; a component using it draws again only when that value changes. */
export function useJob<T>(jobId: string, select: (job: WatchedJob) => T): T | undefined {
  return useJobs((state) => {
    const job = state.jobs[jobId];
    return job && select(job);
  });
}

import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { startJob, type Job } from '../../native-free-engine/index.ts';
import type {
  CallInput, Disk, FormatPlan, FormatRequest, ImageInfo, JobProgress, JobState, Plan, ReadPlan, ReadRequest, Report, WritePlan, WriteRequest,
} from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import type { JobEnvironment } from './context.ts';
import { FormatJob } from './format-job.ts';
import { checkConfirmed } from './identity.ts';
import { inspectImage } from './inspect.ts';
import { planFormat, planRead, planWrite } from './plan.ts';
import { ReadJob } from './read-job.ts';
import { runToReport, type JobBody } from './run.ts';
import { WriteJob } from './write-job.ts';

/** Everything a screen or a terminal can have done. */
export interface JobService {
  disks(): Promise<readonly Disk[]>;
  inspect(location: string): Promise<ImageInfo>;
  planWrite(request: WriteRequest): Promise<WritePlan>;
  planRead(request: ReadRequest): Promise<ReadPlan>;
  planFormat(request: FormatRequest): Promise<FormatPlan>;
  /** The disks of the plan cannot be opened with the rights this process has. */
  needsRights(plan: Plan): Promise<boolean>;
  /**
   * Runs a plan. The job's result is always a report; one that was refused, failed or cancelled says so in it.
   * @param confirmed the codes of the reasons agreed to, by `Disk.id`
   * @throws EngineError `disk-needs-confirmation`
   */
  start(plan: Plan, confirmed: Readonly<Record<string, readonly string[]>>): { readonly jobId: string; readonly job: Job<Report, JobProgress> };
  cancel(jobId: string): void;
  /** Running jobs and ended ones not yet forgotten, oldest first. */
  list(): JobState[];
  forget(jobId: string): void;
  practiceCreate(request: CallInput<'practice.create'>): Promise<Disk>;
  practiceRemove(diskId: string): Promise<void>;
}

interface Entry {
  readonly plan: Plan;
  readonly job: Job<Report, JobProgress>;
  report: Report | null;
}

export function createJobService(host: Host, options: { readonly version: string; readonly tempDir?: string }): JobService {
  const environment: JobEnvironment = { host, version: options.version, tempDir: options.tempDir ?? tmpdir() };
  const entries = new Map<string, Entry>();
  const inspect = (location: string): Promise<ImageInfo> => inspectImage(location, { tempDir: environment.tempDir, signal: new AbortController().signal });

  return {
    disks: () => host.disks.list(),
    inspect,
    planWrite: async (request) => planWrite(host, request, await inspect(request.location)),
    planRead: (request) => planRead(host, request),
    planFormat: (request) => planFormat(host, request),
    async needsRights(plan) {
      const answers = await Promise.all(disksOf(plan).map((identity) => host.targets.needsRights(identity)));
      return answers.includes(true);
    },
    start(plan, confirmed) {
      if (plan.kind !== 'read') checkConfirmed(plan.kind === 'write' ? plan.disks : [plan.disk], confirmed);
      const jobId = randomUUID();
      const body = bodyOf(plan, environment);
      const job = startJob<Report, JobProgress>(jobId, (context) => runToReport(jobId, plan, environment, body, context));
      const entry: Entry = { plan, job, report: null };
      entries.set(jobId, entry);
      void job.result.then((report) => (entry.report = report), () => undefined);
      return { jobId, job };
    },
    cancel: (jobId) => entries.get(jobId)?.job.cancel(),
    list: () => [...entries].map(([jobId, { plan, job, report }]) => ({ jobId, plan, progress: job.progress(), report })),
    forget(jobId) {
      if (entries.get(jobId)?.report) entries.delete(jobId);
    },
    practiceCreate: (request) => host.practice.create(request),
    practiceRemove: (diskId) => host.practice.remove(diskId),
  };
}

function disksOf(plan: Plan): readonly WritePlan['disks'][number]['identity'][] {
  if (plan.kind === 'read') return [plan.disk];
  return plan.kind === 'write' ? plan.disks.map((disk) => disk.identity) : [plan.disk.identity];
}

function bodyOf(plan: Plan, environment: JobEnvironment): JobBody {
  if (plan.kind === 'write') return new WriteJob(plan, environment);
  if (plan.kind === 'read') return new ReadJob(plan, environment);
  return new FormatJob(plan, environment);
}


import { hostname, release, type as systemType } from 'node:os';
import type { JobProgress, Plan, PlainError, PlannedDisk, Report, TargetOutcome } from '../contract/index.ts';
import { withoutSecrets } from './secrets.ts';

/** What is known of a job whose process went away in the middle. */
interface LostJob {
  readonly jobId: string;
  readonly plan: Plan;
  readonly startedAt: Date;
  readonly progress: JobProgress | null;
  readonly preflight: Report['preflight'];
}

/**
 * The report of a job that could not make one: each disk that was not finished ended with `error`. `outcome`: `failed` when its process died,
 * `unknown` when it went on unseen.
 */
export function lostReport({ jobId, plan, startedAt, progress, preflight }: LostJob, error: PlainError, version: string, outcome: 'failed' | 'unknown', endedAt = new Date()): Report {
  return {
    jobId, program: 'Werkbank', version, host: { name: hostname(), system: systemType(), release: release() },
    startedAt: startedAt.toISOString(), endedAt: endedAt.toISOString(), elapsedSeconds: (endedAt.getTime() - startedAt.getTime()) / 1000,
    plan: withoutSecrets(plan), outcome, error, checksums: [], expectedMatched: null, files: null,
    targets: writtenDisks(plan).map((disk) => outcomeOf(disk, plan, progress, error, outcome)),
    imaging: null, speedCurve: [], events: progress?.events ?? [], preflight, machine: null,
  };
}

/** The disks that a plan writes. */
function writtenDisks(plan: Plan): readonly PlannedDisk[] {
  return 'disks' in plan ? plan.disks : plan.kind === 'format' || plan.kind === 'drivers' ? [plan.disk] : [];
}

function outcomeOf({ identity: { id, model, serial, size }, number }: PlannedDisk, plan: Plan, progress: JobProgress | null, error: PlainError, left: 'failed' | 'unknown'): TargetOutcome {
  const target = progress?.targets.find(({ disk }) => disk === id);
  const finished = target?.state === 'done';
  return {
    disk: id, number, model, serial, size,
    outcome: finished ? ('verify' in plan && plan.verify ? 'verified' : 'written') : target?.state === 'cancelled' ? 'cancelled' : target?.state === 'failed' ? 'failed' : left,
    error: finished ? null : (target?.error ?? error),
    bytesWritten: 0, bytesSkipped: 0, bytesVerified: 0, writeSeconds: 0, verifySeconds: 0, sha256: null, ejected: false, notes: [],
  };
}

import { hostname, release, type as systemType } from 'node:os';
import { isAbort, toEngineError, type EngineError, type FileHashes, type JobContext } from '../../native-free-engine/index.ts';
import type { ImagingOutcome, JobEvent, JobProgress, Plan, PreflightOutcome, Report, TargetOutcome } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { quietProgress, type Told } from './progress.ts';
import { withoutSecrets } from './secrets.ts';
import { SpeedCurve } from './speed-curve.ts';
import { watchSurroundings } from './surroundings.ts';

/** What a kind of job found out by the time it ended well. */
export interface JobFindings {
  readonly targets: TargetOutcome[];
  readonly checksums: Report['checksums'];
  readonly expectedMatched: boolean | null;
  /** For media made of files. */
  readonly files?: FileHashes | null;
  /** For jobs with an image of a disk. */
  readonly imaging?: ImagingOutcome;
  /** What is wrong although the job got to its end: `failed` for damage that was found, `partly` for an image with holes. */
  readonly flaw?: { readonly outcome: 'failed' | 'partly'; readonly error: EngineError };
}

/** Tells how far a job is; the rest of {@link JobProgress} is filled in. */
export type Tell = (progress: Told) => void;

/** The part of a job that differs from kind to kind. */
export interface JobBody {
  run(signal: AbortSignal, tell: Tell): Promise<JobFindings>;
  /** What the report says of each disk when the job did not get to its end; `outcome` for those that had no fault of their own. */
  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[];
  /** What can be said of the image of a job that did not get to its end. */
  imagingSoFar?(): ImagingOutcome | null;
  /** Changes the speed while it runs. Bytes a second, 0 for as fast as it goes. */
  setLimit?(bytesPerSecond: number): void;
}

/**
 * Runs a job to its report. There is always one: a job that was cancelled,
 * refused or failed says so in it.
 * @param keepSums takes the list of files that is too long for the report: see {@link FileHashes.sums}
 */
export async function runToReport(
  jobId: string,
  plan: Plan,
  environment: JobEnvironment,
  body: JobBody,
  preflight: PreflightOutcome | null,
  context: JobContext<JobProgress>,
  keepSums: (sums: string) => void,
): Promise<Report> {
  const startedAt = new Date();
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const curve = new SpeedCurve();
  const machine = environment.host.machine();
  let events: readonly JobEvent[] = [];
  let last: Told = quietProgress('preparing');
  const show = (): void => context.report({ jobId, elapsedSeconds: elapsed(), ...last, events: [...events] });
  const tell: Tell = (progress) => {
    curve.add(elapsed(), progress.speed, progress.phase);
    last = progress;
    show();
  };
  const stopWatching = watchSurroundings(environment.host, plan, (event) => {
    events = [...events, event];
    show();
  });

  let findings: JobFindings | null = null;
  let error: EngineError | null = null;
  let cancelled = false;
  try {
    findings = await body.run(context.signal, tell);
  } catch (thrown) {
    cancelled = context.signal.aborted || isAbort(thrown);
    if (!cancelled) error = toEngineError(thrown);
  } finally {
    stopWatching();
  }
  if (findings?.files) keepSums(findings.files.sums);
  const targets = findings?.targets ?? body.targetsSoFar(cancelled ? 'cancelled' : 'failed');
  return {
    jobId,
    program: 'Werkbank',
    version: environment.version,
    host: { name: hostname(), system: systemType(), release: release() },
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    elapsedSeconds: elapsed(),
    plan: withoutSecrets(plan),
    outcome: cancelled ? 'cancelled' : (findings?.flaw?.outcome ?? outcomeOf(error, targets)),
    error: (error ?? findings?.flaw?.error)?.toPlain() ?? null,
    checksums: findings?.checksums ?? [],
    expectedMatched: findings?.expectedMatched ?? (error?.code === 'checksum-mismatch' ? false : null),
    files: reportedFiles(findings?.files ?? null),
    targets,
    imaging: findings?.imaging ?? body.imagingSoFar?.() ?? null,
    speedCurve: curve.points(),
    events: [...events],
    preflight,
    machine: await machine,
  };
}

const reportedFiles = (files: FileHashes | null): Report['files'] =>
  files && { count: files.count, bytes: files.bytes, sha256: files.sha256, list: files.list && files.list.map((file) => ({ ...file })) };

function outcomeOf(error: EngineError | null, targets: readonly TargetOutcome[]): Report['outcome'] {
  if (error) return 'failed';
  const failed = targets.filter((target) => target.outcome === 'failed').length;
  if (failed === 0) return 'done';
  return failed === targets.length ? 'failed' : 'partly';
}

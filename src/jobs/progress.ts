import type { LaneProgress, WriteProgress } from '../../native-free-engine/index.ts';
import type { JobProgress, Phase, TargetProgress } from '../contract/index.ts';

/** What a job says of how far it is; who it is, for how long it runs and what happened around it is added where it runs. */
export type Told = Omit<JobProgress, 'jobId' | 'elapsedSeconds' | 'events'>;

/** Before and after the disks are at work there is nothing to measure. */
export function quietProgress(phase: Phase, done = 0, total: number | null = null, speed = 0): Told {
  return {
    phase,
    fraction: null,
    bytesDone: done,
    bytesTotal: total,
    speed,
    etaSeconds: total !== null && speed > 0 ? (total - done) / speed : null,
    bottleneck: null,
    stored: null,
    retrying: false,
    badBytes: 0,
    stalledSeconds: 0,
    targets: [],
  };
}

const PHASE_BY_STATE: Partial<Record<LaneProgress['state'], Phase>> = {
  waiting: 'writing', writing: 'writing', finishing: 'finishing', verifying: 'verifying', ejecting: 'ejecting',
};

/** The earliest thing that any disk still does names the phase of the whole. */
const PHASE_ORDER: readonly Phase[] = ['writing', 'finishing', 'verifying', 'ejecting'];

/** What the pipeline says, as the screens want it. `storedSize`: bytes of the packed file, for a bar while the size is unknown. */
export function writingProgress(progress: WriteProgress, verify: boolean, storedSize: number | null): Told {
  const passes = verify ? 2 : 1;
  const total = progress.bytesTotal;
  const packedShare = progress.bytesConsumed !== null && storedSize ? Math.min(1, progress.bytesConsumed / storedSize) : null;
  const alive = progress.lanes.filter((lane) => lane.state !== 'failed' && lane.state !== 'cancelled');
  const active = alive.filter((lane) => lane.state !== 'done');
  const phases = new Set(active.flatMap((lane) => PHASE_BY_STATE[lane.state] ?? []));

  const share = (lane: LaneProgress): number | null => {
    if (lane.state === 'done' || lane.state === 'ejecting') return 1;
    const past = lane.state === 'verifying' ? 1 : 0;
    const within = total ? Math.min(1, lane.bytesDone / total) : packedShare;
    return within === null ? null : (past + within) / passes;
  };
  const shares = alive.map(share);
  const known = shares.filter((value) => value !== null);
  const eta = (lane: LaneProgress): number | null => {
    if (lane.etaSeconds === null) return null;
    const stillToVerify = verify && lane.state === 'writing' && total !== null && lane.speed > 0 ? total / lane.speed : 0;
    return lane.etaSeconds + stillToVerify;
  };
  const etas = active.map(eta);
  return {
    ...quietProgress('writing'),
    phase: PHASE_ORDER.find((phase) => phases.has(phase)) ?? 'done',
    // The slowest disk decides when the job is over.
    fraction: known.length > 0 && known.length === shares.length ? Math.min(...known) : null,
    bytesDone: sum(alive.map((lane) => lane.bytesDone + (lane.state === 'verifying' || lane.state === 'ejecting' || (verify && lane.state === 'done') ? (total ?? 0) : 0))),
    bytesTotal: total === null ? null : total * passes * alive.length,
    speed: sum(active.map((lane) => lane.speed)),
    etaSeconds: etas.length > 0 && etas.every((value) => value !== null) ? Math.max(...etas) : null,
    bottleneck: progress.bottleneck && { kind: progress.bottleneck.kind, disk: progress.bottleneck.id },
    targets: progress.lanes.map(targetProgress),
  };
}

/** Several writes at once as one. */
export function togetherProgress(parts: readonly Told[]): Told {
  const [first] = parts;
  if (!first || parts.length === 1) return first ?? quietProgress('writing');
  const active = parts.filter(({ phase }) => phase !== 'done');
  const every = (pick: (part: Told) => number | null, from: readonly Told[], join: (values: number[]) => number): number | null => {
    const values = from.map(pick);
    return values.length > 0 && values.every((value) => value !== null) ? join(values) : null;
  };
  return {
    ...first,
    phase: PHASE_ORDER.find((phase) => active.some((part) => part.phase === phase)) ?? 'done',
    fraction: every((part) => part.fraction, parts, (values) => Math.min(...values)),
    bytesDone: sum(parts.map((part) => part.bytesDone)),
    bytesTotal: every((part) => part.bytesTotal, parts, sum),
    speed: sum(active.map((part) => part.speed)),
    etaSeconds: every((part) => part.etaSeconds, active, (values) => Math.max(...values)),
    bottleneck: active.find((part) => part.bottleneck)?.bottleneck ?? null,
    targets: parts.flatMap((part) => part.targets),
  };
}

function targetProgress(lane: LaneProgress): TargetProgress {
  const { id, detached: _, error, ...rest } = lane;
  return { disk: id, ...rest, error: error?.toPlain() ?? null };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

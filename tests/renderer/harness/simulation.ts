import type { JobProgress, Phase, Plan, Report, TargetProgress } from '../../../src/contract/index.ts';
import { imagingOutcome } from './imaging-data.ts';

/** A job that prepares for 2 seconds, writes for 40, verifies for 25, and ends. */
const PREPARING = 2;
const WRITING = 42;
const VERIFYING = 67;
const TOTAL = 3_221_225_472;

const wobble = (seconds: number, base: number) => base * (1 + 0.12 * Math.sin(seconds * 0.9) + 0.06 * Math.sin(seconds * 2.7) - (seconds % 17 > 15 ? 0.35 : 0));

function disksOf(plan: Plan) {
  if (plan.kind === 'verify' || plan.kind === 'convert' || plan.kind === 'iso' || plan.kind === 'extract') return [];
  return plan.kind === 'write' || plan.kind === 'restore' || plan.kind === 'windows-stick' || plan.kind === 'winpe' ? plan.disks.map((disk) => ({ ...disk.identity, number: disk.number }))
    : plan.kind === 'format' || plan.kind === 'drivers' ? [{ ...plan.disk.identity, number: plan.disk.number }] : [{ ...plan.disk, number: plan.number }];
}

const PHASES: Readonly<Record<Plan['kind'], Phase>> = {
  write: 'writing', read: 'reading', format: 'formatting', capture: 'capturing', restore: 'restoring', verify: 'verifying', convert: 'converting',
  'windows-stick': 'writing', winpe: 'writing', iso: 'writing', extract: 'writing', drivers: 'writing',
};

export function progressAt(jobId: string, plan: Plan, seconds: number, failing: readonly string[]): JobProgress {
  const phase: Phase = seconds < PREPARING ? 'preparing' : seconds < WRITING ? PHASES[plan.kind] : seconds < VERIFYING ? 'verifying' : 'done';
  const share = phase === 'preparing' ? 0 : phase === 'verifying' || phase === 'done' ? (seconds - WRITING) / (VERIFYING - WRITING) : (seconds - PREPARING) / (WRITING - PREPARING);
  const speed = phase === 'preparing' || phase === 'done' ? 0 : wobble(seconds, phase === 'verifying' ? 128e6 : 80e6);
  const targets: TargetProgress[] = disksOf(plan).map((disk, index) => {
    const slow = index === 1 ? 0.7 : 1;
    const failed = failing.includes(disk.id) && seconds > 20;
    return {
      disk: disk.id,
      state: failed ? 'failed' : phase === 'preparing' ? 'waiting' : phase === 'done' ? 'done' : phase === 'verifying' ? 'verifying' : 'writing',
      bytesDone: Math.round(TOTAL * Math.min(1, Math.max(0, share)) * slow), bytesTotal: TOTAL, speed: speed * slow,
      etaSeconds: phase === 'preparing' ? null : Math.max(1, VERIFYING - seconds), stalledSeconds: index === 1 && seconds > 25 && seconds < 35 ? seconds - 25 : 0,
      error: failed ? { code: 'target-write-failed', params: { disk: disk.model, offset: 1_234_567_168, detail: 'EIO' }, retryable: true, place: null, detail: 'EIO' } : null,
    };
  });
  return {
    jobId, events: [], phase, fraction: Math.min(1, seconds / VERIFYING), bytesDone: Math.round(TOTAL * Math.min(1, Math.max(0, share))), bytesTotal: TOTAL, speed,
    etaSeconds: phase === 'preparing' ? null : Math.max(1, VERIFYING - seconds), elapsedSeconds: seconds,
    bottleneck: phase === 'preparing' ? null : { kind: plan.kind === 'capture' ? 'source' : 'target', disk: disksOf(plan).at(-1)?.id ?? null },
    stored: plan.kind === 'capture' ? Math.round(TOTAL * 0.58 * Math.min(1, Math.max(0, share))) : null, retrying: plan.kind === 'capture' && seconds > 20 && seconds < 30,
    badBytes: plan.kind === 'capture' && seconds > 25 ? 12_288 : 0, stalledSeconds: 0, targets: plan.kind === 'capture' ? [] : targets,
  };
}

/** The disk that is captured here has bad places. */
const WITH_HOLES = { outcome: 'partly', error: { code: 'source-bad-sectors', params: { bytes: 12_288, disk: 'Kingston DataTraveler Max' }, retryable: false, place: null, detail: '' } } as const;

export function reportOf(jobId: string, plan: Plan, seconds: number, failing: readonly string[], cancelled: boolean): Report {
  const targets: Report['targets'] = disksOf(plan).map((disk) => {
    const failed = failing.includes(disk.id);
    return {
      disk: disk.id, number: disk.number, model: disk.model, serial: disk.serial, size: disk.size,
      outcome: cancelled ? 'cancelled' : failed ? 'failed' : 'verify' in plan && plan.verify ? 'verified' : 'written',
      error: failed ? { code: 'target-write-failed', params: { disk: disk.model, offset: 1_234_567_168, detail: 'EIO' }, retryable: true, place: null, detail: 'EIO' } : null,
      bytesWritten: 1_900_000_000, bytesSkipped: TOTAL - 1_900_000_000, bytesVerified: failed || cancelled ? 0 : TOTAL, writeSeconds: 40, verifySeconds: 25,
      sha256: failed || cancelled ? null : '9f2d1c5e8b7a46033d0f1e2c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978', ejected: 'eject' in plan && plan.eject && !failed && !cancelled, notes: [],
    };
  });
  const failed = targets.filter((target) => target.outcome === 'failed').length;
  return {
    jobId, program: 'Werkbank', version: '0.1.0', host: { name: 'bench-2', system: 'Linux', release: '6.12' }, startedAt: '2026-11-21T09:30:00Z', endedAt: '2026-11-21T09:31:07Z', elapsedSeconds: seconds, plan,
    ...(plan.kind === 'capture' && !cancelled ? WITH_HOLES : { outcome: cancelled ? 'cancelled' : failed === 0 ? 'done' : failed === targets.length ? 'failed' : 'partly', error: null }),
    checksums: [{ algorithm: 'sha256', hex: '9f2d1c5e8b7a46033d0f1e2c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978', from: null }], expectedMatched: cancelled || plan.kind !== 'write' ? null : true,
    targets: plan.kind === 'capture' ? [] : targets, imaging: imagingOutcome(plan),
    files: plan.kind === 'windows-stick' && !cancelled ? { count: 923, bytes: 5_400_000_000, sha256: '0d3a1c5e8b7a46033d0f1e2c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978', list: [] } : null,
    events: [], preflight: null, machine: { maker: 'Dell Inc.', model: 'OptiPlex 7090', serial: '7XK3P93', firmware: 'UEFI Dell Inc. 1.24.0 2025-03-11', memory: 16_700_000_000, processor: 'Intel Core i5-11500', system: 'Debian GNU/Linux 13 (trixie)' },
    speedCurve: Array.from({ length: 80 }, (_, index) => {
      const at = (seconds * (index + 1)) / 80;
      const { speed, phase } = progressAt(jobId, plan, Math.min(at, VERIFYING - 0.1), failing);
      return { seconds: at, speed, phase };
    }),
  };
}

import type { CapturePlan, CheckResult, Disk, DiskIdentity, JobProgress, PreflightRequest, Report, WritePlan } from '../../src/contract/index.ts';

/** Invented disks, plans and reports, complete enough for the contract's schemas. */
export function identity(id: string): DiskIdentity {
  return { id, path: id, model: 'Stick', serial: 'S1', size: 1_000_000, bus: 'usb', tableHash: null };
}

export function disk(id: string): Disk {
  return {
    id, number: 1, path: id, practice: false, model: 'Stick', serial: 'S1', size: 1_000_000, bus: 'usb', removable: true, readOnly: false,
    logicalSectorSize: 512, physicalSectorSize: 512, table: 'none', partitions: [], verdict: { kind: 'writable', reasons: [], score: 90 },
  };
}

/** `name` tells the fake engine host how the job goes: see fake-engine-host.ts. */
export function writePlan(name: string, ...disks: string[]): WritePlan {
  return {
    kind: 'write', id: `plan-${name}`, createdAt: '2026-01-02T03:04:05.000Z', steps: [],
    image: { location: name, name, chain: [], size: 1, storedSize: 1, kind: 'disk', table: 'none', partitions: [], label: '', mappedBytes: null, expected: [] },
    expected: null, verify: true, eject: false,
    disks: disks.map((id) => ({ identity: identity(id), number: 1, practice: false, loses: [], confirm: [], systemDiskAllowed: false })),
  };
}

export function capturePlan(diskId: string): CapturePlan {
  return {
    kind: 'capture', id: `plan-${diskId}`, createdAt: '2026-01-02T03:04:05.000Z', steps: [], disk: identity(diskId), number: 1, practice: false, logicalSectorSize: 512, table: 'none',
    partitions: [], chosen: null, destination: '/images/a.qcow2', usedBytes: 1, estimatedBytes: 1, freeBytes: null, parent: null, unfinished: null, stops: [], notes: [],
    compression: 'balanced', memory: 'low', bytesPerSecond: 0, partBytes: 0, description: '', purpose: '', resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null,
  };
}

export function progress(jobId: string, fraction: number): JobProgress {
  return { jobId, phase: 'writing', fraction, bytesDone: 0, bytesTotal: 1, speed: 0, etaSeconds: null, elapsedSeconds: 0, bottleneck: null, stored: null, retrying: false, badBytes: 0, stalledSeconds: 0, targets: [], events: [] };
}

export function report(jobId: string, plan: Report['plan'], outcome: Report['outcome']): Report {
  return {
    jobId, program: 'werkbank', version: '0', host: { name: 'h', system: 's', release: 'r' }, startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:04:06.000Z', elapsedSeconds: 1, plan, outcome, error: null, checksums: [], expectedMatched: null, files: null, targets: [], imaging: null, speedCurve: [], events: [], preflight: null, machine: null,
  };
}

/** What a check may say: a warning that is told apart by its code. */
export function checkResult(code: string, pid = 0): CheckResult {
  return { check: 'power', subject: { kind: 'machine', id: '', name: '' }, verdict: 'warning', finding: { code, params: { pid } }, evidence: [], remedies: [], overridable: true };
}

export const preflightRequest = (changes: Partial<PreflightRequest> = {}): PreflightRequest => ({
  job: 'capture', sources: [], targets: [], image: null, imagePartitions: null, destination: null, parent: null, folders: [], nameTemplate: '{machine}', purpose: '',
  compression: 'balanced', partBytes: 0, manyMachines: false, checks: null, optional: [], ...changes,
});

import { AbortError, EngineError, known, startJob } from '../../native-free-engine/index.ts';
import type { CapturePlan, CheckResult, Disk, JobProgress, Plan, PlannedDisk, PreflightOutcome, PreflightRequest, Report, TargetProgress, WritePlan } from '../../src/contract/index.ts';
import { capturePlan } from '../main/plans.ts';
import type { Services } from '../../src/cli/services.ts';
import type { Host } from '../../src/host/host.ts';
import type { JobService } from '../../src/jobs/index.ts';

export const stick: Disk = {
  id: '/dev/sdx', number: 3, path: '/dev/sdx', practice: false, model: 'SanDisk Ultra', serial: '4C53', size: 15_728_640_000, bus: 'usb', removable: true,
  readOnly: false, logicalSectorSize: 512, physicalSectorSize: 512, table: 'mbr',
  partitions: [{
    number: 1, offset: 1048576, length: 15_000_000_000, type: '0x0C', name: '', role: 'data', fileSystem: { kind: 'fat32', label: 'PHOTOS\u001b[2J', uuid: '' },
    mountPoints: [], usedBytes: 2_000_000_000, active: false,
  }],
  verdict: { kind: 'writable', reasons: [{ code: 'removable', params: {} }], score: 100 },
};

export const internalDisk: Disk = {
  ...stick, id: '/dev/sdy', number: 4, path: '/dev/sdy', model: 'Samsung SSD 870', serial: 'S5', bus: 'sata', removable: false, partitions: [],
  verdict: { kind: 'confirm', reasons: [{ code: 'internal', params: {} }], score: 10 },
};

export const systemDisk: Disk = {
  ...internalDisk, id: '/dev/sdz', number: 0, path: '/dev/sdz', model: 'System SSD', verdict: { kind: 'hidden', reasons: [{ code: 'system', params: {} }], score: 0 },
};

export interface Script {
  readonly disks?: readonly Disk[];
  readonly needsRights?: boolean;
  /** Thrown by `planWrite`. */
  readonly planError?: EngineError;
  /** What the report says differently. */
  readonly report?: Partial<Report>;
  /** The job goes on until it is cancelled. */
  readonly endless?: boolean;
  readonly history?: Services['history'];
  /** Filled with what `start` was told. */
  readonly started?: { plan: Plan; confirmed: Readonly<Record<string, readonly string[]>>; preflight: PreflightOutcome | null }[];
  /** Of the plan of a capture: what has to be agreed to by name. */
  readonly stops?: CapturePlan['stops'];
  /** What the checks before a job say; nothing without it. */
  readonly checks?: readonly CheckResult[];
  /** Filled with what was checked. */
  readonly checked?: PreflightRequest[];
}

/** A job service that writes nothing and answers at once: for what the terminal itself does. */
export function createServices(script: Script = {}): Services {
  const list = script.disks ?? [stick, internalDisk, systemDisk];
  const jobs = new Map<string, () => void>();
  const find = (spec: string): Promise<Disk> => {
    const disk = list.find((candidate) => candidate.id === spec || String(candidate.number) === spec);
    return disk ? Promise.resolve(disk) : Promise.reject(new EngineError('disk-not-found', { disk: spec }));
  };
  const service: Partial<JobService> = {
    disks: () => Promise.resolve(list),
    planWrite: async (request) => {
      if (script.planError) throw script.planError;
      const disks = await Promise.all(request.disks.map(find));
      const image: WritePlan['image'] = {
        location: request.location, name: 'linux.img', chain: [], size: 1_000_000, storedSize: 1_000_000, kind: 'disk', table: 'gpt', partitions: [], label: '',
        mappedBytes: null, expected: [],
      };
      return {
        kind: 'write', id: 'plan', createdAt: '', steps: [{ code: 'write', params: { disk: 'it' } }], image, expected: null, verify: request.verify, eject: request.eject,
        disks: disks.map((disk) => planned(disk, request.allowSystemDisk)),
      };
    },
    needsRights: () => Promise.resolve(script.needsRights ?? false),
    preflight: {
      run: async (request, { signal }) => {
        script.checked?.push(request);
        if (script.endless) await new Promise<void>((resolve) => setTimeout(resolve, 20));
        if (signal.aborted) throw new AbortError();
        return [...(script.checks ?? [])];
      },
      remedy: () => Promise.resolve(),
    },
    planCapture: async (request) => ({ ...capturePlan(request.disk), stops: [...(script.stops ?? [])] }),
    start: (plan, confirmed, preflight = null) => {
      script.started?.push({ plan, confirmed, preflight });
      const job = startJob<Report, JobProgress>('job-1', async (context) => {
        context.report(progress(plan, 'writing'));
        if (script.endless) {
          await new Promise<void>((_, reject) => {
            const timer = setTimeout(() => reject(new Error('nobody cancelled')), 5000);
            context.signal.addEventListener('abort', () => {
              clearTimeout(timer);
              reject(new AbortError());
            });
          }).catch((error: unknown) => {
            if (!(error instanceof AbortError)) throw error;
          });
          return ended(plan, { outcome: 'cancelled' });
        }
        context.report(progress(plan, 'done'));
        return ended(plan, { preflight, ...script.report });
      });
      jobs.set('job-1', () => job.cancel());
      return { jobId: 'job-1', job };
    },
    cancel: (jobId) => jobs.get(jobId)?.(),
    sums: () => null,
  };
  const host: Pick<Host, 'disks' | 'power'> & { facts: Pick<Host['facts'], 'reachable'> } = {
    facts: { reachable: (path) => Promise.resolve(known(true, path)) },
    disks: { list: () => Promise.resolve(list), find, watch: () => () => undefined, watchDevices: () => () => undefined, identify: () => Promise.reject(new Error()), holding: () => Promise.resolve([]) },
    power: { watchMains: () => () => undefined, keepAwake: () => () => undefined },
  };
  const none = (): Promise<never> => Promise.reject(new Error());
  return { host: host as Host, jobs: service as JobService, history: script.history ?? { add: () => Promise.resolve(), list: none, get: none, sums: none } };
}

function planned(disk: Disk, systemDiskAllowed: boolean): PlannedDisk {
  const { id, path, model, serial, size, bus, number, practice, partitions } = disk;
  return {
    identity: { id, path, model, serial, size, bus, tableHash: null }, number, practice, loses: partitions, systemDiskAllowed,
    confirm: disk.verdict.kind === 'writable' ? [] : [...disk.verdict.reasons],
  };
}

const disksOf = (plan: Plan): readonly PlannedDisk[] => (plan.kind === 'write' ? plan.disks : []);

function progress(plan: Plan, state: TargetProgress['state']): JobProgress {
  const half = state === 'done' ? 1 : 0.5;
  return {
    jobId: 'job-1', phase: state === 'done' ? 'done' : 'writing', fraction: half, bytesDone: 1_000_000 * half, bytesTotal: 1_000_000, speed: 23_400_000, etaSeconds: 65,
    elapsedSeconds: 1, bottleneck: { kind: 'source', disk: null }, stored: null, retrying: false, badBytes: 0, stalledSeconds: 0, events: [],
    targets: disksOf(plan).map(({ identity }) => ({
      disk: identity.id, state, bytesDone: 1_000_000 * half, bytesTotal: 1_000_000, speed: 23_400_000, etaSeconds: 65, stalledSeconds: 0, error: null,
    })),
  };
}

function ended(plan: Plan, change: Partial<Report>): Report {
  return {
    jobId: 'job-1', program: 'Werkbank', version: '0', host: { name: 'bench', system: 'Linux', release: '6' }, startedAt: '', endedAt: '', elapsedSeconds: 2, plan,
    outcome: 'done', error: null, checksums: [], expectedMatched: null, files: null, imaging: null, speedCurve: [], events: [], preflight: null, machine: null,
    targets: disksOf(plan).map(({ identity, number }) => ({
      disk: identity.id, number, model: identity.model, serial: identity.serial, size: identity.size, outcome: 'verified', error: null, bytesWritten: 1_000_000,
      bytesSkipped: 0, bytesVerified: 1_000_000, writeSeconds: 1, verifySeconds: 1, sha256: null, ejected: false, notes: [],
    })),
    ...change,
  };
}

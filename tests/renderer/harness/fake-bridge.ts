import type { Bridge, CallName, Disk, EventName, FormatPlan, JobProgress, JobState, Plan, PlainError, PlannedDisk, ReadPlan, Report, Settings, WritePlan } from '../../../src/contract/index.ts';
import { DISKS, IMAGE, WINDOWS_ISO } from './data.ts';
import { progressAt, reportOf } from './simulation.ts';

/** What a test may set before the window starts, and do while it runs. */
export interface Harness {
  settings: Settings;
  systemLanguage: string;
  preview: boolean;
  disks: readonly Disk[];
  /** Seconds that pass in a job for each second of the clock; 0 stops them. */
  pace: number;
  /** Every call made, oldest first. */
  readonly calls: { name: string; input: unknown }[];
  /** Errors to answer with, by call. */
  readonly failures: Record<string, PlainError>;
  /** Disks that fail in the next job. */
  failing: readonly string[];
  jobs: Map<string, JobState>;
  /** Jobs that are already there when the window opens. */
  found: readonly [string, JobState][];
  emit(name: EventName, payload: unknown): void;
  /** Takes a job to so many seconds from its start. */
  jump(jobId: string, seconds: number): void;
}

const listeners = new Map<EventName, Set<(payload: never) => void>>();
const starts = new Map<string, number>();
let count = 0;

const harness: Harness = {
  settings: { language: 'system', theme: 'system', practiceFolder: '/home/anna/oefenschijven' },
  systemLanguage: 'en-GB',
  preview: true,
  disks: DISKS,
  pace: 1,
  calls: [],
  failures: {},
  failing: [],
  jobs: new Map(),
  found: [],
  emit: (name, payload) => listeners.get(name)?.forEach((listener) => listener(payload as never)),
  jump: (jobId, seconds) => {
    starts.set(jobId, seconds);
    step(jobId);
  },
  ...(window as unknown as { harnessOptions?: Partial<Harness> }).harnessOptions,
};

harness.jobs = new Map(harness.found);

function step(jobId: string): void {
  const job = harness.jobs.get(jobId);
  if (!job || job.report) return;
  const progress: JobProgress = progressAt(jobId, job.plan, starts.get(jobId) ?? 0, harness.failing);
  harness.jobs.set(jobId, { ...job, progress });
  harness.emit('job.progress', progress);
  if (progress.phase === 'done') end(jobId, reportOf(jobId, job.plan, progress.elapsedSeconds, harness.failing, false));
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

/** An answer that is an error. */
class Refusal extends Error {
  readonly plain: PlainError;
  constructor(plain: PlainError) {
    super(plain.code);
    this.plain = plain;
  }
}

const identity = (disk: Disk) => ({ id: disk.id, path: disk.path, model: disk.model, serial: disk.serial, size: disk.size, bus: disk.bus, tableHash: null });
const find = (id: string): Disk => {
  const disk = harness.disks.find((found) => found.id === id);
  if (!disk) throw new Refusal({ code: 'disk-not-found', params: { disk: id }, retryable: false, place: null, detail: '' });
  return disk;
};
const planned = (disk: Disk): PlannedDisk => ({
  identity: identity(disk), number: disk.number, practice: disk.practice, loses: disk.partitions,
  confirm: disk.verdict.kind === 'confirm' ? disk.verdict.reasons : [], systemDiskAllowed: false,
});
const base = () => ({ id: `plan-${(count += 1)}`, createdAt: new Date().toISOString() });
const named = (disk: Disk) => `${disk.model} (${disk.number})`;

type Answers = { [Name in CallName]?: (input: never) => unknown };

const answers: Answers = {
  'app.info': () => ({ version: '0.1.0', platform: 'linux', systemLanguage: harness.systemLanguage, preview: harness.preview }),
  'settings.get': () => harness.settings,
  'settings.set': (change: Partial<Settings>) => (harness.settings = { ...harness.settings, ...change }),
  'dialog.image': () => IMAGE.location,
  'dialog.destination': ({ suggested }: { suggested: string }) => `/home/anna/images/${suggested}`,
  'dialog.folder': () => '/home/anna/oefenschijven',
  'report.save': ({ format }: { format: string }) => `/home/anna/tickets/werkbank-2026-11-21.${format}`,
  'report.show': () => null,
  'disks.list': () => harness.disks,
  'image.inspect': ({ location }: { location: string }) => {
    if (location.includes('Win11')) return { ...WINDOWS_ISO, location };
    if (location.includes('missing')) throw new Refusal({ code: 'image-not-found', params: { path: location }, retryable: false, place: null, detail: '' });
    return { ...IMAGE, location };
  },
  'plan.write': (input: { disks: string[]; verify: boolean; eject: boolean; location: string }): WritePlan => {
    const disks = input.disks.map(find);
    return {
      kind: 'write', ...base(), image: { ...IMAGE, location: input.location }, expected: IMAGE.expected[0] ?? null, disks: disks.map(planned), verify: input.verify, eject: input.eject,
      steps: [
        { code: 'check-source', params: { image: IMAGE.name } },
        { code: 'unpack', params: { chain: 'xz' } },
        { code: 'recheck-identity', params: {} },
        ...disks.flatMap((disk) => [
          { code: 'clear' as const, params: { disk: named(disk) } },
          { code: 'write' as const, params: { disk: named(disk), size: IMAGE.size ?? 0 } },
          { code: 'write-first' as const, params: { disk: named(disk) } },
          ...(input.verify ? [{ code: 'verify' as const, params: { disk: named(disk) } }] : []),
          ...(input.eject ? [{ code: 'eject' as const, params: { disk: named(disk) } }] : []),
        ]),
      ],
    };
  },
  'plan.format': (input: { disk: string; fileSystem: string; label: string; eject: boolean }): FormatPlan => {
    const disk = find(input.disk);
    return {
      kind: 'format', ...base(), disk: planned(disk), fileSystem: input.fileSystem === 'exfat' ? 'exfat' : 'fat32', label: input.label, eject: input.eject,
      steps: [{ code: 'recheck-identity', params: {} }, { code: 'table', params: { disk: named(disk) } }, { code: 'format', params: { disk: named(disk), fileSystem: 'FAT32' } }],
    };
  },
  'plan.read': (input: { disk: string; destination: string; format: 'raw' | 'zstd'; overwrite: boolean }): ReadPlan => {
    if (input.destination.includes('exists') && !input.overwrite) throw new Refusal({ code: 'destination-exists', params: { path: input.destination }, retryable: false, place: null, detail: '' });
    const disk = find(input.disk);
    return {
      kind: 'read', ...base(), disk: identity(disk), number: disk.number, destination: input.destination, format: input.format, overwrite: input.overwrite,
      steps: [{ code: 'recheck-identity', params: {} }, { code: 'read', params: { disk: named(disk), size: disk.size, destination: input.destination } }],
    };
  },
  'job.start': ({ plan }: { plan: Plan }) => {
    const jobId = `job-${(count += 1)}`;
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
  'practice.create': ({ name, size }: { name: string; size: number }) => {
    const sample = DISKS.at(-1)!;
    const made: Disk = { ...sample, id: `file:/home/anna/oefenschijven/${name}.img`, path: `/home/anna/oefenschijven/${name}.img`, number: 91, model: name, size, partitions: [] , table: 'none' };
    harness.disks = [...harness.disks, made];
    return made;
  },
  'practice.remove': ({ disk }: { disk: string }) => {
    harness.disks = harness.disks.filter(({ id }) => id !== disk);
    return null;
  },
};

const bridge: Bridge = {
  call: async (name, input) => {
    harness.calls.push({ name, input });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const failure = harness.failures[name];
    if (failure) return { ok: false, error: failure };
    try {
      // Through JSON, as a process border would do it.
      return { ok: true, value: JSON.parse(JSON.stringify(answers[name]!(input as never))) };
    } catch (thrown) {
      if (thrown instanceof Refusal) return { ok: false, error: thrown.plain };
      throw thrown;
    }
  },
  listen: (name, listener) => {
    const all = listeners.get(name) ?? new Set();
    listeners.set(name, all.add(listener));
    return () => all.delete(listener);
  },
  pathOf: (file) => `/home/anna/Downloads/${(file as File).name}`,
};

Object.assign(window, { werkbank: bridge, harness });

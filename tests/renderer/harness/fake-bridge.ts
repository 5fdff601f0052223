import type { Bridge, CallName, CapturePlan, CaptureRequest, ConvertPlan, ConvertRequest, Customising, Disk, DriverWish, EventName, FormatPlan, JobProgress, JobState, Plan, PlainError, PlannedDisk, PreflightRequest, ReadPlan, RemedyAction, Report, RestorePlan, RestoreRequest, Settings, VerifyPlan, VerifyRequest, WindowsStickPlan, WindowsStickRequest, WinpePlan, WinpeRequest, WritePlan } from '../../../src/contract/index.ts';
import { DISKS, IMAGE, WINDOWS_ISO } from './data.ts';
import { captureFindings, capturedOf, describeFake, layoutOn, LIBRARY, LISTING } from './imaging-data.ts';
import { HISTORY, SCANNING, statesOf, TROUBLE } from './preflight-data.ts';
import { ANSWER_FORM, previewOf, WINDOWS_MEDIA } from './windows-data.ts';
import { choiceOf, DEVICES, winpePlanOf, WINPE_IMAGE } from './winpe-data.ts';
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
  /** What the checks before a job say. */
  checks: 'fine' | 'trouble';
  /** Checks whose remedy was carried out. */
  solved: string[];
  /** Milliseconds between two checks that end; 0 for all at once. */
  checkPace: number;
  /** What happened around the running job. */
  happened: JobProgress['events'];
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
const checked = new Map<string, Report['preflight']>();
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const stopped = new Set<string>();
let count = 0;

const harness: Harness = {
  settings: { language: 'system', theme: 'system', practiceFolder: '/home/anna/oefenschijven', imageFolders: [LIBRARY], driverFolders: [], nameTemplate: '{machine}-{os}-{date}-{purpose}' },
  systemLanguage: 'en-GB',
  preview: true,
  disks: DISKS,
  pace: 1,
  calls: [],
  failures: {},
  checks: 'fine',
  solved: [],
  checkPace: 0,
  happened: [],
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
  'dialog.file': () => '/home/anna/autounattend.xml',
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
  'media.inspectWindows': ({ location }: { location: string }) => {
    if (!location.includes('Win11')) throw new Refusal({ code: 'windows-media-unknown', params: { path: location }, retryable: false, place: null, detail: '' });
    return { ...WINDOWS_MEDIA, location };
  },
  'answerFile.form': () => ANSWER_FORM,
  'answerFile.preview': (wanted: Customising) => {
    if (wanted.answerFile?.kind === 'options' && / /.test(wanted.answerFile.options.computerName ?? '')) {
      throw new Refusal({ code: 'answer-file-computer-name', params: { name: wanted.answerFile.options.computerName ?? '' }, retryable: false, place: null, detail: '' });
    }
    return previewOf(wanted);
  },
  'plan.windowsStick': (input: WindowsStickRequest): WindowsStickPlan => {
    const disks = input.disks.map(find);
    const { firmware, extraFolder, customising, verify, eject } = input;
    return {
      kind: 'windows-stick', ...base(), image: WINDOWS_MEDIA, firmware, table: firmware === 'uefi' ? 'gpt' : 'mbr', label: input.label || 'WIN11', disks: disks.map(planned), verify, eject, extraFolder,
      parts: [{ path: 'sources/install.swm', of: 'sources/install.wim', size: 4_289_718_272 }, { path: 'sources/install2.swm', of: 'sources/install.wim', size: 2_161_563_648 }],
      extras: customising ? previewOf(customising).files : [], replaced: [], drivers: null, customising,
      room: disks.map((disk) => ({ disk: disk.id, writes: 7_720_000_000, free: disk.size - 7_720_000_000 })),
      steps: [
        { code: 'recheck-identity', params: {} }, { code: 'split-wim', params: { path: 'sources/install.wim', parts: 2 } },
        ...disks.flatMap((disk) => [{ code: 'clear' as const, params: { disk: named(disk) } }, { code: `layout-${firmware}` as const, params: { disk: named(disk) } }, { code: 'write-files' as const, params: { disk: named(disk), size: 7_720_000_000, image: WINDOWS_MEDIA.name } }, { code: 'write-first' as const, params: { disk: named(disk) } }]),
      ],
    };
  },
  'media.inspectWinpe': ({ location }: { location: string }) => {
    if (location.includes('debian')) throw new Refusal({ code: 'winpe-unknown', params: { path: location }, retryable: false, place: null, detail: '' });
    return { ...WINPE_IMAGE, location };
  },
  'drivers.choose': (wish: DriverWish) => choiceOf(wish),
  'drivers.machine': () => DEVICES,
  'plan.winpe': (input: WinpeRequest): WinpePlan => {
    if (input.iso?.path.includes('exists') && !input.iso.overwrite) throw new Refusal({ code: 'destination-exists', params: { path: input.iso.path }, retryable: false, place: null, detail: '' });
    const disks = input.disks.map(find);
    const made = winpePlanOf(input, disks.map(planned));
    return {
      kind: 'winpe', ...base(), ...made,
      steps: [
        { code: 'edit-winpe', params: { image: made.image.name } }, ...(made.drivers.length > 0 ? [{ code: `drivers-${input.driversIn}` as const, params: { count: made.drivers.length } }] : []),
        ...(input.iso ? [{ code: 'write-iso' as const, params: { destination: input.iso.path, size: made.iso?.size ?? 0 } }] : []),
        ...disks.flatMap((disk) => [{ code: 'clear' as const, params: { disk: named(disk) } }, { code: `layout-${input.firmware}` as const, params: { disk: named(disk) } }, { code: 'write-files' as const, params: { disk: named(disk), size: 412_300_000, image: made.image.name } }, { code: 'write-first' as const, params: { disk: named(disk) } }]),
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
  'plan.capture': (input: CaptureRequest): CapturePlan => {
    const disk = find(input.disk);
    const { partitions: chosen, disk: _disk, folders: _folders, parent, ...rest } = input;
    const built = LISTING.images.find(({ path }) => path === parent);
    return {
      kind: 'capture', ...base(), ...rest, disk: identity(disk), number: disk.number, practice: disk.practice, logicalSectorSize: 512, table: disk.table === 'mbr' ? 'mbr' : 'gpt',
      partitions: capturedOf(disk, chosen), chosen, ...captureFindings(disk, chosen), parent: built ? { path: built.path, id: built.identity.id, name: built.name, createdAt: built.identity.createdAt } : null, unfinished: null,
      steps: [{ code: 'recheck-identity', params: {} }, { code: 'map', params: { disk: named(disk) } }, { code: 'capture', params: { disk: named(disk), size: captureFindings(disk, chosen).usedBytes, destination: input.destination } }, { code: 'manifest', params: { image: input.destination } }],
    };
  },
  'plan.restore': (input: RestoreRequest): RestorePlan => {
    const image = describeFake(input.image);
    const disks = input.disks.map(find);
    const { grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume } = input;
    return {
      kind: 'restore', ...base(), image, chosen: input.partitions, usedBytes: image.usedBytes ?? 0, grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume,
      disks: disks.map((disk) => ({
        ...planned(disk), layout: layoutOn(disk, image, input.partitions, grow), roomLeft: disk.size - image.size, unfinished: null,
        notes: grow ? [{ code: 'grows', params: { number: 3, from: 48_000_000_000, to: 990_000_000_000 } }] : [{ code: 'table-moved', params: {} }, { code: 'room-left', params: { bytes: disk.size - image.size } }],
      })),
      notes: [{ code: newIdentifiers ? 'identifiers-new' : 'identifiers-kept', params: {} }],
      steps: [{ code: 'recheck-identity', params: {} }, ...disks.flatMap((disk) => [{ code: 'clear' as const, params: { disk: named(disk) } }, { code: 'restore' as const, params: { disk: named(disk), size: image.usedBytes ?? 0, image: image.name } }, { code: 'restore-first' as const, params: { disk: named(disk) } }])],
    };
  },
  'plan.verify': (input: VerifyRequest): VerifyPlan => ({ kind: 'verify', ...base(), steps: [{ code: 'verify-image', params: { image: input.image } }], image: describeFake(input.image), share: input.share, memory: input.memory }),
  'plan.convert': (input: ConvertRequest): ConvertPlan => {
    if (input.destination.includes('exists') && !input.overwrite) throw new Refusal({ code: 'destination-exists', params: { path: input.destination }, retryable: false, place: null, detail: '' });
    return { kind: 'convert', ...base(), steps: [], image: describeFake(input.image), destination: input.destination, format: input.format, overwrite: input.overwrite, freeBytes: 812_345_678_901 };
  },
  'image.describe': ({ location }: { location: string }) => {
    if (location.includes('missing')) throw new Refusal({ code: 'image-not-found', params: { path: location }, retryable: false, place: null, detail: '' });
    return describeFake(location);
  },
  'capture.suggestName': ({ folder, purpose }: { folder: string; purpose: string }) => {
    const name = ['BALIE-02-Windows-11-2026-11-21', purpose].filter(Boolean).join('-');
    return { name: `${name}.qcow2`, path: `${folder}/${name}.qcow2` };
  },
  'capture.unfinished': ({ destination }: { destination: string }) => LISTING.unfinished.find(({ path }) => path === destination) ?? null,
  'library.list': ({ folders }: { folders: string[] }) => (folders.includes(LIBRARY) ? [LISTING] : []),
  'library.folders': ({ folders }: { folders: string[] }) => (folders.includes(LIBRARY) ? [LISTING] : []),
  'library.rename': ({ path, name }: { path: string; name: string }) => ({ path: path.replace(/[^/]+$/, `${name}.qcow2`) }),
  'library.discard': ({ path }: { path: string }) => {
    const needed = LISTING.images.find((image) => image.path === path)?.children[0];
    if (needed) throw new Refusal({ code: 'image-needed', params: { path, child: needed }, retryable: false, place: null, detail: '' });
    return null;
  },
  'job.limit': () => null,
  'preflight.run': async ({ runId, request }: { runId: string; request: PreflightRequest }) => {
    const states = statesOf(request, harness.checks, new Set(harness.solved));
    for (const { check } of states) harness.emit('preflight.result', { runId, check, done: false, share: null, map: null, results: [] });
    if (request.checks?.includes('surface')) {
      harness.emit('preflight.result', { runId, ...SCANNING });
      while (harness.checkPace > 0 && !stopped.has(runId)) await rest(50);
    }
    for (const state of states) {
      if (harness.checkPace > 0) await rest(harness.checkPace);
      harness.emit('preflight.result', { runId, ...state });
    }
    return states.flatMap(({ results }) => results);
  },
  'preflight.cancel': ({ runId }: { runId: string }) => {
    stopped.add(runId);
    return null;
  },
  'preflight.remedy': async ({ runId, action }: { runId: string; action: RemedyAction }) => {
    harness.emit('preflight.remedy', { runId, line: 'Mounting volume... OK', share: null });
    harness.emit('preflight.remedy', { runId, line: 'NTFS partition /dev/sdb3 was processed successfully.', share: 1 });
    if (harness.checkPace > 0) await rest(harness.checkPace * 10);
    harness.solved.push(action.id === 'wait-until-quiet' ? 'activity' : 'file-system');
    return null;
  },
  'history.list': ({ search }: { search: string }) => ({ ...HISTORY, entries: HISTORY.entries.filter(({ words }) => search.toLowerCase().split(' ').every((word) => words.toLowerCase().includes(word))) }),
  'history.get': ({ id }: { id: string }): Report => {
    if (id !== 'job-past') throw new Refusal({ code: 'history-corrupt', params: { path: id, reason: 'no JSON' }, retryable: false, place: null, detail: '' });
    const plan = answers['plan.capture']!({ disk: '/dev/sdb', partitions: null, destination: '/srv/images/BALIE-02-Windows-2026-11-21.qcow2', folders: [], parent: null, compression: 'balanced', memory: 'high', bytesPerSecond: 0, partBytes: 0, description: '', purpose: '', resume: false, overwrite: false, leaveOutSwapFiles: true, gptCopy: null } as never) as Plan;
    return { ...reportOf('job-past', plan, 754, [], false), events: harness.happened, preflight: { results: [...TROUBLE], accepted: ['encryption:bitlocker-locked:/dev/sdb#3'] } };
  },
  'history.export': ({ search }: { search: string }) => ({ path: '/home/anna/tickets', count: search === '' ? HISTORY.entries.length : 1 }),
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
      return { ok: true, value: JSON.parse(JSON.stringify(await answers[name]!(input as never))) };
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

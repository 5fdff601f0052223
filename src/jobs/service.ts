import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { startJob, type Job } from '../../native-free-engine/index.ts';
import type {
  AnswerFileForm, CallInput, CallOutput, CapturePlan, CaptureRequest, ConvertPlan, ConvertRequest, Customising, CustomisingPreview, DiscInfo, DiscList, DiscListRequest, Disk,
  DiskImageInfo, DriverPreview, DriverPreviewRequest, DriversPlan, DriversRequest, ExtractPlan, ExtractRequest, FormatPlan, FormatRequest, ImageInfo, IsoFolder, IsoPlan, IsoRequest, JobProgress, JobState, LibraryFolder,
  LibraryListing, Plan, PreflightOutcome, ReadPlan, ReadRequest, Report, RestorePlan, RestoreRequest, UnfinishedCapture, VerifyPlan, VerifyRequest,
  WindowsMediaInfo, WindowsStickPlan, WindowsStickRequest, WinpeImage, WinpePlan, WinpeRequest, WritePlan, WriteRequest,
} from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { discardImage, readUnfinished, renameImage } from '../library/index.ts';
import { disksOfPlan } from '../texts/index.ts';
import { CaptureJob } from './capture-job.ts';
import { checkStops } from './capture-source.ts';
import type { JobEnvironment } from './context.ts';
import { ConvertJob } from './convert-job.ts';
import { answerFileForm, previewCustomising } from './customising.ts';
import { describeImage } from './describe.ts';
import { describeDisc, openDisc } from './disc.ts';
import { createDiscLists } from './disc-list.ts';
import { lockDisks } from './disk-lock.ts';
import { isWritableMedium } from './driver-medium.ts';
import { createDriverStore, type DriverStore } from './drivers.ts';
import { DriversJob } from './drivers-job.ts';
import { ExtractJob } from './extract-job.ts';
import { FormatJob } from './format-job.ts';
import { checkConfirmed } from './identity.ts';
import { inspectImage } from './inspect.ts';
import { IsoJob } from './iso-job.ts';
import { libraryFolders, libraryListing, suggestName } from './library.ts';
import { canonicalPath, imageLock, planCapture } from './plan-capture.ts';
import { inspectIsoFolder, planExtract, planIsoOf } from './plan-disc.ts';
import { planDrivers, previewDrivers } from './plan-drivers.ts';
import { createPreflight, type Preflight } from './preflight.ts';
import { planConvert, planVerify } from './plan-image.ts';
import { planRestoreOf } from './plan-restore.ts';
import { planFormat, planRead, planWrite } from './plan.ts';
import { planWindowsStick } from './plan-windows-stick.ts';
import { planWinpe } from './plan-winpe.ts';
import { ReadJob } from './read-job.ts';
import { RestoreJob } from './restore-job.ts';
import { VerifyJob } from './verify-job.ts';
import { runToReport, type JobBody } from './run.ts';
import { inspectWindows } from './windows-media.ts';
import { WindowsStickJob } from './windows-stick-job.ts';
import { WinpeJob } from './winpe-job.ts';
import { inspectWinPe } from './winpe-medium.ts';
import { WriteJob } from './write-job.ts';

/** Everything a screen or a terminal can have done. */
export interface JobService {
  disks(): Promise<readonly Disk[]>;
  inspect(location: string): Promise<ImageInfo>;
  planWrite(request: WriteRequest): Promise<WritePlan>;
  planRead(request: ReadRequest): Promise<ReadPlan>;
  planFormat(request: FormatRequest): Promise<FormatPlan>;
  planCapture(request: CaptureRequest): Promise<CapturePlan>;
  planRestore(request: RestoreRequest): Promise<RestorePlan>;
  planVerify(request: VerifyRequest): Promise<VerifyPlan>;
  planConvert(request: ConvertRequest): Promise<ConvertPlan>;
  planWindowsStick(request: WindowsStickRequest): Promise<WindowsStickPlan>;
  planIso(request: IsoRequest): Promise<IsoPlan>;
  planExtract(request: ExtractRequest): Promise<ExtractPlan>;
  planDrivers(request: DriversRequest): Promise<DriversPlan>;
  /** The files on a disc, and what it boots. */
  describeDisc(location: string): Promise<DiscInfo>;
  /** A part of the tree of a disc. */
  listDisc(request: DiscListRequest): Promise<DiscList>;
  /** What an ISO of a folder would hold and boot from. */
  inspectIsoFolder(folder: string): Promise<IsoFolder>;
  planWinpe(request: WinpeRequest): Promise<WinpePlan>;
  /** Which Windows an ISO installs, and what starts it. */
  inspectWindows(location: string): Promise<WindowsMediaInfo>;
  /** Which WinPE an ISO or a folder holds. */
  inspectWinpe(location: string): Promise<WinpeImage>;
  /** What a disk image of any format holds. */
  describe(location: string, folders: readonly string[]): Promise<DiskImageInfo>;
  suggestName(request: CallInput<'capture.suggestName'>): Promise<CallOutput<'capture.suggestName'>>;
  /** The interrupted capture that would become this image. */
  unfinished(destination: string): Promise<UnfinishedCapture | null>;
  library: {
    list(folders: readonly string[]): Promise<LibraryListing[]>;
    folders(folders: readonly string[]): Promise<LibraryFolder[]>;
    rename(path: string, name: string): Promise<string>;
    discard(path: string, folders: readonly string[]): Promise<void>;
  };
  /** Answer files and what else customises an installation of Windows. */
  customising: {
    preview(wanted: Customising): Promise<CustomisingPreview>;
    form(): AnswerFileForm;
  };
  drivers: DriverStore;
  previewDrivers(request: DriverPreviewRequest): Promise<DriverPreview>;
  /** The checks before a job. */
  readonly preflight: Preflight;
  /** The disks of the plan cannot be opened with the rights this process has. */
  needsRights(plan: Plan): Promise<boolean>;
  /**
   * Runs a plan. The job's result is always a report; one that was refused, failed or cancelled says so in it.
   * @param confirmed the codes of the reasons agreed to, by `Disk.id`
   * @param preflight what the checks before it said, for the report
   * @throws EngineError `disk-needs-confirmation`
   */
  start(plan: Plan, confirmed: Readonly<Record<string, readonly string[]>>, preflight?: PreflightOutcome | null): { readonly jobId: string; readonly job: Job<Report, JobProgress> };
  /** How fast a running job may be, bytes a second, 0 for as fast as it goes. */
  limit(jobId: string, bytesPerSecond: number): void;
  cancel(jobId: string): void;
  /** Running jobs and ended ones not yet forgotten, oldest first. */
  list(): JobState[];
  forget(jobId: string): void;
  /** What `sha256sum --check` takes at the root of the medium that an ended job made; null for jobs that make none. */
  sums(jobId: string): string | null;
  practiceCreate(request: CallInput<'practice.create'>): Promise<Disk>;
  practiceRemove(diskId: string): Promise<void>;
}

interface Entry {
  readonly plan: Plan;
  readonly body: JobBody;
  readonly job: Job<Report, JobProgress>;
  report: Report | null;
  sums: string | null;
}

export function createJobService(host: Host, options: { readonly version: string; readonly tempDir?: string; readonly fat32?: JobEnvironment['fat32'] }): JobService {
  const environment: JobEnvironment = { host, version: options.version, tempDir: options.tempDir ?? tmpdir(), fat32: options.fat32 };
  const entries = new Map<string, Entry>();
  const looking = (): { tempDir: string; signal: AbortSignal } => ({ tempDir: environment.tempDir, signal: new AbortController().signal });
  const describe = (location: string, folders: readonly string[]): Promise<DiskImageInfo> => describeImage(location, { folders, ...looking() });
  const inspect = (location: string): Promise<ImageInfo> => inspectImage(location, { tempDir: environment.tempDir, signal: new AbortController().signal });

  return {
    disks: () => host.disks.list(),
    inspect,
    planWrite: async (request) => planWrite(host, request, await inspect(request.location)),
    planRead: (request) => planRead(host, request),
    planFormat: (request) => planFormat(host, request),
    planCapture: (request) => planCapture(host, request, new AbortController().signal),
    planRestore: async (request) => planRestoreOf(host, request, await describe(request.image, request.folders), looking()),
    planVerify: async (request) => planVerify(request, await describe(request.image, request.folders)),
    planConvert: async (request) => planConvert(request, await describe(request.image, request.folders)),
    planWindowsStick: (request) => planWindowsStick(environment, request, looking()),
    planIso: (request) => planIsoOf(request, new AbortController().signal),
    planExtract: (request) => planExtract(request, looking()),
    planDrivers: (request) => planDrivers(host, request, createDriverStore(host)),
    describeDisc: (location) => describeDisc(location, looking()),
    listDisc: createDiscLists((location) => openDisc(location, looking())),
    inspectIsoFolder: (folder) => inspectIsoFolder(folder, new AbortController().signal),
    planWinpe: (request) => planWinpe(host, request, createDriverStore(host), looking()),
    inspectWindows: (location) => inspectWindows(location, looking()),
    inspectWinpe: (location) => inspectWinPe(location, looking()),
    describe,
    suggestName: (request) => suggestName(host, request),
    unfinished: async (destination) => readUnfinished(await canonicalPath(destination)),
    library: {
      list: (folders) => libraryListing(host, folders),
      folders: (folders) => libraryFolders(host, folders),
      rename: renameImage,
      discard,
    },
    drivers: createDriverStore(host),
    previewDrivers: (request) => previewDrivers(host, request, createDriverStore(host)),
    customising: { preview: previewCustomising, form: answerFileForm },
    async needsRights(plan) {
      if (plan.kind === 'drivers' && (await isWritableMedium(host, plan.disk.identity))) return false;
      const answers = await Promise.all(disksOfPlan(plan).map((identity) => host.targets.needsRights(identity)));
      return answers.includes(true);
    },
    preflight: createPreflight(host, environment.tempDir),
    start(plan, confirmed, preflight = null) {
      checkAgreed(plan, confirmed);
      const jobId = randomUUID();
      const body = bodyOf(plan, environment);
      const job = startJob<Report, JobProgress>(jobId, (context) => runToReport(jobId, plan, environment, body, preflight, context, (sums) => (entry.sums = sums)));
      const entry: Entry = { plan, body, job, report: null, sums: null };
      entries.set(jobId, entry);
      void job.result.then((report) => (entry.report = report), () => undefined);
      return { jobId, job };
    },
    limit: (jobId, bytesPerSecond) => entries.get(jobId)?.body.setLimit?.(bytesPerSecond),
    cancel: (jobId) => entries.get(jobId)?.job.cancel(),
    list: () => [...entries].map(([jobId, { plan, job, report }]) => ({ jobId, plan, progress: job.progress(), report })),
    forget(jobId) {
      if (entries.get(jobId)?.report) entries.delete(jobId);
    },
    sums: (jobId) => entries.get(jobId)?.sums ?? null,
    practiceCreate: (request) => host.practice.create(request),
    practiceRemove: (diskId) => host.practice.remove(diskId),
  };
}

/** @throws EngineError `disk-needs-confirmation`, `volume-dirty` */
function checkAgreed(plan: Plan, confirmed: Readonly<Record<string, readonly string[]>>): void {
  if (plan.kind === 'write' || plan.kind === 'restore' || plan.kind === 'windows-stick' || plan.kind === 'winpe') checkConfirmed(plan.disks, confirmed);
  else if (plan.kind === 'format' || plan.kind === 'drivers') checkConfirmed([plan.disk], confirmed);
  else if (plan.kind === 'capture') checkStops(plan, confirmed[plan.disk.id] ?? []);
}

/** What lies there may be about to be read or written by a job of this very computer. @throws EngineError `disk-busy` and what `discardImage` throws */
async function discard(path: string, folders: readonly string[]): Promise<void> {
  const place = await canonicalPath(path);
  const unlock = await lockDisks([{ id: imageLock(place), name: place }]);
  try {
    await discardImage(place, folders);
  } finally {
    await unlock();
  }
}

function bodyOf(plan: Plan, environment: JobEnvironment): JobBody {
  switch (plan.kind) {
    case 'write':
      return new WriteJob(plan, environment);
    case 'read':
      return new ReadJob(plan, environment);
    case 'format':
      return new FormatJob(plan, environment);
    case 'capture':
      return new CaptureJob(plan, environment);
    case 'restore':
      return new RestoreJob(plan, environment);
    case 'verify':
      return new VerifyJob(plan);
    case 'convert':
      return new ConvertJob(plan, environment);
    case 'windows-stick':
      return new WindowsStickJob(plan, environment);
    case 'iso':
      return new IsoJob(plan);
    case 'extract':
      return new ExtractJob(plan, environment);
    case 'drivers':
      return new DriversJob(plan, environment);
    case 'winpe':
      return new WinpeJob(plan, environment);
  }
}

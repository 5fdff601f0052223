import { abortable, EngineError } from '../../../native-free-engine/index.ts';
import type { CallInput, CallOutput, EventPayload, HostCallName, JobProgress, JobState, Plan, Report } from '../../contract/index.ts';
import { isDiskLocked } from '../../jobs/disk-lock.ts';
import { lostReport } from '../../jobs/lost-report.ts';
import { disksOfPlan } from '../../texts/index.ts';
import type { Channel } from '../engine-host/channel.ts';
import { toPlainError } from '../engine-host/protocol.ts';
import { createHostLink, type HostLink } from './host-link.ts';

export interface EngineClientOptions {
  /** What reports say that this program is. */
  readonly appVersion: string;
  /** Starts an engine host with the user's own rights. */
  startHost(): Channel;
  /** Starts one with administrator rights. @throws EngineError `elevation-refused`, `elevation-unavailable` */
  startElevatedHost(): Promise<Channel>;
  /** How long an elevated host that nobody needs stays, milliseconds. */
  readonly elevatedWaitMs?: number;
  /** Told of messages that break the contract, for the log. */
  onFault?(error: EngineError): void;
}

/** Between two looks at whether a job goes on unseen. Milliseconds. */
const UNSEEN_LOOK_MS = 500;

/** A plan that nobody has confirmed by then is forgotten about, and the rights with it. */
const ELEVATED_WAIT_MS = 10 * 60_000;

interface EngineClientEvents {
  'disks': EventPayload<'disks'>;
  'job.progress': JobProgress;
  'job.ended': Report;
  'preflight.result': EventPayload<'preflight.result'>;
  'preflight.remedy': EventPayload<'preflight.remedy'>;
  'engine.gone': EventPayload<'engine.gone'>;
  /** The jobs that run now, whenever one, or a remedy, has begun or ended. */
  'running': readonly RunningJob[];
}

/** A job that runs now, and the host it runs in. */
export interface RunningJob {
  readonly jobId: string;
  readonly plan: Plan;
  readonly link: HostLink;
  readonly progress: JobProgress | null;
  readonly startedAt: Date;
  readonly preflight: Report['preflight'];
}

/**
 * The one door to the engine hosts: an ordinary one that starts at the first
 * call, and an elevated one for each job that needs rights. Their jobs and
 * events look like those of one engine.
 */
export class EngineClient {
  readonly #options: EngineClientOptions;
  readonly #listeners = new Map<string, Set<(payload: never) => void>>();
  readonly #running = new Map<string, RunningJob>();
  /** Jobs that go on in elevated hosts whose connection is lost. */
  readonly #unseen = new Set<string>();
  /** Jobs that have ended in hosts that are no longer there. */
  readonly #kept = new Map<string, JobState>();
  /** The lists of files of jobs that have ended, or are about to. */
  readonly #sums = new Map<string, string>();
  #ordinary: HostLink | null = null;
  /** An elevated host that has looked at a disk for a plan and waits to run it, so that the user is asked once. */
  #waiting: { readonly link: HostLink; readonly timer: ReturnType<typeof setTimeout> } | null = null;
  #starting: Promise<unknown> = Promise.resolve();
  #elevating: Promise<HostLink> | null = null;
  /** Runs of checks and remedies: the host they run in, or what ends the waiting for one, which a user has to allow. */
  readonly #checking = new Map<string, HostLink | AbortController>();
  /** Remedies that change something of this computer right now. */
  #remedies = 0;

  constructor(options: EngineClientOptions) {
    this.#options = options;
  }

  /** Passes a call to the engine host it concerns. @throws EngineError */
  async call<Name extends HostCallName>(name: Name, input: CallInput<Name>, signal?: AbortSignal): Promise<CallOutput<Name>> {
    return (await this.#route(name, input, signal)) as CallOutput<Name>;
  }

  /** Returns the way to stop listening. */
  listen<Name extends keyof EngineClientEvents>(event: Name, listener: (payload: EngineClientEvents[Name]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  running(): readonly RunningJob[] {
    return [...this.#running.values()];
  }

  /** Something is being put right: it must not be cut off any more than a job. */
  remedying(): boolean {
    return this.#remedies > 0;
  }

  /** What `sha256sum --check` takes of the medium that an ended job made; null for jobs that make none, and once it is forgotten. */
  sums(jobId: string): string | null {
    return this.#sums.get(jobId) ?? null;
  }

  /** For a host that runs already; the next one is told when it starts. */
  async setPracticeFolder(folder: string | null): Promise<void> {
    await this.#ordinary?.call('practice.folder', { folder });
  }

  /** Lets go of every host; nobody is told of anything any more. An elevated host still finishes its job. */
  close(): void {
    this.#listeners.clear();
    this.#ordinary?.close();
    this.#takeWaiting()?.close();
    for (const job of this.#running.values()) job.link.close();
  }

  #emit<Name extends keyof EngineClientEvents>(event: Name, payload: EngineClientEvents[Name]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(payload as never);
  }

  async #route(name: HostCallName, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (name === 'job.start') return this.#start(input as CallInput<'job.start'>);
    if (name === 'job.list') return this.#list();
    if (name === 'job.limit') return this.#linkOf((input as CallInput<'job.limit'>).jobId).call('job.limit', input as CallInput<'job.limit'>);
    if (name === 'plan.capture' || name === 'plan.drivers') return this.#planLooking(name, input as CallInput<typeof name>, signal);
    if (name === 'preflight.run') return this.#preflight(name, input as CallInput<'preflight.run'>, signal);
    if (name === 'preflight.remedy') return this.#remedy(input as CallInput<'preflight.remedy'>, signal);
    if (name === 'preflight.cancel') return this.#cancelPreflight((input as CallInput<'preflight.cancel'>).runId);
    if (name === 'job.cancel') return this.#cancel((input as CallInput<'job.cancel'>).jobId);
    if (name === 'job.forget') return this.#forget((input as CallInput<'job.forget'>).jobId);
    return this.#host().call(name, input as never, signal);
  }

  #host(): HostLink {
    if (!this.#ordinary) {
      const link = this.#link(this.#options.startHost());
      link.listen('disks', (disks) => this.#emit('disks', disks));
      this.#ordinary = link;
    }
    return this.#ordinary;
  }

  #link(channel: Channel): HostLink {
    const link = createHostLink(channel, (error) => this.#options.onFault?.(error));
    link.onGone((error) => this.#gone(link, error));
    link.listen('job.progress', (progress) => this.#progressed(progress));
    link.listen('job.sums', ({ jobId, text }) => this.#sums.set(jobId, (this.#sums.get(jobId) ?? '') + text));
    link.listen('job.ended', (report) => this.#ended(report));
    link.listen('preflight.result', (result) => this.#emit('preflight.result', result));
    link.listen('preflight.remedy', (said) => this.#emit('preflight.remedy', said));
    return link;
  }

  #gone(link: HostLink, error: EngineError): void {
    const wasOrdinary = this.#ordinary === link;
    if (wasOrdinary) this.#ordinary = null;
    if (this.#waiting?.link === link) this.#takeWaiting();
    const lost = this.running().filter((job) => job.link === link);
    for (const job of lost) {
      if (wasOrdinary) this.#died(job, error);
      else void this.#followUnseen(job, error);
    }
    // An elevated host goes when its job has ended: that is no news.
    if (wasOrdinary) this.#emit('engine.gone', toPlainError(error));
  }

  /** Nobody else can say any more which disks were left in the middle. */
  #died(job: RunningJob, error: EngineError): void {
    this.#keep(lostReport(this.#running.get(job.jobId) ?? job, toPlainError(error), this.#options.appVersion, 'failed'));
  }

  /**
   * An elevated host sees its job through when only the connection is lost, and its disks stay locked for as long: the kernel
   * takes a lock back when its process ends.
   */
  async #followUnseen(job: RunningJob, error: EngineError): Promise<void> {
    const { jobId, plan } = job;
    this.#unseen.add(jobId);
    // A process that dies lets go of everything, but not all at once.
    await pause(UNSEEN_LOOK_MS);
    const busy = async (): Promise<boolean> => (await Promise.all(disksOf(plan).map(isDiskLocked))).includes(true);
    if (!(await busy())) {
      this.#unseen.delete(jobId);
      this.#died(job, error);
      this.#emit('engine.gone', toPlainError(error));
      return;
    }
    const lost = toPlainError(new EngineError('engine-connection-lost', {}, { cause: error }));
    this.#emit('engine.gone', lost);
    while (await busy()) await pause(UNSEEN_LOOK_MS);
    this.#unseen.delete(jobId);
    this.#keep(lostReport(job, lost, this.#options.appVersion, 'unknown'));
  }

  #progressed(progress: JobProgress): void {
    const job = this.#running.get(progress.jobId);
    if (job) this.#running.set(progress.jobId, { ...job, progress });
    this.#emit('job.progress', progress);
  }

  #ended(report: Report): void {
    const job = this.#running.get(report.jobId);
    this.#keep(report);
    if (job && job.link !== this.#ordinary) job.link.close();
  }

  #keep(report: Report): void {
    const job = this.#running.get(report.jobId);
    this.#running.delete(report.jobId);
    this.#kept.set(report.jobId, { jobId: report.jobId, plan: report.plan, progress: job?.progress ?? null, report });
    this.#emit('job.ended', report);
    this.#emit('running', this.running());
  }

  /** One start at a time, so that two clicks cannot both find a disk free. */
  async #start(input: CallInput<'job.start'>): Promise<CallOutput<'job.start'>> {
    const turn = this.#starting.then(() => this.#startNow(input));
    this.#starting = turn.catch(() => undefined);
    return turn;
  }

  async #startNow({ plan, confirmed, preflight = null }: CallInput<'job.start'>): Promise<CallOutput<'job.start'>> {
    for (const job of this.#running.values()) {
      const shared = disksOf(plan).find((disk) => disksOf(job.plan).includes(disk));
      if (shared !== undefined) throw new EngineError('disk-busy', { disk: shared });
    }
    const elevate = await this.#host().call('job.needsRights', { plan });
    const link = elevate ? (this.#takeWaiting() ?? this.#link(await this.#options.startElevatedHost())) : this.#host();
    try {
      const { jobId } = await link.call('job.start', { plan, confirmed, preflight });
      // A very short job may have ended before this answer arrived.
      if (!this.#kept.has(jobId)) {
        this.#running.set(jobId, { jobId, plan, link, progress: null, startedAt: new Date(), preflight: preflight && { ...preflight, skipped: preflight.skipped ?? false } });
        this.#emit('running', this.running());
      } else if (elevate) link.close();
      return { jobId };
    } catch (error) {
      if (elevate) link.close();
      throw error;
    }
  }

  /** What is on a disk has to be read for this plan; with more rights where the user's own do not do. */
  async #planLooking<Name extends 'plan.capture' | 'plan.drivers'>(name: Name, input: CallInput<Name>, signal: AbortSignal | undefined): Promise<CallOutput<Name>> {
    try {
      return await this.#host().call(name, input as never, signal);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'rights-needed') throw error;
    }
    return (await this.#elevated()).call(name, input as never, signal);
  }

  /** Checks and remedies that need rights go to the elevated host that the plan and the job will use too: the user is asked once. */
  async #preflight<Name extends 'preflight.run' | 'preflight.remedy'>(name: Name, input: CallInput<Name>, signal: AbortSignal | undefined): Promise<CallOutput<Name>> {
    try {
      const link = input.elevated ? await this.#elevatedFor(input.runId) : this.#host();
      this.#checking.set(input.runId, link);
      return await link.call(name, input as never, signal);
    } finally {
      this.#checking.delete(input.runId);
    }
  }

  /** With the user's own rights where they do; else the user is asked for more, as for a job. */
  async #remedy(input: CallInput<'preflight.remedy'>, signal: AbortSignal | undefined): Promise<CallOutput<'preflight.remedy'>> {
    this.#remedies++;
    this.#emit('running', this.running());
    try {
      return await this.#remedyNow(input, signal);
    } finally {
      this.#remedies--;
      this.#emit('running', this.running());
    }
  }

  async #remedyNow(input: CallInput<'preflight.remedy'>, signal: AbortSignal | undefined): Promise<CallOutput<'preflight.remedy'>> {
    try {
      return await this.#preflight('preflight.remedy', input, signal);
    } catch (error) {
      if (input.elevated || !(error instanceof EngineError) || error.code !== 'rights-needed') throw error;
    }
    return this.#preflight('preflight.remedy', { ...input, elevated: true }, signal);
  }

  /** @throws AbortError when the run is cancelled first */
  #elevatedFor(runId: string): Promise<HostLink> {
    const waiting = new AbortController();
    this.#checking.set(runId, waiting);
    return abortable(this.#elevated(), waiting.signal);
  }

  async #cancelPreflight(runId: string): Promise<null> {
    const where = this.#checking.get(runId);
    if (where instanceof AbortController) where.abort();
    else await where?.call('preflight.cancel', { runId });
    return null;
  }

  /** An elevated host that stays for what comes next. One question at a time. */
  async #elevated(): Promise<HostLink> {
    this.#elevating ??= (async () => this.#takeWaiting() ?? this.#link(await this.#options.startElevatedHost()))().finally(() => (this.#elevating = null));
    const link = await this.#elevating;
    if (this.#waiting?.link !== link) this.#keepWaiting(link);
    return link;
  }

  #keepWaiting(link: HostLink): void {
    const timer = setTimeout(() => {
      this.#waiting = null;
      // Mending a file system or scanning a disk takes as long as it takes.
      if ([...this.#checking.values()].includes(link)) this.#keepWaiting(link);
      else link.close();
    }, this.#options.elevatedWaitMs ?? ELEVATED_WAIT_MS);
    timer.unref();
    this.#waiting = { link, timer };
  }

  #takeWaiting(): HostLink | null {
    const waiting = this.#waiting;
    if (!waiting) return null;
    clearTimeout(waiting.timer);
    this.#waiting = null;
    return waiting.link;
  }

  #linkOf(jobId: string): HostLink {
    if (this.#unseen.has(jobId)) throw new EngineError('engine-connection-lost');
    return this.#running.get(jobId)?.link ?? this.#host();
  }

  async #list(): Promise<JobState[]> {
    const unseen = this.running().filter(({ jobId }) => this.#unseen.has(jobId));
    const links = new Set([this.#host(), ...this.running().filter((job) => !unseen.includes(job)).map((job) => job.link)]);
    const lists = await Promise.all([...links].map((link) => link.call('job.list', null)));
    const frozen = unseen.map(({ jobId, plan, progress }): JobState => ({ jobId, plan, progress, report: null }));
    const states = new Map([...this.#kept, ...[...frozen, ...lists.flat()].map((state) => [state.jobId, state] as const)]);
    // One host may answer long before another one: what has ended since stays ended.
    return [...states.values()].map((state) => (state.report === null ? this.#kept.get(state.jobId) ?? state : state));
  }

  async #cancel(jobId: string): Promise<null> {
    return this.#linkOf(jobId).call('job.cancel', { jobId });
  }

  async #forget(jobId: string): Promise<null> {
    this.#kept.delete(jobId);
    this.#sums.delete(jobId);
    return this.#linkOf(jobId).call('job.forget', { jobId });
  }
}

/** Keeps no process alive. */
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());

/** `Disk.id` of every disk a plan touches. */
const disksOf = (plan: Plan): string[] => disksOfPlan(plan).map(({ id }) => id);

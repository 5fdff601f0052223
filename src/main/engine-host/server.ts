import { EngineError, toEngineError, type Job } from '../../../native-free-engine/index.ts';
import { customisingSchema, driverPreviewRequestSchema, driversRequestSchema, preflightOutcomeSchema, windowsStickRequestSchema, type JobProgress, type Report } from '../../contract/index.ts';
import type { Host } from '../../host/index.ts';
import type { JobService } from '../../jobs/index.ts';
import type { Channel } from './channel.ts';
import {
  clientMessageSchema, engineCalls, parseMessage, toPlainError,
  type ClientMessage, type EngineCallInput, type EngineCallName, type EngineCallOutput, type EngineEventName, type EngineEventPayload, type HostMessage,
} from './protocol.ts';

export interface EngineServices {
  readonly jobs: JobService;
  readonly disks: Pick<Host['disks'], 'watch'>;
  setPracticeFolder(folder: string | null): void;
}

/** All that an elevated engine host answers: it checks a machine and puts right what it found, looks at a disk for a plan, and runs one confirmed plan, nothing else. */
export const ELEVATED_CALLS: readonly EngineCallName[] = ['preflight.run', 'preflight.cancel', 'preflight.remedy', 'plan.capture', 'plan.restore', 'plan.drivers', 'job.start', 'job.limit', 'job.cancel', 'job.list', 'job.forget'];

/** Characters of a list of files that go in one message, in which each takes six bytes at most. */
const SUMS_PIECE = 1 << 20;

type Handlers = { readonly [Name in EngineCallName]: (input: EngineCallInput<Name>) => Promise<EngineCallOutput<Name>> };

/**
 * Answers the calls that come over `channel`. When the channel closes, jobs
 * that run are seen through to their end, so that a crash of the window or the
 * main process leaves no half-written disk.
 * @returns settles when the channel is closed and no job runs any more
 */
export function serveEngine(
  channel: Channel,
  services: EngineServices,
  allowed: readonly EngineCallName[] = Object.keys(engineCalls) as EngineCallName[],
): Promise<void> {
  const { jobs } = services;
  const listened = new Set<EngineEventName>();
  const running = new Set<Promise<unknown>>();
  const unwanted = new Set<number>();
  const open = new Set<number>();
  const checking = new Map<string, AbortController>();
  let stopWatching: (() => void) | null = null;

  const say = (message: HostMessage): void => channel.send(message);
  const emit = <Name extends EngineEventName>(event: Name, payload: EngineEventPayload<Name>): void => {
    if (listened.has(event)) say({ type: 'event', event, payload });
  };

  const follow = (jobId: string, job: Job<Report, JobProgress>): void => {
    job.onProgress((progress) => emit('job.progress', progress));
    const ended = (report: Report | null): void => {
      if (!report) return;
      const sums = jobs.sums(jobId) ?? '';
      for (let at = 0; at < sums.length; at += SUMS_PIECE) emit('job.sums', { jobId, text: sums.slice(at, at + SUMS_PIECE) });
      emit('job.ended', report);
    };
    // A cancelled or failed job rejects; its report is kept in the list all the same.
    const settled: Promise<unknown> = job.result
      .then(ended, () => ended(jobs.list().find((state) => state.jobId === jobId)?.report ?? null))
      .finally(() => running.delete(settled));
    running.add(settled);
  };

  /** Runs of checks and remedies end by their name, and when nobody is there any more to read what they find. */
  const cancellable = async <T>(runId: string, act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const controller = new AbortController();
    checking.set(runId, controller);
    try {
      return await act(controller.signal);
    } finally {
      if (checking.get(runId) === controller) checking.delete(runId);
    }
  };

  const handlers: Handlers = {
    'disks.list': async () => [...(await jobs.disks())],
    'image.inspect': ({ location }) => jobs.inspect(location),
    'plan.write': (request) => jobs.planWrite(request),
    'plan.read': (request) => jobs.planRead(request),
    'plan.format': (request) => jobs.planFormat(request),
    'plan.capture': (request) => jobs.planCapture(request),
    'plan.restore': (request) => jobs.planRestore(request),
    'plan.verify': (request) => jobs.planVerify(request),
    'plan.convert': (request) => jobs.planConvert(request),
    'plan.winpe': (request) => jobs.planWinpe(request),
    'plan.windowsStick': (request) => jobs.planWindowsStick(windowsStickRequestSchema.parse(request)),
    'plan.iso': (request) => jobs.planIso(request),
    'plan.drivers': (request) => jobs.planDrivers(driversRequestSchema.parse(request)),
    'plan.extract': (request) => jobs.planExtract(request),
    'disc.describe': ({ location }) => jobs.describeDisc(location),
    'disc.list': (request) => jobs.listDisc(request),
    'disc.inspectFolder': ({ folder }) => jobs.inspectIsoFolder(folder),
    'media.inspectWindows': ({ location }) => jobs.inspectWindows(location),
    'media.inspectWinpe': ({ location }) => jobs.inspectWinpe(location),
    'image.describe': ({ location, folders }) => jobs.describe(location, folders),
    'capture.suggestName': (request) => jobs.suggestName(request),
    'capture.unfinished': ({ destination }) => jobs.unfinished(destination),
    'library.list': ({ folders }) => jobs.library.list(folders),
    'library.folders': ({ folders }) => jobs.library.folders(folders),
    'library.rename': async ({ path, name }) => ({ path: await jobs.library.rename(path, name) }),
    'library.discard': async ({ path, folders }) => {
      await jobs.library.discard(path, folders);
      return null;
    },
    'answerFile.preview': (wanted) => jobs.customising.preview(customisingSchema.parse(wanted)),
    'answerFile.form': async () => jobs.customising.form(),
    'drivers.scan': ({ folders }) => jobs.drivers.scan(folders),
    'drivers.choose': (wish) => jobs.previewDrivers(driverPreviewRequestSchema.parse(wish)),
    'drivers.machine': () => jobs.drivers.machine(),
    'preflight.run': ({ runId, request }) =>
      cancellable(runId, (signal) => jobs.preflight.run(request, { signal, onState: (state) => emit('preflight.result', { runId, ...state }) })),
    'preflight.remedy': async ({ runId, action }) => {
      await cancellable(runId, (signal) => jobs.preflight.remedy(action, { signal, onProgress: (progress) => emit('preflight.remedy', { runId, ...progress }) }));
      return null;
    },
    'preflight.cancel': async ({ runId }) => {
      checking.get(runId)?.abort();
      return null;
    },
    'job.needsRights': ({ plan }) => jobs.needsRights(plan),
    'job.start': async ({ plan, confirmed, preflight }) => {
      const { jobId, job } = jobs.start(plan, confirmed, preflight ? preflightOutcomeSchema.parse(preflight) : null);
      follow(jobId, job);
      return { jobId };
    },
    'job.limit': async ({ jobId, bytesPerSecond }) => {
      jobs.limit(jobId, bytesPerSecond);
      return null;
    },
    'job.cancel': async ({ jobId }) => {
      jobs.cancel(jobId);
      return null;
    },
    'job.list': async () => jobs.list(),
    'job.forget': async ({ jobId }) => {
      jobs.forget(jobId);
      return null;
    },
    'practice.folder': async ({ folder }) => {
      services.setPracticeFolder(folder);
      return null;
    },
    'practice.create': (input) => jobs.practiceCreate(input),
    'practice.remove': async ({ disk }) => {
      await jobs.practiceRemove(disk);
      return null;
    },
  };

  const answer = async (name: EngineCallName, input: unknown): Promise<unknown> => {
    if (!allowed.includes(name)) throw new EngineError('engine-protocol', { detail: `${name} is not answered here` });
    const handler = handlers[name] as (input: unknown) => Promise<unknown>;
    return handler(parseMessage(engineCalls[name].input, input, name));
  };

  const onCall = async (id: number, name: EngineCallName, input: unknown): Promise<void> => {
    open.add(id);
    let message: HostMessage;
    try {
      message = { type: 'reply', id, reply: { ok: true, value: await answer(name, input) } };
    } catch (error) {
      message = { type: 'reply', id, reply: { ok: false, error: toPlainError(toEngineError(error)) } };
    }
    open.delete(id);
    if (!unwanted.delete(id)) say(message);
  };

  const onMessage = (message: ClientMessage): void => {
    switch (message.type) {
      case 'call':
        void onCall(message.id, message.name, message.input);
        break;
      case 'cancel':
        if (open.has(message.id)) unwanted.add(message.id);
        break;
      case 'listen':
        listened.add(message.event);
        if (message.event === 'disks') stopWatching ??= services.disks.watch((disks) => emit('disks', [...disks]));
        break;
      case 'dispose':
        listened.delete(message.event);
        if (message.event === 'disks') {
          stopWatching?.();
          stopWatching = null;
        }
        break;
    }
  };

  channel.onMessage((raw) => {
    let message: ClientMessage;
    try {
      message = parseMessage(clientMessageSchema, raw, 'message');
    } catch {
      // Who speaks another language gets no second chance; jobs that run are not touched.
      channel.close();
      return;
    }
    onMessage(message);
  });

  return new Promise((resolve) => {
    channel.onClose(() => {
      listened.clear();
      for (const controller of checking.values()) controller.abort();
      stopWatching?.();
      void (async () => {
        while (running.size > 0) await Promise.allSettled(running);
        resolve();
      })();
    });
  });
}

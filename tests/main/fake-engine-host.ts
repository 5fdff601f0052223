/**
 * An engine host whose disks and jobs are invented, behind the real server:
 * run as a child process by the tests of the engine client. A job's image name
 * says how it goes: `quick`, `endless` (until cancelled), `held` (until its speed
 * is changed), `lasting` (one and a half seconds), `failing`, and `root...` needs rights.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { appendFileSync } from 'node:fs';
import { AbortError, EngineError, startJob, type Job } from '../../native-free-engine/index.ts';
import type { JobProgress, JobState, Plan, Report } from '../../src/contract/index.ts';
import type { JobService } from '../../src/jobs/index.ts';
import { parentPortChannel, processChannel, type Channel, type ParentPort } from '../../src/main/engine-host/channel.ts';
import { connectBack } from '../../src/main/engine-host/connect-back.ts';
import { parseHostArguments } from '../../src/main/engine-host/arguments.ts';
import { ELEVATED_CALLS, serveEngine } from '../../src/main/engine-host/server.ts';
import { checkResult, capturePlan, disk, progress, report } from './plans.ts';

const options = parseHostArguments(process.argv.slice(1));
let { practiceFolder } = options;
const states = new Map<string, JobState>();
const cancels = new Map<string, () => void>();
const letGo = new Map<string, () => void>();
const nameOf = (plan: Plan): string => (plan.kind === 'write' ? plan.image.name : plan.kind);
const listen = (): Channel => {
  const { parentPort } = process as { parentPort?: ParentPort };
  return parentPort ? parentPortChannel(parentPort) : processChannel(process);
};
const note = (line: string): void => {
  if (process.env['FAKE_JOURNAL']) appendFileSync(process.env['FAKE_JOURNAL'], `${line}\n`);
};
const notHere = (): never => {
  throw new EngineError('unexpected', { detail: 'the fake has none' });
};

async function run(jobId: string, plan: Plan, signal: AbortSignal, say: (progress: JobProgress) => void): Promise<Report> {
  const name = nameOf(plan).replace('root-', '');
  say(progress(jobId, 0.5));
  const end = (outcome: Report['outcome']): Report => {
    const ended = report(jobId, plan, outcome);
    states.set(jobId, { jobId, plan, progress: null, report: ended });
    return ended;
  };
  if (name === 'endless') {
    await sleep(3_600_000, null, { signal }).catch(() => undefined);
    await sleep(50);
    end('cancelled');
    throw new AbortError();
  }
  if (name === 'held') await new Promise<void>((resolve) => letGo.set(jobId, resolve));
  if (name === 'lasting') {
    await sleep(1500);
    note('job ended');
  }
  if (name === 'failing') {
    end('failed');
    throw new EngineError('target-gone', { disk: 'x' });
  }
  return end('done');
}

const jobs: JobService = {
  disks: async () => [disk(`folder:${practiceFolder ?? ''}`), disk(`pid:${process.pid}`)],
  inspect: async (location) => {
    if (location === 'slow') await sleep(3_600_000, null, { ref: false });
    throw new EngineError('image-not-found', { path: location });
  },
  planWrite: async () => ({ nonsense: true }) as never,
  planRead: notHere,
  planFormat: notHere,
  planCapture: async (request) => {
    // A disk that only an administrator may read.
    if (request.disk === 'guarded' && options.rendezvous === null) throw new EngineError('rights-needed', { disk: request.disk });
    return { ...capturePlan(request.disk), purpose: `pid:${process.pid}` };
  },
  planRestore: notHere,
  planVerify: notHere,
  planConvert: notHere,
  planWindowsStick: notHere,
  planIso: notHere,
  planExtract: notHere,
  planDrivers: async ({ disk: stick }) => {
    throw new EngineError(options.rendezvous === null ? 'rights-needed' : 'medium-unknown', { disk: stick });
  },
  describeDisc: notHere,
  listDisc: notHere,
  inspectIsoFolder: notHere,
  planWinpe: notHere,
  inspectWindows: notHere,
  inspectWinpe: notHere,
  describe: notHere,
  suggestName: notHere,
  unfinished: notHere,
  library: { list: notHere, folders: notHere, rename: notHere, discard: notHere },
  drivers: { scan: notHere, choose: notHere, machine: notHere, packages: notHere, find: notHere, register: notHere },
  previewDrivers: notHere,
  customising: { preview: notHere, form: notHere },
  limit: (jobId, bytesPerSecond) => {
    note(`limit ${jobId} ${bytesPerSecond}`);
    letGo.get(jobId)?.();
  },
  needsRights: async (plan) => nameOf(plan).startsWith('root-') || (plan.kind === 'capture' && plan.disk.id === 'guarded'),
  start(plan) {
    const jobId = `${process.pid}-${states.size}`;
    const job: Job<Report, JobProgress> = startJob(jobId, (context) => run(jobId, plan, context.signal, (now) => context.report(now)));
    states.set(jobId, { jobId, plan, progress: null, report: null });
    cancels.set(jobId, () => job.cancel());
    return { jobId, job };
  },
  cancel: (jobId) => cancels.get(jobId)?.(),
  list: () => {
    note(`listed ${states.size}`);
    return [...states.values()];
  },
  forget: (jobId) => void states.delete(jobId),
  // More than goes in one message, with what takes most room in one.
  sums: (jobId) => (nameOf(states.get(jobId)!.plan).endsWith('files') ? 'ø\u0001\n\ud83d\ude00'.repeat(500_000) : null),
  practiceCreate: notHere,
  preflight: {
    // Says where it ran, and goes on until it is cancelled for a disk called `slow`.
    async run(request, { signal, onState }) {
      const found = checkResult(options.rendezvous === null ? 'ordinary' : 'elevated', process.pid);
      onState?.({ check: 'power', done: true, share: null, map: null, results: [found] });
      if (request.targets.includes('slow')) await sleep(3_600_000, null, { ref: false, signal });
      return [found];
    },
    // What a remedy does to a partition takes rights, which only the elevated one has.
    async remedy(action, { onProgress }) {
      if ('volume' in action && options.rendezvous === null) throw new EngineError('rights-needed', { disk: action.volume.diskId });
      onProgress?.({ line: `${action.id} ${process.pid}`, share: 0.5 });
    },
  },
  practiceRemove: notHere,
};

const { rendezvous } = options;
const channel = rendezvous !== null ? await connectBack(rendezvous.socketPath, rendezvous.tokenPath) : listen();
const setPracticeFolder = (folder: string | null): void => {
  practiceFolder = folder;
};
await serveEngine(channel, { jobs, disks: { watch: () => () => undefined }, setPracticeFolder }, rendezvous ? ELEVATED_CALLS : undefined);
note('host ended');
process.exit(0);

import { isDeepStrictEqual } from 'node:util';
import { EngineError, planFatStick, writeIso, writeSticks, type BlockSink, type FileHashes, type LaneResult, type StickGroup, type WriteProgress } from '../../native-free-engine/index.ts';
import type { TargetOutcome, WinpePlan } from '../contract/index.ts';
import type { JobEnvironment } from './context.ts';
import { createDestination, type Destination } from './destination.ts';
import { lockDisks } from './disk-lock.ts';
import { createDriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { winpeIso, winpeSources } from './plan-winpe.ts';
import { quietProgress, togetherProgress, writingProgress } from './progress.ts';
import type { JobBody, JobFindings, Tell } from './run.ts';
import { stallTimeouts } from './stall-timeouts.ts';
import { prepareWinPe, type PreparedWinPe } from './winpe-medium.ts';
import { WrittenDisks } from './written-disks.ts';

/** Makes WinPE sticks or an ISO of a confirmed plan. A stick that was cancelled or failed half way is blank; of an ISO nothing is left. */
export class WinpeJob implements JobBody {
  readonly #plan: WinpePlan;
  readonly #environment: JobEnvironment;
  readonly #disks: WrittenDisks;
  #progress: readonly WriteProgress[] = [];
  #files: FileHashes | null = null;

  constructor(plan: WinpePlan, environment: JobEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
    this.#disks = new WrittenDisks(plan.disks, environment.host, plan);
  }

  async run(signal: AbortSignal, tell: Tell): Promise<JobFindings> {
    const { disks, iso, request } = this.#plan;
    tell(quietProgress('preparing'));
    const unlock = await lockDisks([...disks.map(({ identity }) => ({ id: identity.id, name: nameOf(identity) })), ...(iso ? [{ id: `image:${iso.path}`, name: iso.path }] : [])]);
    try {
      const { host, tempDir } = this.#environment;
      const medium = await prepareWinPe(request, createDriverStore(host), new Date(this.#plan.createdAt), { signal, tempDir, onUnpack: (bytes) => tell(quietProgress('unpacking', bytes)) });
      try {
        const { image, files, bytes, drivers, replaced } = this.#plan;
        if (!isDeepStrictEqual(medium.about, { image, files, bytes, drivers, replaced })) throw new EngineError('image-changed', { path: image.location });
        if (iso) {
          const made = await this.#writeIso(medium, signal, tell);
          return { targets: [], checksums: [{ algorithm: 'sha256', hex: made.sha256, from: null }], expectedMatched: null, files: made.files };
        }
        const lanes = await this.#writeSticks(medium, signal, tell);
        return { targets: disks.map((disk) => this.#disks.outcome(disk, lanes.find(({ id }) => id === disk.identity.id)!)), checksums: [], expectedMatched: null, files: this.#files };
      } finally {
        await medium.close();
      }
    } finally {
      await unlock();
    }
  }

  targetsSoFar(outcome: 'failed' | 'cancelled'): TargetOutcome[] {
    return this.#disks.soFar(outcome, this.#progress.flatMap(({ lanes }) => lanes));
  }

  async #writeIso({ tree }: PreparedWinPe, signal: AbortSignal, tell: Tell): ReturnType<typeof writeIso> {
    const { label, request: { iso, source } } = this.#plan;
    if (!iso) throw new EngineError('unexpected', { detail: 'no ISO to make' });
    const plan = winpeIso(tree, label, iso.hybrid, source);
    const destination = await createDestination(iso.path, 'raw', plan.size, iso.overwrite);
    try {
      const made = await writeIso(plan, sinkOf(destination, plan.size), {
        signal, onProgress: (done) => tell({ ...quietProgress('writing', done, plan.size), fraction: done / plan.size }),
      });
      await destination.commit();
      return made;
    } catch (error) {
      await destination.discard();
      throw error;
    }
  }

  async #writeSticks({ tree }: PreparedWinPe, signal: AbortSignal, tell: Tell): Promise<LaneResult[]> {
    const { label, request, verify, disks } = this.#plan;
    const targets = await this.#disks.open(winpeSources(request), signal);
    try {
      const groups: StickGroup[] = targets.map((target) => {
        const identity = disks.find((disk) => disk.identity.id === target.id)?.identity;
        const { size, sectorSize } = target.device;
        return { stick: planFatStick({ disk: { name: identity ? nameOf(identity) : target.id, size, sectorSize }, tree, firmware: request.firmware, label }), targets: [target] };
      });
      return await writeSticks({
        groups, verify, stall: stallTimeouts(), signal,
        onFiles: (found) => (this.#files = found),
        report: (progress) => {
          this.#progress = progress;
          tell(togetherProgress(progress.map((part) => writingProgress(part, verify, null))));
        },
      });
    } finally {
      // Those that finished are closed already; closing twice does no harm.
      for (const target of targets) void target.device.close().catch(() => undefined);
    }
  }
}

/** A file in the making as a place to write to. Its size is set when it is made. */
function sinkOf(destination: Destination, size: number): BlockSink {
  return {
    size, sectorSize: 512, ordered: false, readsZero: true,
    writeAt: (offset, bytes) => destination.take({ offset, bytes, padded: bytes }),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
